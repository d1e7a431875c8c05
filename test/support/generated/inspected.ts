import { serve, type ServerType } from '@hono/node-server';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { contextWindow } from '../../../registry/agent/core/context.ts';
import type { Agent } from '../../../registry/agent/core/agent.ts';
import type { NewEvent, Step } from '../../../registry/agent/core/event.ts';
import type { Model } from '../../../registry/agent/core/model.ts';
import { oneOf, tool, type Action } from '../../../registry/agent/core/tool.ts';
import { inspectorTrigger } from '../../../registry/agent/inspector/trigger.ts';
import { agentServer, type ServerOptions } from '../../../registry/agent/server/server.ts';
import { memoryStore } from '../../../registry/agent/store/memory.ts';
import { writeEvents } from './write-events.ts';

const settings = { timeoutMs: 5_000, onUnknownOutcome: 'retry' } as const;

const list = tool({
  schema: z.object({ intent: z.literal('list_releases') }).describe('The releases, newest last.'),
  ...settings,
  run: async () => ['1.4.0', '1.4.1', '1.4.2'].map((version) => ({ version, tests: 'passed' })),
});
const deploy = tool({
  schema: z.object({ intent: z.literal('deploy'), version: z.string(), to: z.string() }),
  ...settings,
  run: async ({ version, to }) => {
    if (to === 'nowhere') throw new Error('there is no such place');
    return { deployed: version, to };
  },
});
const asking = {
  awaits: 'answer' as const,
  schema: z.object({
    intent: z.literal('ask'),
    question: z.string(),
    choices: z.array(z.string()).optional(),
  }),
};
const ending = {
  awaits: 'message' as const,
  schema: z.object({ intent: z.literal('done_for_now'), message: z.string() }),
};
const schema = oneOf({ list_releases: list, deploy, ask: asking, done_for_now: ending });

function actionFor(step: z.infer<typeof schema>): Action {
  switch (step.intent) {
    case 'list_releases':
      return list.action(step);
    case 'deploy':
      return deploy.action(step);
    case 'ask':
      return asking;
    case 'done_for_now':
      return ending;
    default:
      return step satisfies never;
  }
}

/** Plays the steps in the data of the last message that has some. It writes slowly if heard. */
function playing(wait: () => Promise<unknown>): Model {
  return async ({ events, blocks, onText }) => {
    const at = events
      .map((event) => event.type === 'message' && stepsOf(event.data))
      .lastIndexOf(true);
    const message = events[at];
    const steps = message?.type === 'message' ? (message.data as { steps: Step[] }).steps : [];
    const done = events.slice(at).filter(({ type }) => type === 'tool_call').length;
    const step = steps[done] ?? { intent: 'done_for_now', message: 'All steps are played.' };
    const answer = JSON.stringify({ next_step: step });
    if (onText) {
      for (let end = 0; end < answer.length; end += 12) {
        onText(answer.slice(0, end));
        await sleep(15);
      }
      await wait();
    }
    const input_tokens = 900 + Math.round(blocks.join('').length / 4);
    const cached_tokens = done > 0 ? input_tokens - 120 : 0;
    const usd = input_tokens * 2e-6;
    return { step, usage: { input_tokens, cached_tokens, output_tokens: 40 + done, usd } };
  };
}

const stepsOf = (data: unknown): boolean =>
  typeof data === 'object' && data !== null && 'steps' in data && Array.isArray(data.steps);

type Changes = Omit<ServerOptions, 'log'> & {
  agent?: Partial<Agent>;
  wait?: () => Promise<unknown>;
};

/** Starts a server with an inspector, and an agent that plays the steps that it is sent. */
export async function startInspected({
  agent: parts,
  wait = async () => undefined,
  ...options
}: Changes = {}) {
  const own: Agent<z.infer<typeof schema>> = {
    prompt: 'You deploy releases. Ask if you do not know what to deploy, or where to.\n',
    tools: { schema, actionFor },
    policy: {
      needsApproval: (step) =>
        step.intent === 'deploy' && step.to === 'production'
          ? { ask: 'production needs a person' }
          : 'run',
      approvers: ['local', 'ada', 'api'],
      budgets: { steps: 50, errorsInARow: 3, repeats: 5, tokens: 1_000_000 },
      expiry: { afterMs: 30 * 86_400_000, outcome: 'denied' },
    },
    model: playing(wait),
    store: memoryStore(),
    context: contextWindow(),
    now: Date.now,
    triggers: { inspector: inspectorTrigger },
  };
  const agent: Agent = { ...own, ...parts };
  const server = agentServer(agent, { isPrivate: true, log: () => undefined, ...options });
  const listener: ServerType = serve({ fetch: server.fetch, port: 0, hostname: '127.0.0.1' });
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    agent,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await server.stop(100);
      if ('closeAllConnections' in listener) listener.closeAllConnections();
      listener.close();
    },
  };
}

/** Sends JSON to the API. */
export async function post(url: string, path: string, body: object) {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return {
    status: response.status,
    body: (await response.json()) as { id: string; status: string },
  };
}

const tasks = [
  'Check the nightly build of main',
  'Clean up previews that are older than a week',
  'Rotate the key of the staging database, and tell the team when it is done',
  'Which releases went out this week?',
];
const people = ['ada', 'bob', 'github'];

/** Fills a store with threads of several statuses. */
export async function fillThreads(agent: Agent, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1) {
    const id = `t_${(0x4c1f3a07 + number * 7919).toString(16)}`;
    const from = people[number % 3] ?? '';
    const call_id = `${id}:1`;
    const to = number % 8 === 0 ? 'production' : 'staging';
    const step = { intent: 'deploy', version: `1.4.${number % 10}`, to };
    const end = { intent: 'done_for_now', message: 'Done.' };
    const message = { channel: 'http', from, text: tasks[number % 4] ?? '' };
    const objection = { ask: 'production needs a person' };
    await writeEvents(agent, id, [
      { type: 'message', ...message },
      number % 8 === 0
        ? { type: 'tool_call', call_id, step, awaits: 'approval', objection }
        : { type: 'tool_call', call_id, step: end, awaits: 'message' },
    ]);
  }
}

/** Writes a thread with so many events, of steps that ran. */
export async function longThread(agent: Agent, id: string, count: number): Promise<void> {
  const events: NewEvent[] = [{ type: 'message', channel: 'http', from: 'ada', text: 'Go on.' }];
  while (events.length < count) {
    const call_id = `${id}:${events.length}`;
    const step = { intent: 'deploy', version: `1.4.${events.length}`, to: 'staging' };
    const usage = {
      input_tokens: 900 + events.length,
      cached_tokens: 900,
      output_tokens: 40,
      usd: 0.002,
    };
    const result = { deployed: step.version, notes: 'x'.repeat(events.length % 400) };
    const run = { call_id, attempt: 1 };
    events.push(
      { type: 'tool_call', call_id, step, awaits: 'result', usage },
      { type: 'tool_started', ...run, by: 'bench', lease_until: '2126-01-01T00:00:00.000Z' },
      { type: 'tool_result', ...run, result },
    );
  }
  await writeEvents(agent, id, events.slice(0, count));
}
