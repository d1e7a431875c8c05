import type { Event } from '../core/event.ts';
import { isEvent } from './saved-event.ts';
import type { ThreadIndex } from '../core/store.ts';

/** A line of a thread's file. `v`: how many events stand before it; `by`: the append that wrote it. */
export type Line = {
  readonly v: number;
  readonly by: string;
  readonly index: ThreadIndex;
  readonly event: Event;
};
/** The first `bytes` of a file hold `version` events. */
export type Position = { readonly bytes: number; readonly version: number };
/** `damage`: the row, counted from 1, that once was the next event, and can no longer be read. */
export type Reading = {
  readonly lines: readonly Line[];
  readonly end: Position;
  readonly isTorn: boolean;
  readonly damage?: number;
};

export const START: Position = { bytes: 0, version: 0 };
/** Ends a line that a crash cut short, so that it never becomes whole. */
export const TORN = ' torn\n';

/** Counts whole lines in order of their version; a line that is torn, late or a loser's does not count. */
export function parse(bytes: Buffer, from: Position): Reading {
  const length = bytes.lastIndexOf('\n') + 1;
  const lines: Line[] = [];
  let damage: number | undefined;
  for (const [index, row] of bytes.toString('utf8', 0, length).split('\n').entries()) {
    const version = from.version + lines.length;
    const line = parseLine(row);
    if (line?.v === version) {
      lines.push(line);
      damage = undefined;
    } else if (provesLoss(row, line, version)) damage ??= index + 1;
    if (line && line.v > version) break;
  }
  const end = { bytes: from.bytes + length, version: from.version + lines.length };
  return { lines, end, isTorn: length < bytes.length, ...(damage !== undefined && { damage }) };
}

/** Whether an event is missing that was saved: versions have no gaps, and what a crash tore has its mark. */
function provesLoss(row: string, line: Line | undefined, version: number): boolean {
  if (row.trim() === '' || row.endsWith(TORN.trimEnd())) return false;
  // One that was written behind a torn line before anybody saw that; its append was told of a conflict.
  const last = line ?? parseLine(row.slice(Math.max(0, row.lastIndexOf('{"v":'))));
  return last === undefined || last.v > version;
}

function parseLine(row: string): Line | undefined {
  try {
    const line: unknown = row === '' ? undefined : JSON.parse(row);
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

function isLine(line: unknown): line is Line {
  const { v, by, index, event } = Object(line);
  const isWritten =
    Number.isInteger(v) && typeof by === 'string' && typeof Object(index).status === 'string';
  return isWritten && isEvent(event);
}
