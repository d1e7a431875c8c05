import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import * as z from 'zod';
import type { ModelRequest } from '../core/model.ts';

export type ToyAnswer = {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body: unknown;
  /** The bytes at which the body is cut into pieces. */
  readonly cuts?: readonly number[];
  /** The fault of the connection after the body, in place of an end. */
  readonly atEnd?: 'break' | 'stay';
};

type ReceivedRequest = {
  readonly path: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
};

/** Headers that fetch adds. */
const fetchHeaders = /^(host|connection|accept.*|sec-fetch-mode|user-agent|content-length)$/;

/** A provider over real HTTP. It gives the answers in order, then the last one again. */
export async function toyProvider(...answers: readonly ToyAnswer[]) {
  const requests: ReceivedRequest[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(([name]) => !fetchHeaders.test(name)),
    );
    const answer = answers[Math.min(requests.length, answers.length - 1)];
    requests.push({ path: request.url, headers, body });
    const text = typeof answer?.body === 'string' ? answer.body : JSON.stringify(answer?.body);
    response.writeHead(answer?.status ?? 200, answer?.headers);
    const { cuts = [], atEnd } = answer ?? {};
    const bytes = Buffer.from(text);
    for (const [index, cut] of cuts.entries()) {
      response.write(bytes.subarray(cuts[index - 1] ?? 0, cut));
      await nextTurn();
    }
    const rest = bytes.subarray(cuts.slice(-1)[0] ?? 0);
    if (atEnd === undefined) response.end(rest);
    else response.write(rest, () => atEnd === 'break' && response.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests };
}

/** Parses the body of a request that a toy provider received. */
export const bodyOf = (request: ReceivedRequest | undefined) =>
  JSON.parse(request?.body ?? '{}') as Readonly<Record<string, unknown>>;

/** A request with tools of its own, so that tests do not depend on yours. */
export const toyRequest: ModelRequest = {
  system: 'Ship it.',
  blocks: ['<message>\n from: ada\n text: ship 1.4.2', '<tool_error>\n no such version'],
  events: [],
  schema: z.discriminatedUnion('intent', [
    z
      .object({
        intent: z.literal('deploy'),
        version: z.string().min(1),
        percent: z.int().max(100).optional(),
      })
      .describe('Deploy a version.'),
    z.object({ intent: z.literal('done'), message: z.string() }),
  ]),
  signal: new AbortController().signal,
};

const percent = { type: 'integer', description: '(maximum 100)' };

/** The schema of `toyRequest` for OpenAI's strict mode, and for Anthropic's. */
export const toyStrictSchema = strictWith({ anyOf: [percent, { type: 'null' }] }, [
  'intent',
  'version',
  'percent',
]);
export const toyStrictSchemaNotRequired = strictWith(percent, ['intent', 'version']);

function strictWith(percent: object, required: readonly string[]) {
  return {
    type: 'object',
    properties: {
      next_step: {
        anyOf: [
          {
            type: 'object',
            description: 'Deploy a version.',
            properties: {
              intent: { type: 'string', const: 'deploy' },
              version: { type: 'string' },
              percent,
            },
            required,
            additionalProperties: false,
          },
          {
            type: 'object',
            properties: { intent: { type: 'string', const: 'done' }, message: { type: 'string' } },
            required: ['intent', 'message'],
            additionalProperties: false,
          },
        ],
      },
    },
    required: ['next_step'],
    additionalProperties: false,
  };
}
