import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { basename, join } from 'node:path';
import { oneLine, promised, Refused } from '../core/errors.ts';
import { without } from '../core/event.ts';
import { Conflict, Damaged, detailsOf, isThreadId, matchesQuery, pageOf } from '../core/store.ts';
import type { Store, ThreadInfo } from '../core/store.ts';
import { initial, reduce } from '../core/thread.ts';
import { parseLines, START, TORN_MARK } from './file-lines.ts';
import type { FilePosition, FileReading, SavedLine } from './file-lines.ts';

const EXTENSION = '.jsonl';
const MAX_KNOWN_ENDS = 1_000;

/**
 * Keeps each thread in a JSON Lines file, for any number of processes on one local disk. New files
 * and folders are for their owner only. Calls are synchronous, which takes a quarter of the CPU.
 */
export function fileStore(folder = '.agent/threads'): Store {
  const ends = new Map<string, FilePosition>();
  const infos = new Map<string, CachedInfo>();
  const pathOf = (id: string) => join(folder, id + EXTENSION);
  const remember = (id: string, end: FilePosition) => {
    if (ends.size >= MAX_KNOWN_ENDS) ends.clear();
    ends.set(id, end);
  };

  return {
    load: promised((id) => {
      const path = pathOf(id);
      const { lines } = requireUndamaged(path, readAll(path));
      return lines.map(({ event }) => event);
    }),
    append: promised((id, version, event, summary) => {
      if (version === 0) fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const index = without(summary, 'details');
      const line = { v: version, by: randomUUID(), index, event };
      const end = appendLine(pathOf(id), line, ends.get(id) ?? START);
      remember(id, end);
      if (version === 0) syncFolder(folder);
      return version + 1;
    }),
    create: promised((id, events, summary) => {
      fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
      const index = without(summary, 'details');
      const lines = events.map((event, v) => ({
        v,
        by: randomUUID(),
        index,
        event,
      }));
      createFile(pathOf(id), lines);
      syncFolder(folder);
      return events.length;
    }),
    list: promised((query) => {
      const { after = '', dueBefore, limit } = query;
      const found: ThreadInfo[] = [];
      for (const id of threadIds(folder)) {
        // Only by id is the rest of the threads on a later page.
        if (dueBefore === undefined && found.length === limit) break;
        if (dueBefore === undefined && id <= after) continue;
        const info = infoOf(id, pathOf(id), infos);
        if (info && matchesQuery(info, query)) found.push(info);
      }
      return pageOf(found, query);
    }),
    version: promised((id) => {
      const path = pathOf(id);
      if (!exists(path)) return 0;
      const end = readNewLines(path, ends.get(id) ?? START);
      remember(id, end);
      return end.version;
    }),
  };
}

/**
 * Appends a line and returns the new end. The system appends each write whole, so processes
 * agree on the order of lines, and the first of two lines with one version counts.
 */
function appendLine(path: string, line: SavedLine, knownEnd: FilePosition): FilePosition {
  // Only a first event creates the file.
  if (line.v > 0 && !exists(path)) throw new Conflict(`${path} does not exist`);
  const file = fs.openSync(path, 'a+', 0o600);
  try {
    let before = readFrom(file, knownEnd);
    if (before.end.version !== line.v || before.damagedRow !== undefined)
      before = requireUndamaged(path, readFrom(file, START));

    const { end, isTorn } = before;
    if (end.version !== line.v)
      throw new Conflict(`${path} has ${end.version} events, not ${line.v}`);
    const ending = isTorn ? `${TORN_MARK}\n` : '';
    writeAtOnce(file, `${ending}${JSON.stringify(line)}\n`);
    const written = readFrom(file, end);
    if (written.lines.length === 0) throw new Error(`${path}: a line cannot be read back`);
    if (written.lines[0]?.by !== line.by)
      throw new Conflict(`Another process appended event ${line.v} to ${path}`);
    fs.fdatasyncSync(file);
    return written.end;
  } finally {
    fs.closeSync(file);
  }
}

