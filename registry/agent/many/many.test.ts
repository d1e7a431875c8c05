import { describe, expect, expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import type { Agent } from '../core/agent.ts';
import { contextWindow } from '../core/context.ts';
import { UnknownOutcome } from '../core/errors.ts';
import type { Event, Step } from '../core/event.ts';
import { advance } from '../core/loop.ts';
import type { Policy, Verdict } from '../core/policy.ts';
import { load, type Store } from '../core/store.ts';
import { oneOf, pending, tool, type Action, type RunOptions } from '../core/tool.ts';
import type { ToolContext } from '../core/tool.ts';
import { memoryStore } from '../store/memory.ts';
import { done, hear, read, toyAgent, typesOf } from '../testing/toy-agent.ts';
import { many, type PartResult } from './many.ts';
import { strictest } from '../core/strictest.ts';

type Runs = Readonly<Record<string, (context: ToolContext) => Promise<unknown>>>;

/** A tool that looks at a place: `runs` says what is there. */
function lookTool(runs: Runs, options: Partial<RunOptions> = {}) {
  return tool({
    schema: z.object({ intent: z.literal('look'), at: z.string() }),
    timeoutMs: 1_000,
    onUnknownOutcome: 'retry',
    ...options,
    run: ({ at }, context) => runs[at]?.(context) ?? Promise.resolve(`nothing at ${at}`),
  });
}

const count = tool({
  schema: z.object({ intent: z.literal('count'), to: z.number() }),
  timeoutMs: 1_000,
  onUnknownOutcome: 'retry',
  run: ({ to }) => Promise.resolve(Array.from({ length: to }, (_, index) => ({ n: index, to }))),
});

const look = (at: string) => ({ intent: 'look', at }) as const;
const all = (...calls: readonly Step[]) => ({ intent: 'many', calls });

type Options = { store?: Store; look?: Partial<RunOptions> };

/** An agent that takes the steps in order. Its tools are `look`, `count` and `many` of both. */
function agentWith(runs: Runs, steps: readonly Step[], options: Options = {}) {
  const { agent, clock } = toyAgent([...steps, done], { store: options.store ?? memoryStore() });
  const one = lookTool(runs, options.look);
  const both = many({ look: one, count });
  const end = { schema: z.object({ intent: z.literal('done') }), awaits: 'message' as const };
  const schema = oneOf({ look: one, count, many: both, done: end });
  type NextStep = z.infer<typeof schema>;
  function actionFor(step: NextStep): Action {
    switch (step.intent) {
      case 'look':
        return one.action(step);
      case 'count':
        return count.action(step);
      case 'many':
        return both.action(step);
      case 'done':
        return end;
      default:
        return step satisfies never;
    }
  }
  const policy: Policy<NextStep> = {
    ...agent.policy,
    needsApproval(step, state) {
      switch (step.intent) {
        case 'look':
          if (step.at === 'the safe') return { ask: 'it is a safe' };
          return step.at === 'the mail' ? { deny: 'it is private' } : 'run';
        case 'many':
          return strictest(step.calls, (call) => policy.needsApproval(call, state));
        default:
          return 'run';
      }
    },
  };
  const wired: Agent<NextStep> = { ...agent, tools: { schema, actionFor }, policy };
  return { agent: wired, clock, both };
}

async function start(agent: Agent) {
  await hear(agent, 't');
  return advance(agent, 't');
}

function resultOf(events: readonly Event[]): readonly PartResult[] {
  const results = events.filter((event) => event.type === 'tool_result');
  return results.slice(-1)[0]?.result as readonly PartResult[];
}

const errorsIn = (events: readonly Event[]) =>
  events.flatMap((event) => (event.type === 'tool_error' ? event.error : []));

/** Resolves once `size` callers wait. */
function barrier(size: number): () => Promise<string> {
  const waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(() => resolve('met'));
      if (waiting.length === size) for (const go of waiting) go();
    });
}

test('calls run at once, as one call of the thread', async () => {
  const meet = barrier(3);
  const { agent } = agentWith({ a: meet, b: meet, c: meet }, [
    all(look('a'), look('b'), look('c')),
  ]);
  const { events } = await start(agent);
  expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
  expect(resultOf(events)).toEqual([
    { call: look('a'), result: 'met' },
    { call: look('b'), result: 'met' },
    { call: look('c'), result: 'met' },
  ]);
});

