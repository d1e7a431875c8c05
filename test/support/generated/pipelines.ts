import { children } from '../../../registry/agent/children/children.ts';
import { isObject, type Event, type Step } from '../../../registry/agent/core/event.ts';
import type { Agent, SmallAgent } from '../../../registry/agent/core/agent.ts';
import { advance } from '../../../registry/agent/core/loop.ts';
import { answer, approve } from '../../../registry/agent/core/people.ts';
import { listAll, load, type Store, type Thread } from '../../../registry/agent/core/store.ts';
import { hasEnded } from '../../../registry/agent/core/thread.ts';
import { done, read, toyAgent } from '../../../registry/agent/testing/toy-agent.ts';
import type { Pipeline, StepContext } from '../../../registry/agent/workflow/flow.ts';
import { stepsOf } from '../../../registry/agent/workflow/history.ts';
import { pipelineAgent } from '../../../registry/agent/workflow/pipeline.ts';
import { StepFailed } from '../../../registry/agent/workflow/replay.ts';

/** Does what a step is for, once: `name` is the step, with its arguments. */
export type Effect = (name: string, key: string) => Promise<unknown>;

export const DAY = 86_400_000;
export const again = { onUnknownOutcome: 'retry' } as const;

/** The steps of `everything` that may run twice, and those that a person is asked about. */
export const repeatable = ['plan', 'each 1', 'each 2', 'part a', 'tell'];
export const once = ['charge', 'pay b', 'fail'];

/**
 * A pipeline with all that one can have: a sequence, a branch, a loop, steps at once, small agents
 * alone and at once, and a failure that is caught.
 */
export const everything =
  (effect: Effect): Pipeline =>
  async ({ message, step, agentStep }) => {
    const does =
      (name: string) =>
      ({ idempotencyKey }: StepContext) =>
        effect(name, idempotencyKey);
    await step('plan', { text: message.text }, does('plan'), again);
    const charged = await step('charge', {}, does('charge'));
    if (charged !== 'charge') return 'not charged';
    for (const n of [1, 2]) await step('each', { n }, does(`each ${n}`), again);
    const [a, b, c] = await Promise.all([
      step('part', { name: 'a' }, does('part a'), again),
      step('pay', { name: 'b' }, does('pay b')),
      agentStep('look', 'small', 'look'),
    ]);
    const alone = await agentStep('review', 'small', 'review');
    try {
      await step('fail', {}, does('fail'));
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      await step('tell', { why: error.message }, does('tell'), again);
    }
    return `${String(a)}, ${String(b)}, ${c.thread !== alone.thread}`;
  };
export const RETURNED = 'part a, pay b, true';

export const rules: SmallAgent['policy'] = {
  needsApproval: ({ intent }) => (intent === 'deploy' ? { ask: 'it deploys' } : 'run'),
  budgets: { steps: 5_000, errorsInARow: 20, repeats: 20, tokens: 1_000_000, usd: 100 },
  expiry: { afterMs: 90 * DAY, outcome: 'denied' },
};

/** What each answer of the model of `small` costs. */
export const ANSWER_USD = 0.25;
const usage = { input_tokens: 10, output_tokens: 1, usd: ANSWER_USD };

type Options = {
  readonly store: Store;
  readonly pipeline: Pipeline;
  /** The steps of each small agent. */
  readonly small?: readonly Step[];
  readonly onRead?: () => Promise<unknown>;
  readonly policy?: Partial<SmallAgent['policy']>;
  /** What happens to a request of a small agent that no one answers. */
  readonly smallExpiry?: SmallAgent['policy']['expiry'];
  /** The agent `middle`, if there is one: a pipeline, too. */
  readonly middle?: Pipeline;
};

/** Builds an agent whose `main` is a pipeline, beside `small`. */
export function pipelineOn(options: Options) {
  const { store, pipeline, small = [read, done], onRead } = options;
  const run = onRead ?? (() => Promise.resolve('read'));
  const toy = toyAgent(small, { store, run, timeoutMs: 60_000, longRunning: 'agents' });
  const model: Agent['model'] = async (request) => ({ ...(await toy.agent.model(request)), usage });
  const { prompt, tools, context } = toy.agent;
  const policy = { ...toy.agent.policy, expiry: options.smallExpiry ?? rules.expiry };
  const withCode = (code: Pipeline): Agent => {
    const main = pipelineAgent(code, { ...rules, ...options.policy });
    const agents = {
      main,
      ...(options.middle && { middle: pipelineAgent(options.middle, rules) }),
      small: { prompt, tools, model, context, policy },
    };
    return { ...toy.agent, children: children(agents) };
  };
  return { agent: withCode(pipeline), withCode, clock: toy.clock };
}

/** Loads a thread and all that it started, and those started. */
export async function familyOf(store: Store, id: string): Promise<readonly Thread[]> {
  const thread = await load(store, id);
  const started = thread.events.filter((event) => event.type === 'child_started');
  const ids = [...new Set(started.map((event) => event.thread))];
  const below = await Promise.all(ids.map((child) => familyOf(store, child)));
  return [thread, ...below.flat()];
}

