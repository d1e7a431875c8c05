import { isEvent, isObject, type Event } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import type { ThreadIndex } from '../core/store.ts';

/** A line of a thread's file. `v` counts the events before it, `by` is an id of the append. */
export type SavedLine = {
  readonly v: number;
  readonly by: string;
  readonly index: ThreadIndex;
  readonly event: Event;
};

/** The first `bytes` of a file hold `version` events. */
export type FilePosition = { readonly bytes: number; readonly version: number };

/**
 * The events of whole lines. `isTorn` if the file ends inside of a line.
 * `damagedRow`, from 1, is where a saved event is missing.
 */
export type FileReading = {
  readonly lines: readonly SavedLine[];
  readonly end: FilePosition;
  readonly isTorn: boolean;
  readonly damagedRow: number | undefined;
};

export const START: FilePosition = { bytes: 0, version: 0 };

/** Ends a line that a crash cut short, so that no later text completes it. */
export const TORN_MARK = ' torn';

/** Reads the rows that follow `from`, without those that are torn or repeat a version. */
export function parseLines(bytes: Buffer, from: FilePosition): FileReading {
  const length = bytes.lastIndexOf('\n') + 1;
  const rows = bytes.toString('utf8', 0, length).split('\n').slice(0, -1);
  const lines: SavedLine[] = [];
  let damagedRow: number | undefined;

  for (const [index, row] of rows.entries()) {
    const version = from.version + lines.length;
    const line = parseLine(row);
    if (line?.v === version) {
      lines.push(line);
      damagedRow = undefined;
    } else if (isDamage(row, line, version)) {
      damagedRow ??= index + 1;
    }
    if (line && line.v > version) break;
  }

  const version = from.version + lines.length;
  const end = { bytes: from.bytes + length, version };
  return { lines, end, isTorn: length < bytes.length, damagedRow };
}

/** Tells whether a saved event is lost: versions have no gaps, and torn rows have a mark. */
function isDamage(row: string, line: SavedLine | undefined, version: number): boolean {
  if (row.trim() === '' || row.endsWith(TORN_MARK)) return false;
  // A process may append to a torn row before its mark: that append got a Conflict.
  const lastStart = Math.max(0, row.lastIndexOf('{"v":'));
  const last = line ?? parseLine(row.slice(lastStart));
  return last === undefined || last.v > version;
}

function parseLine(row: string): SavedLine | undefined {
  const line = parseJson(row);
  return isSavedLine(line) ? line : undefined;
}

function isSavedLine(line: unknown): line is SavedLine {
  if (!isObject(line) || !isObject(line['index'])) return false;
  const { v, by, index, event } = line;
  if (!Number.isInteger(v) || typeof by !== 'string') return false;
  return typeof index['status'] === 'string' && isEvent(event);
}