test('results are in the order of the calls, and a failure is one of them', async () => {
  const ended: string[] = [];
  const c = Promise.resolve('c').finally(() => ended.push('c'));
  const a = c.then(() => ended.push('a') && 'a');
  const { agent } = agentWith(
    {
      a: () => a,
      b: () => Promise.reject(new Error('it is\n  locked')),
      c: () => c,
      d: () => {
        throw new Error('at once');
      },
      e: () => Promise.reject(new UnknownOutcome('the line broke')),
      f: () => Promise.resolve(pending(1_000)),
      g: () => Promise.resolve({ at: BigInt(1) }),
    },
    [all(...[...'abcdefg'].map(look))],
  );
  const { events } = await start(agent);
  expect(ended).toEqual(['c', 'a']);
  expect(resultOf(events)).toEqual([
    { call: look('a'), result: 'a' },
    { call: look('b'), error: 'it is locked' },
    { call: look('c'), result: 'c' },
    { call: look('d'), error: 'at once' },
    { call: look('e'), error: 'the line broke' },
    { call: look('f'), error: 'it returned pending(), and no one waits for its end' },
    { call: look('g'), result: { at: '1' } },
  ]);
});

test('if all calls fail, the step fails, and counts as an error', async () => {
  const away = () => Promise.reject(new Error('away'));
  const { agent } = agentWith({ a: away, b: away }, [all(look('a'), look('b'))]);
  const { events } = await start(agent);
  expect(typesOf(events)).toBe('message tool_call tool_started tool_error tool_call');
  expect(errorsIn(events)).toEqual(['all 2 calls failed: away']);
});

describe('a call that hangs', () => {
  const hang = () => new Promise<never>(() => undefined);

  test('is given up at its own timeout, and the others have results', async () => {
    const steps = [all(look('a'), { intent: 'count', to: 1 })];
    const { agent } = agentWith({ a: hang }, steps, { look: { timeoutMs: 20 } });
    const { events } = await start(agent);
    expect(typesOf(events)).toBe('message tool_call tool_started tool_result tool_call');
    expect(resultOf(events)).toEqual([
      { call: look('a'), error: 'no answer in 20 ms' },
      { call: { intent: 'count', to: 1 }, result: [{ n: 0, to: 1 }] },
    ]);
  });

  test('fails alone even if its timeout is the longest', async () => {
    const { agent, both } = agentWith({ a: hang }, [all(look('a'), look('b'))]);
    expect(both.timeoutMs).toBeGreaterThan(count.timeoutMs);
    const { events } = await start(agent);
    expect(resultOf(events)).toEqual([
      { call: look('a'), error: 'no answer in 1000 ms' },
      { call: look('b'), result: 'nothing at b' },
    ]);
  });

  test('is told so by its signal, and so are all when the thread is cancelled', async () => {
    const reasons: string[] = [];
    const watch = ({ signal }: ToolContext) => {
      signal.addEventListener('abort', () => reasons.push(String(signal.reason)));
      return hang();
    };
    const steps = [all(look('a'), look('b'), { intent: 'count', to: 1 })];
    const short = agentWith({ a: watch, b: watch }, steps, { look: { timeoutMs: 20 } });
    await start(short.agent);
    expect(reasons).toEqual(Array(2).fill('Error: no answer in 20 ms'));
    const long = agentWith({ a: watch, b: () => cancel().then(hang) }, steps, {
      look: { timeoutMs: 60_000 },
    });
    const at = new Date(long.agent.now()).toISOString();
    const cancel = async () => {
      const { events } = await load(long.agent.store, 't');
      const cancelled = { type: 'cancelled', by: 'ada', at } as const;
      await long.agent.store.append('t', events.length, cancelled, { status: 'cancelled' });
    };
    expect((await start(long.agent)).state.status).toBe('cancelled');
    expect(reasons.slice(2)).toEqual(['Error: the thread moved on']);
  });
});

test('after a crash in the middle, all calls run again with the same keys', async () => {
  const store = memoryStore();
  const ran: string[] = [];
  const note =
    (at: string) =>
    ({ idempotencyKey, attempt, thread }: ToolContext) =>
      Promise.resolve(ran.push(`${at} ${idempotencyKey} ${attempt} ${thread.owner}`));
  const runs = { a: note('a'), b: note('b') };
  const steps = [all(look('a'), look('b'))];
  const dies = () => Promise.reject(new Error('kill -9'));
  const append: Store['append'] = (id, version, event, index) =>
    event.type === 'tool_result' ? dies() : store.append(id, version, event, index);
  const dying = agentWith(runs, steps, { store: { ...store, append } });
  await expect(start(dying.agent)).rejects.toThrow('kill -9');
  const { agent, clock } = agentWith(runs, steps, { store });
  clock.ms += 60_000;
  const { events } = await advance(agent, 't');
  expect(typesOf(events)).toBe('message tool_call tool_started tool_started tool_result tool_call');
  expect(ran).toEqual(['a t:1:0 1 ada', 'b t:1:1 1 ada', 'a t:1:0 2 ada', 'b t:1:1 2 ada']);
});

