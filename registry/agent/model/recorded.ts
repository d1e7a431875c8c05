import { createHash, randomUUID } from 'node:crypto';
import {
  appendFileSync,
  closeSync,
  existsSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readSync,
} from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { oneLine, PermanentModelError } from '../core/errors.ts';
import { isUsage, type Usage } from '../core/event.ts';
import { jsonSchemaOf, type Model, type ModelAnswer, type ModelRequest } from '../core/model.ts';
import { redactor, secretsIn, truncate } from '../core/sanitize.ts';
import type { Env } from './adapter.ts';
import { playRhythm, Rhythm, rhythmKeeper } from './rhythm.ts';

/**
 * Plays a model's answers from a file, offline. With `RECORD=1` in `env` it asks `model` instead
 * and appends each answer as a line of JSON, without the secrets in `env`.
 *
 * A request is identified by its prompt, blocks and schema. If it repeats, it gets its next answer;
 * after the last one, that one again. A new recording of a request replaces its answers: the old
 * lines stay in the file, but are not played. If the request has a listener, the rhythm of the
 * answer is recorded, too, and played in real time.
 * @throws PermanentModelError if a request was not recorded, or a line is damaged
 */
export function recorded(file: string, model: Model, env: Env = process.env): Model {
  const { missing = () => [], preview, timeoutMs } = model;
  const isRecording = env['RECORD'] === '1';
  const properties = preview ? { preview } : {};
  if (!isRecording) {
    return Object.assign(player(file), { ...properties, missing: () => [] });
  }
  const limits = timeoutMs === undefined ? {} : { timeoutMs };
  const record = recorder(file, model, redactor(secretsIn(env)));
  return Object.assign(record, { ...properties, ...limits, missing });
}

type Redact = (text: string) => string;

function recorder(file: string, model: Model, redact: Redact) {
  const run = randomUUID();
  return async (request: ModelRequest): Promise<ModelAnswer> => {
    const { onText } = request;
    const kept = onText && rhythmKeeper(onText, redact);
    const { step, error, text, usage } = await model({ ...request, onText: kept?.listener });
    const block = request.blocks.slice(-1)[0] ?? '';
    const key = requestKey(request);
    const answer = { block, step, error, text, usage, key, run, rhythm: kept?.rhythm };
    const line = appendAnswer(file, answer, redact);
    return toAnswer(line);
  };
}

function player(file: string) {
  const counts = new Map<string, number>();
  let lines: readonly RecordedAnswer[] | undefined;
  return async (request: ModelRequest): Promise<ModelAnswer> => {
    lines ??= readAnswers(file);
    const key = requestKey(request);
    const answers = newestAnswers(lines, key);
    const count = counts.get(key) ?? 0;
    const line = answers[count] ?? answers.slice(-1)[0];
    if (line === undefined) {
      const problem = `${file} has no answer to this; record one with RECORD=1`;
      throw new PermanentModelError(`${problem}: ${summarize(request)}`);
    }
    counts.set(key, count + 1);
    const { onText } = request;
    if (onText) await playRhythm(line.rhythm ?? [], request, onText);
    return toAnswer(line);
  };
}

/** Returns the answers of the last run that recorded this request. */
function newestAnswers(lines: readonly RecordedAnswer[], key: string): readonly RecordedAnswer[] {
  const recordings = lines.filter((line) => line.key === key);
  const run = recordings.slice(-1)[0]?.run;
  return recordings.filter((line) => line.run === run);
}

function summarize({ blocks }: ModelRequest): string {
  const rows = (blocks.slice(-1)[0] ?? '').split('\n');
  return truncate(rows.slice(0, 4).join('\n'), 160);
}

function toAnswer({ step, error, text, usage }: RecordedAnswer): ModelAnswer {
  return error === undefined ? { step, usage } : { step, error, text, usage };
}

/** Two requests are the same if the model sees the same. */
function requestKey({ system, blocks, schema }: ModelRequest): string {
  const seen = JSON.stringify([system, blocks, jsonSchemaOf(schema)]);
  return createHash('sha256').update(seen).digest('hex');
}

/** A recorded answer. */
const RecordedAnswer = z.object({
  /** The last block of the request, for readers. */
  block: z.string(),
  step: z.unknown().optional(),
  error: z.string().optional(),
  text: z.string().optional(),
  usage: z.custom<Usage>(isUsage).optional(),
  key: z.string(),
  /** Tells one recording from the next. */
  run: z.string(),
  rhythm: Rhythm.optional(),
});
type RecordedAnswer = z.infer<typeof RecordedAnswer>;

/** @throws PermanentModelError if the file cannot be read, or a line is damaged */
function readAnswers(file: string): readonly RecordedAnswer[] {
  const rows = readFileText(file).split('\n');
  return rows.flatMap((row, index) => {
    if (row.trim() === '') return [];
    return [parseRow(row, `${file}:${index + 1}`)];
  });
}

/** Returns an empty text if there is no file. */
function readFileText(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch (error) {
    throw new PermanentModelError(`${file} cannot be read: ${oneLine(error)}`);
  }
}

function parseRow(row: string, place: string): RecordedAnswer {
  try {
    return RecordedAnswer.parse(JSON.parse(row));
  } catch {
    const advice = 'delete the line, and record it again with RECORD=1';
    throw new PermanentModelError(`${place} is damaged: ${advice}`);
  }
}

/**
 * Appends a redacted line, and returns it as it will be read. It is a single write, so
 * processes can share a file.
 * @throws PermanentModelError if the file cannot be written: paid answers would be lost
 */
function appendAnswer(file: string, line: RecordedAnswer, redact: Redact): RecordedAnswer {
  const row = JSON.stringify(redactAll(line, redact));
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeRow(file, row);
  } catch (error) {
    throw new PermanentModelError(`${file} cannot be written: ${oneLine(error)}`);
  }
  return RecordedAnswer.parse(JSON.parse(row));
}

/** Starts a new line, even if a crash cut the last one short. */
function writeRow(file: string, row: string): void {
  const handle = openSync(file, 'a+');
  try {
    const { size } = fstatSync(handle);
    const lastByte = Buffer.from('\n');
    if (size > 0) readSync(handle, lastByte, 0, 1, size - 1);
    const isCut = lastByte.toString('latin1') !== '\n';
    appendFileSync(handle, isCut ? `\n${row}\n` : `${row}\n`);
  } finally {
    closeSync(handle);
  }
}

/** Redacts every text in a value, including names of fields. */
function redactAll(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) {
    return value.map((item) => redactAll(item, redact));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, field]) => [
    redact(name),
    redactAll(field, redact),
  ]);
  return Object.fromEntries(entries);
}
