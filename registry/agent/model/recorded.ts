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
import type { Usage } from '../core/event.ts';
import type { Model, ModelAnswer, ModelRequest } from '../core/model.ts';
import { truncate, redact, secretsIn } from '../core/sanitize.ts';

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Plays what `model` once said, from a file and offline. With `RECORD=1` in `env` it asks `model` instead, and appends
 * each answer as a line of JSON, without the secrets that `env` has.
 *
 * A request is its prompt, its blocks and its schema. Asked again it plays its next answer, in the end the last one for
 * ever. Recorded again it replaces its answers: the old lines stay in the file, and are not played.
 * @throws Unusable if a request was never recorded, or a line is damaged
 */
export function recorded(file: string, model: Model, env: Env = process.env): Model {
  const isRecording = env['RECORD'] === '1';
  const { missing, preview, timeoutMs } = model;
  return Object.assign(isRecording ? recorder(file, model, secretsIn(env)) : player(file), {
    missing: isRecording && missing ? missing : () => [],
    ...(preview && { preview }),
    ...(isRecording && timeoutMs !== undefined && { timeoutMs }),
  });
}

function recorder(file: string, model: Model, secrets: readonly string[]) {
  const run = randomUUID();
  return async (request: ModelRequest): Promise<ModelAnswer> => {
    const { step, error, usage } = await model(request);
    const line = {
      block: request.blocks.at(-1) ?? '',
      step,
      error,
      usage,
      key: keyOf(request),
      run,
    };
    return answerIn(append(file, line, secrets));
  };
}

function player(file: string) {
  const played = new Map<string, number>();
  let lines: readonly Line[] | undefined;
  return async (request: ModelRequest): Promise<ModelAnswer> => {
    lines ??= read(file);
    const key = keyOf(request);
    const ours = lines.filter((line) => line.key === key);
    const answers = ours.filter(({ run }) => run === ours.at(-1)?.run);
    const turn = played.get(key) ?? 0;
    const line = answers[turn] ?? answers.at(-1);
    if (line === undefined)
      throw new PermanentModelError(
        `${file} has no answer to this; record one with RECORD=1: ${start(request)}`,
      );
    played.set(key, turn + 1);
    return answerIn(line);
  };
}

const start = ({ blocks }: ModelRequest) =>
  truncate((blocks.at(-1) ?? '').split('\n').slice(0, 4).join('\n'), 160);

const answerIn = ({ step, error, usage }: Line): ModelAnswer => ({
  step,
  ...(error !== undefined && { error }),
  ...(usage && { usage }),
});

/** Unless the model would see something else, it is the same. */
function keyOf({ system, blocks, schema }: ModelRequest): string {
  const seen = [system, blocks, z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })];
  return createHash('sha256').update(JSON.stringify(seen)).digest('hex');
}

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
  return rows.flatMap((row, index) =>
    row.trim() === '' ? [] : [parse(row, `${file}:${index + 1}`)],
  );
}

function textIn(file: string): string {
  try {
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } catch (error) {
    throw new PermanentModelError(`${file} cannot be read: ${oneLine(error)}`);
  }
}

function parse(row: string, place: string): Line {
  try {
    return Line.parse(JSON.parse(row));
  } catch {
    throw new PermanentModelError(
      `${place} is damaged: delete the line, and record it again with RECORD=1`,
    );
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
    throw new PermanentModelError(`${file} cannot be written: ${oneLine(error)}`);
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
  return Object.fromEntries(
    Object.entries(value).map((entry) => entry.map((part) => without(secrets, part))),
  );
}
