import { createHash, randomUUID } from 'node:crypto';
import * as z from 'zod';
import { cut, secretsIn } from '../clean.ts';
import { Unusable } from '../errors.ts';
import type { Model, ModelAnswer, ModelRequest } from './model.ts';
import { append, read, type Line } from './recording.ts';

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
    const line = { block: request.blocks.at(-1) ?? '', step, error, usage, key: keyOf(request), run };
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
      throw new Unusable(`${file} has no answer to this; record one with RECORD=1: ${start(request)}`);
    played.set(key, turn + 1);
    return answerIn(line);
  };
}

const start = ({ blocks }: ModelRequest) => cut((blocks.at(-1) ?? '').split('\n').slice(0, 4).join('\n'), 160);

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
