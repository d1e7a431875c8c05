import { appendFileSync, closeSync, existsSync, fstatSync, mkdirSync, openSync, readFileSync, readSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { redact } from '../clean.ts';
import { oneLine, Unusable } from '../errors.ts';
import type { Usage } from './usage.ts';

const Line = z.object({
  block: z.string(),
  step: z.unknown().optional(),
  error: z.string().optional(),
  usage: z.custom<Usage>((usage) => typeof Object(usage).input_tokens === 'number').optional(),
  key: z.string(),
  run: z.string(),
});

/** An answer in a recording. `block`, the last one asked, is for people; `run` tells a recording from an earlier one. */
export type Line = z.infer<typeof Line>;

/** Every line of a recording, none if there is no file. @throws Unusable if it cannot be read, or one is damaged */
export function read(file: string): readonly Line[] {
  const rows = textIn(file).split('\n');
  return rows.flatMap((row, index) => (row.trim() === '' ? [] : [parse(row, `${file}:${index + 1}`)]));
}

function textIn(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch (error) {
    throw new Unusable(`${file} cannot be read: ${oneLine(error)}`);
  }
}

function parse(row: string, place: string): Line {
  try {
    return Line.parse(JSON.parse(row));
  } catch {
    throw new Unusable(`${place} is damaged: delete the line, and record it again with RECORD=1`);
  }
}

/**
 * Adds a line without `secrets`, and returns it as it will be read. One write, so that processes can share a file.
 * @throws Unusable if it cannot be written: every other answer would be paid for, and lost
 */
export function append(file: string, line: Line, secrets: readonly string[]): Line {
  const row = JSON.stringify(without(secrets, line));
  try {
    mkdirSync(dirname(file), { recursive: true });
    write(file, `${row}\n`);
  } catch (error) {
    throw new Unusable(`${file} cannot be written: ${oneLine(error)}`);
  }
  return Line.parse(JSON.parse(row));
}

/** On a line of its own, even if a crash cut the last one short. */
function write(file: string, line: string): void {
  const handle = openSync(file, 'a+');
  try {
    const { size } = fstatSync(handle);
    const last = Buffer.from('\n');
    if (size > 0) readSync(handle, last, 0, 1, size - 1);
    appendFileSync(handle, last.toString('latin1') === '\n' ? line : `\n${line}`);
  } finally {
    closeSync(handle);
  }
}

/** Every text in a value, names of fields included. */
function without(secrets: readonly string[], value: unknown): unknown {
  if (typeof value === 'string') return redact(value, secrets);
  if (Array.isArray(value)) return value.map((item) => without(secrets, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map((entry) => entry.map((part) => without(secrets, part))));
}