/** Gives a whole file its name only once it is on disk. A crash leaves at most one without. */
function createFile(path: string, lines: readonly SavedLine[]): void {
  const unnamed = `${path}.${randomUUID()}.new`;
  const file = fs.openSync(unnamed, 'wx', 0o600);
  try {
    writeAtOnce(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    fs.fsyncSync(file);
    // In place of a rename, which would replace a thread.
    fs.linkSync(unnamed, path);
  } catch (error) {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw isTaken ? new Conflict(`${path} exists`) : error;
  } finally {
    fs.closeSync(file);
    fs.unlinkSync(unnamed);
  }
}

/** Writes in one call: lines of processes never mix. @throws Refused on a full disk */
function writeAtOnce(file: number, text: string): void {
  const bytes = Buffer.from(text);
  const written = fs.writeSync(file, bytes);
  if (written === bytes.length) return;
  const part = `Only ${written} of ${bytes.length} bytes`;
  throw new Refused(`${part} could be written: is the disk full?`);
}

function readFrom(file: number, from: FilePosition): FileReading {
  const { size } = fs.fstatSync(file);
  if (size < from.bytes) return readFrom(file, START);
  const bytes = Buffer.alloc(size - from.bytes);
  const length = fs.readSync(file, bytes, 0, bytes.length, from.bytes);
  return parseLines(bytes.subarray(0, length), from);
}

/** Reads what follows `from`, and returns the new end. @throws Damaged */
function readNewLines(path: string, from: FilePosition): FilePosition {
  const file = fs.openSync(path, 'r');
  try {
    const added = readFrom(file, from);
    if (added.damagedRow === undefined) return added.end;
    return requireUndamaged(path, readFrom(file, START)).end;
  } finally {
    fs.closeSync(file);
  }
}

function readAll(path: string): FileReading {
  const bytes = exists(path) ? fs.readFileSync(path) : Buffer.alloc(0);
  return parseLines(bytes, START);
}

/**
 * @throws Refused for a folder or a pipe: reading a pipe would block this process
 * @throws if the file system cannot tell, for example EACCES
 */
function exists(path: string): boolean {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  if (stats && !stats.isFile()) throw new Refused(`${path} is not a file.`);
  return stats !== undefined;
}

/** @throws Damaged, so that no process acts on a part of a thread */
function requireUndamaged(path: string, reading: FileReading): FileReading {
  const { damagedRow } = reading;
  if (damagedRow === undefined) return reading;

  const events = reading.lines.map(({ event }) => event);
  const problem = `${path} is damaged at line ${damagedRow}`;
  const rest = `only the ${events.length} events before it can be read`;
  const advice = 'Fix that line, or delete it and all lines after it';
  throw new Damaged(`${problem}: ${rest}. Nothing was changed. ${advice}.`, events);
}

/** `stamp` is the size and time of the file that `info` was read from, or its error. */
type CachedInfo = { readonly stamp: string; readonly info: ThreadInfo | undefined };

/** Errors of this process or its machine, not of one entry. */
const outages = ['EMFILE', 'ENFILE', 'ENOMEM'];

/** An entry that cannot be read is a failed thread, with one warning: the others are listed. */
function infoOf(id: string, path: string, infos: Map<string, CachedInfo>) {
  try {
    return readChanged(id, path, infos);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (outages.includes(code)) throw error;
    const info = { id, version: 0, status: 'failed' } as const;
    if (infos.get(id)?.stamp !== code)
      process.emitWarning(`${id} cannot be read: ${oneLine(error)}`);
    infos.set(id, { stamp: code, info });
    return info;
  }
}

/** Reads a file only if it has changed since the last call. */
function readChanged(id: string, path: string, infos: Map<string, CachedInfo>) {
  const stats = fs.statSync(path, { throwIfNoEntry: false });
  const stamp = `${stats?.size} ${stats?.mtimeMs}`;
  const cached = infos.get(id);
  if (cached?.stamp === stamp) return cached.info;

  const info = readInfo(id, path);
  infos.set(id, { stamp, info });
  return info;
}

function readInfo(id: string, path: string): ThreadInfo | undefined {
  const { lines, end, damagedRow } = readAll(path);
  const { version } = end;
  if (damagedRow !== undefined) return { id, version, status: 'failed' };
  const last = lines.slice(-1)[0];
  if (last === undefined) return undefined;
  const events = lines.map(({ event }) => event);
  const details = detailsOf({ id, events, state: events.reduce(reduce, initial) });
  return { id, version, ...last.index, details };
}

function threadIds(folder: string): string[] {
  if (!fs.statSync(folder, { throwIfNoEntry: false })) return [];
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => basename(name, EXTENSION))
    .filter(isThreadId)
    .sort();
}

/** Saves the name of a new file. Windows cannot, and does not need to. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}
