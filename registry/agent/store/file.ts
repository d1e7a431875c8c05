import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { Refused } from '../core/errors.ts';
import { parse, START, TORN, type Line, type Position, type Reading } from './file-lines.ts';
import {
  Conflict,
  Damaged,
  isThreadId,
  matchesQuery,
  type ThreadIndex,
  type Store,
  type ThreadInfo,
} from '../core/store.ts';

const { O_APPEND, O_CREAT, O_RDWR } = fs.constants;
const MOST_KNOWN = 1_000;

/**
 * One JSON Lines file a thread, one line an event, for any number of processes on one local disk. The system puts
 * each write whole behind what others wrote, so of two lines with the same version the first counts, for everybody.
 * Synchronous on purpose: an event is on disk before anything follows from it, at a quarter of the CPU.
 */
export function fileStore(folder = '.agent/threads'): Store {
  const known = new Map<string, Position>();
  const infos = new Map<string, Seen>();
  const pathOf = (id: string) => join(folder, `${id}.jsonl`);
  return {
    async load(id) {
      return undamaged(pathOf(id), readAll(pathOf(id))).lines.map(({ event }) => event);
    },
    async append(id, version, event, index) {
      if (version === 0) fs.mkdirSync(folder, { recursive: true });
      const file = openThread(pathOf(id), version);
      try {
        let before = readFrom(file, known.get(id) ?? START);
        if (before.end.version !== version || before.damage)
          before = undamaged(pathOf(id), readFrom(file, START));
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
        const info = infoOf(id, pathOf(id), infos);
        if (info && matchesQuery(info, query)) found.push(info);
      }
      return found;
    },
  };
}

/** What was found in a file of this size, written at this time. */
type Seen = {
  readonly size: number;
  readonly mtimeMs: number;
  readonly info: ThreadInfo | undefined;
};

/** What a file that has not changed since it was read is known to hold: whoever looks often reads little. */
function infoOf(id: string, path: string, seen: Map<string, Seen>): ThreadInfo | undefined {
  const { size = 0, mtimeMs = 0 } = fs.statSync(path, { throwIfNoEntry: false }) ?? {};
  const before = seen.get(id);
  if (before?.size === size && before.mtimeMs === mtimeMs) return before.info;
  const { lines, end, damage } = readAll(path);
  const index: ThreadIndex | undefined = damage ? { status: 'failed' } : lines.at(-1)?.index;
  const info = index && { id, version: end.version, ...index };
  seen.set(id, { size, mtimeMs, info });
  return info;
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
    throw new Refused(
      `Only ${written} of ${bytes.length} bytes could be written: is the disk full?`,
    );
}

function readAll(path: string): Reading {
  try {
    return parse(fs.readFileSync(path), START);
  } catch (error) {
    if (isMissing(error)) return { lines: [], end: START, isTorn: false };
    throw error;
  }
}

/** @throws Damaged, so that nobody acts on a part of a thread */
function undamaged(path: string, reading: Reading): Reading {
  const { lines, damage } = reading;
  if (damage === undefined) return reading;
  const events = lines.map(({ event }) => event);
  const why = `${path} is damaged at line ${damage}: only the ${events.length} events before it are whole.`;
  throw new Damaged(
    `${why} Nothing was changed. Mend that line, or delete it and all after it.`,
    events,
  );
}

function readFrom(file: number, from: Position): Reading {
  const { size } = fs.fstatSync(file);
  if (size < from.bytes) return readFrom(file, START);
  const bytes = Buffer.alloc(size - from.bytes);
  return parse(bytes.subarray(0, fs.readSync(file, bytes, 0, bytes.length, from.bytes)), from);
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

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';