test('of 16 processes that race, one runs the calls', async () => {
  let runs = 0;
  const { agent } = agentWith({ a: () => Promise.resolve((runs += 1)) }, [
    all(look('a'), look('b')),
  ]);
  await hear(agent, 't');
  await Promise.all(Array.from({ length: 16 }, () => advance(agent, 't')));
  expect(runs).toBe(1);
});

describe('the policy', () => {
  test.each([
    ['lets it run if each call would run', ['a', 'b'], 'done', ['a']],
    ['asks if one call needs a person', ['a', 'the safe'], 'waiting_for_approval', []],
    ['denies it if one call is denied', ['a', 'the safe', 'the mail'], 'done', []],
  ])('%s', async (_, places, status, expected) => {
    const ran: string[] = [];
    const { agent } = agentWith({ a: () => Promise.resolve(ran.push('a')) }, [
      all(...places.map(look)),
    ]);
    expect([(await start(agent)).state.status, ran]).toEqual([status, expected]);
  });
});

describe('the model', () => {
  test('reads which call has which result', async () => {
    const locked = () => Promise.reject(new Error('it is locked'));
    const steps = [all({ intent: 'count', to: 2 }, look('a'), look('b'))];
    const { events } = await start(agentWith({ a: locked }, steps).agent);
    const [, call = '', result = ''] = contextWindow()(events);
    expect(call).toBe(`<tool_call>
 intent: many
 calls:
  -
   intent: count
   to: 2
  -
   intent: look
   at: a
  -
   intent: look
   at: b`);
    expect(result).toBe(`<tool_result>
 -
  call:
   intent: count
   to: 2
  result:
   n|to
   0|2
   1|2
 -
  call:
   intent: look
   at: a
  error: it is locked
 -
  call:
   intent: look
   at: b
  result: nothing at b`);
  });

  test.each<[string, readonly Step[]]>([
    ['one call', [look('a')]],
    ['nine calls', [...'abcdefghi'].map(look)],
    ['a tool that is not in the table', [look('a'), done]],
    ['many in many', [look('a'), all(look('a'), look('b'))]],
    ['a call without its arguments', [look('a'), { intent: 'look' }]],
  ])('cannot choose %s', (_, calls) => {
    const { both } = agentWith({}, []);
    expect(both.schema.safeParse(all(look('a'), look('b'))).success).toBe(true);
    expect(both.schema.safeParse({ intent: 'many', calls }).success).toBe(false);
  });
});

test.each<[string, Partial<RunOptions>]>([
  ['asks a person after a crash', { onUnknownOutcome: 'ask_human' }],
  ['is long-running', { longRunning: true }],
])('a tool that %s is refused at once', (_, options) => {
  expect(() => many({ look: lookTool({}, options) })).toThrow('many cannot run look');
});

test('a tool whose action says otherwise than its table fails alone', async () => {
  const one = lookTool({});
  const odd: typeof one = {
    ...one,
    action: (step) => ({ ...one.action(step), onUnknownOutcome: 'ask_human' }) as Action,
  };
  const action = many({ look: odd, count }).action({
    intent: 'many',
    calls: [look('a'), { intent: 'count', to: 0 }],
  });
  if (action.awaits !== 'result') throw new Error('it runs');
  const context = { idempotencyKey: 't:1', signal: AbortSignal.timeout(1_000) };
  expect(await action.run(context)).toEqual([
    { call: look('a'), error: expect.stringContaining('many cannot run look') as unknown },
    { call: { intent: 'count', to: 0 }, result: [] },
  ]);
});

test('the calls have the types of their tools', () => {
  const { schema } = many({ look: lookTool({}), count });
  type Call = z.infer<typeof schema>['calls'][number];
  expectTypeOf<Call>().toEqualTypeOf<
    { intent: 'look'; at: string } | { intent: 'count'; to: number }
  >();
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a promise', Promise.resolve('run')],
  ['yes', true],
  ['another word', 'maybe'],
  ['an empty object', {}],
])('a rule that returns %s lets no call run', async (_, verdict) => {
  const { agent, ran } = toyAgent([read]);
  const policy = {
    ...agent.policy,
    needsApproval: () => strictest(['run', verdict as Verdict], (one) => one as Verdict),
  };
  await hear(agent, 't');
  const { state } = await advance({ ...agent, policy }, 't');
  expect([state.status, ran]).toEqual(['waiting_for_approval', []]);
});