export const isDone = ({ state }: Thread) => state.status === 'done';

/** The steps of a thread that have a saved outcome, as `everything` names them. */
export function savedSteps(events: readonly Event[]): readonly string[] {
  const calls = events.filter((event) => event.type === 'tool_call');
  return events.flatMap((event) => {
    if (!('call_id' in event)) return [];
    const steps = stepsOf(calls.find(({ call_id }) => call_id === event.call_id)?.step ?? done);
    if (event.type === 'part_ended') return nameOf(steps[Number(event.part)] ?? done);
    const isOne = event.type === 'tool_result' || event.type === 'tool_error';
    return isOne && steps.length === 1 ? steps.map(nameOf) : [];
  });
}

const nameOf = ({ intent, n, name }: Step): string =>
  [intent, n, name].filter((part) => part !== undefined).join(' ');

/** Moves the clock to the next due time of the family, and does what a worker would. */
export async function workOnce(agent: Agent, clock: { ms: number }, id: string): Promise<void> {
  const next = await nextDue(agent, clock, id);
  // A process that died may have had a save under way.
  if (next === undefined && (await familyOf(agent.store, id)).every(isReported)) return;
  if (next === undefined) throw new Error(`${id} is stuck: nothing of it is due`);
  clock.ms = Math.max(clock.ms, Date.parse(next) + 1);
  for (const { id: one } of await familyOf(agent.store, id)) await advance(agent, one);
}

/** Returns the time at which a worker looks next at a thread of the family. */
export async function nextDue(
  agent: Agent,
  clock: { ms: number },
  id: string,
): Promise<string | undefined> {
  const ids = (await familyOf(agent.store, id)).map((thread) => thread.id);
  const dueBefore = new Date(clock.ms + 400 * DAY).toISOString();
  const dues: string[] = [];
  for await (const info of listAll(agent.store, { dueBefore, limit: 500 }))
    if (ids.includes(info.id) && info.due !== undefined) dues.push(info.due);
  return dues.sort()[0];
}

/**
 * Plays the workers and the people that are left after a crash, until a thread has ended.
 * `lookUp` is what a person answers who is asked about a step.
 * @returns the questions, and how far the clock went
 */
export async function playOn(
  agent: Agent,
  clock: { ms: number },
  id: string,
  lookUp: (question: string) => string,
) {
  const from = clock.ms;
  const questions: string[] = [];
  for (let turns = 0; turns < 80; turns += 1) {
    const family = await familyOf(agent.store, id);
    if (family.every(isReported)) break;
    const asking = family.find(({ state }) => asks.includes(state.status) && isOpen(state, clock));
    const open = asking?.state.open;
    if (!asking || !open) await workOnce(agent, clock, id);
    else if (asking.state.status === 'waiting_for_approval') {
      await approve(agent, open.call_id, { approved: true, by: 'ada' });
      await advance(agent, asking.id);
    } else {
      const question = questionOf(open);
      questions.push(question);
      await answer(agent, open.call_id, { by: 'ada', text: lookUp(question) });
      await advance(agent, asking.id);
    }
  }
  return { questions, ms: clock.ms - from, thread: await load(agent.store, id) };
}

const isOpen = ({ open }: Thread['state'], clock: { ms: number }) =>
  Date.parse(open?.due ?? '') < clock.ms === false;

const asks: readonly string[] = ['waiting_for_approval', 'waiting_for_human'];

const isReported = ({ events, state }: Thread) =>
  hasEnded(state) && (!isChild(events) || events.some(({ type }) => type === 'delivery'));
const isChild = ([first]: readonly Event[]) => first?.type === 'message' && !!first.parent;

export function questionOf({ reason, step }: NonNullable<Thread['state']['open']>): string {
  const asked = isObject(step) && step.intent === 'ask_person' ? String(step['question']) : '';
  return asked === '' ? `${nameOf(step ?? done)}: ${reason}` : asked;
}

/** A process that dies at the `at`-th save, before or after it. Then it does nothing more. */
export function mortal(store: Store, at: number, when: 'before' | 'after') {
  const life = { appends: 0, isDead: false };
  const fail = () => Promise.reject(new Error('kill -9'));
  const unlessDead =
    <A extends readonly unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> =>
      life.isDead ? fail() : work(...args).then((value) => (life.isDead ? fail() : value));
  const append: Store['append'] = async (...event) => {
    life.appends += 1;
    const isLast = life.appends === at;
    if (isLast && when === 'before') life.isDead = true;
    const saved = life.isDead ? fail() : store.append(...event);
    const version = await saved;
    if (isLast) life.isDead = true;
    return life.isDead ? fail() : version;
  };
  const mortalStore: Store = {
    load: unlessDead(store.load),
    list: unlessDead(store.list),
    append,
  };
  return { store: mortalStore, life };
}
