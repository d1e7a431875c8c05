import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import type { Event } from '../event.ts';
import { Conflict, isThreadId, matches, type Index, type Store, type ThreadInfo } from './store.ts';

type Line = { readonly v: number; readonly by: string; readonly index: Index; readonly event: Event };
/** The first `bytes` of a file hold `version` events. */
type Position = { readonly bytes: number; readonly version: number };
type Reading = { readonly lines: readonly Line[]; readonly end: Position; readonly isTorn: boolean };

const { O_APPEND, O_CREAT, O_RDWR } = fs.constants;
const START: Position = { bytes: 0, version: 0 };
const MOST_KNOWN = 1_000;
/** Ends a line that a crash cut short, so that it never becomes whole. */
const TORN = ' torn\n';

/**
 * One JSON Lines file a thread, one line an event, for any number of processes on one local disk. The system puts
 * each write whole behind what others wrote, so of two lines with the same version the first counts, for everybody.
 * Synchronous on purpose: an event is on disk before anything follows from it, at a quarter of the CPU.
 */
export function fileStore(folder = '.agent/threads'): Store {
  const known = new Map<string, Position>();
  const pathOf = (id: string) => join(folder, `${id}.jsonl`);
  return {
    async load(id) {
      return readAll(pathOf(id)).lines.map(({ event }) => event);
    },
    async append(id, version, event, index) {
      if (version === 0) fs.mkdirSync(folder, { recursive: true });
      const file = openThread(pathOf(id), version);
      try {
        let before = readFrom(file, known.get(id) ?? START);
        if (before.end.version !== version) before = readFrom(file, START);
        if (before.end.version !== version)
          throw new Conflict(`${id} has ${before.end.version} events, not ${version}`);
        const line: Line = { v: version, by: randomUUID(), index, event };
        write(file, `${before.isTorn ? TORN : ''}${JSON.stringify(line)}\n`);
        const { lines, end } = readFrom(file, before.end);
        if (lines[0]?.by !== line.by) throw new Conflict(`${id} is no longer at ${version}`);
        fs.fdatasyncSync(file);
        remember(known, id, end);
      } finally {
        fs.closeSync(file);
      }
      if (version === 0) syncFolder(folder);
      return version + 1;
    },
    async list({ after = '', ...query }) {
      const found: ThreadInfo[] = [];
      for (const id of threadIds(folder)) {
        if (id <= after || found.length === query.limit) continue;
        const last = readAll(pathOf(id)).lines.at(-1);
        if (last && matches(last.index, query)) found.push({ id, version: last.v + 1, ...last.index });
      }
      return found;
    },
  };
}

/** Only a first event makes a file. @throws Conflict if there is none to append to */
function openThread(path: string, version: number): number {
  try {
    return fs.openSync(path, O_RDWR | O_APPEND | (version === 0 ? O_CREAT : 0));
  } catch (error) {
    throw isMissing(error) && version > 0 ? new Conflict(`${path} is gone`) : error;
  }
}

/** In one call, so that lines of several processes never mix. */
function write(file: number, text: string): void {
  const bytes = Buffer.from(text);
  const written = fs.writeSync(file, bytes);
  if (written < bytes.length)
    throw new Error(`only ${written} of ${bytes.length} bytes could be written: is the disk full?`);
}

function readAll(path: string): Reading {
  try {
    return parse(fs.readFileSync(path), START);
  } catch (error) {
    if (isMissing(error)) return { lines: [], end: START, isTorn: false };
    throw error;
  }
}

function readFrom(file: number, from: Position): Reading {
  const { size } = fs.fstatSync(file);
  if (size < from.bytes) return readFrom(file, START);
  const bytes = Buffer.alloc(size - from.bytes);
  return parse(bytes.subarray(0, fs.readSync(file, bytes, 0, bytes.length, from.bytes)), from);
}

/** Counts whole lines in order of their version; a line that is torn, late or a loser's does not count. */
function parse(bytes: Buffer, from: Position): Reading {
  const length = bytes.lastIndexOf('\n') + 1;
  const lines: Line[] = [];
  for (const row of bytes.toString('utf8', 0, length).split('\n')) {
    const line = parseLine(row);
    if (line?.v === from.version + lines.length) lines.push(line);
  }
  const end = { bytes: from.bytes + length, version: from.version + lines.length };
  return { lines, end, isTorn: length < bytes.length };
}

function parseLine(row: string): Line | undefined {
  try {
    return row === '' ? undefined : JSON.parse(row);
  } catch {
    return undefined;
  }
}

/** A short cut past what has been read before; forgetting it costs a read. */
function remember(known: Map<string, Position>, id: string, position: Position): void {
  known.delete(id);
  known.set(id, position);
  const [oldest] = known.keys();
  if (known.size > MOST_KNOWN && oldest !== undefined) known.delete(oldest);
}

/** So that a new file's name survives a power cut. Windows cannot, and need not. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

function threadIds(folder: string): string[] {
  try {
    const files = fs.readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
    return files
      .map((name) => name.slice(0, -'.jsonl'.length))
      .filter(isThreadId)
      .sort();
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';
