import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const request = 'ship 1.4.2';
const runId = crypto.randomUUID();
const LEASE_MS = 1_000;
const budgets = { steps: 20, errors: 3 };
/** Each word `fail` behind the file's name lets one deployment fail. */
let fails = process.argv.filter((word) => word === 'fail').length;

/** Everything that the model may choose. */
type Step = { intent: 'deploy'; to: string } | { intent: 'done_for_now'; message: string };

/** The kind of event that a call waits for. */
type Awaits = 'result' | 'approval' | 'message';

/** Everything that can happen. */
type Event =
  | { type: 'message'; text: string }
  | { type: 'tool_call'; call_id: number; step: Step; awaits: Awaits }
  | { type: 'approval'; call_id: number; by: string }
  | { type: 'tool_started'; call_id: number; by: string; lease_until: number }
  | { type: 'tool_result'; call_id: number; text: string }
  | { type: 'tool_error'; call_id: number; text: string }
  | { type: 'handed_over'; text: string }
  | { type: 'human_response'; text: string };

/** Counts since a person last spoke: all steps, and errors in a row. */
type Spent = { steps: number; errors: number };
const nothing: Spent = { steps: 0, errors: 0 };

/** Says who acts next: the model, a tool, a person, or no one. */
type State = { spent: Spent } & (
  | { status: 'thinking' | 'waiting_for_human' | 'done' }
  | { status: 'ready' | 'waiting_for_approval'; call_id: number; step: Step }
  | { status: 'running'; call_id: number; step: Step; by: string; lease_until: number }
);

const script = [
  '{"intent":"deploy","to":"staging"}',
  '{"intent":"deploy","to":"production"}',
  '{"intent":"done_for_now","message":"1.4.2 is on production."}',
];

/** Plays the model: it counts the calls in the text that it gets, and tries again after an error. */
async function model(prompt: string): Promise<string> {
  const calls = prompt.match(/^<tool_call>/gm) ?? [];
  const errors = prompt.match(/^<tool_error>/gm) ?? [];
  return script[calls.length - errors.length] ?? '';
}

/** The model only proposes. This switch decides what runs. */
function run(step: Step): string {
  switch (step.intent) {
    case 'deploy':
      if (fails-- > 0) throw new Error(`no connection\n  to ${step.to}`);
      console.log(`>> 1.4.2 goes to ${step.to}`);
      if (process.argv.includes('die')) process.exit(1);
      return 'ok';
    case 'done_for_now':
      return step.message;
    default:
      return step satisfies never;
  }
}

/** The rules. Code decides, once for each call, and no prompt can change them. */
function awaits(step: Step): Awaits {
  if (step.intent === 'done_for_now') return 'message';
  return step.to === 'production' ? 'approval' : 'result';
}

/** Returns what the model sees of an event. Undefined for bookkeeping. */
function bodyOf(event: Event): string | undefined {
  switch (event.type) {
    case 'tool_call':
      return JSON.stringify(event.step);
    case 'approval':
      return `of call ${event.call_id}, by ${event.by}`;
    case 'tool_started':
      return undefined;
    default:
      return event.text;
  }
}

/** Renders an event as a block. Only its tag starts a line, so no text can pass for an event. */
function render(event: Event): string[] {
  const body = bodyOf(event);
  return body === undefined ? [] : [`<${event.type}>`, body.replace(/^/gm, ' ')];
}

/** Builds all that the model sees. Calls that failed before the last result are left out. */
function contextWindow(thread: Event[]): string {
  const lastResult = thread.map(({ type }) => type).lastIndexOf('tool_result');
  const before = thread.slice(0, lastResult + 1);
  const failed = before.flatMap((event) => (event.type === 'tool_error' ? event.call_id : []));
  const isVisible = (event: Event) => !('call_id' in event && failed.includes(event.call_id));
  return thread.filter(isVisible).flatMap(render).join('\n');
}

/** Runs a call. An error becomes one short line: the model needs no stack. */
function outcomeOf(call_id: number, step: Step): Event {
  try {
    return { type: 'tool_result', call_id, text: run(step) };
  } catch (error) {
    const text = String(error).replace(/\s+/g, ' ').slice(0, 300);
    return { type: 'tool_error', call_id, text };
  }
}

/** Computes the next state. It reads no file, no clock and no model. */
function reduce(state: State, event: Event): State {
  const { steps, errors } = state.spent;
  switch (event.type) {
    case 'message':
    case 'human_response':
      return { status: 'thinking', spent: nothing };
    case 'tool_result':
      return { status: 'thinking', spent: { steps, errors: 0 } };
    case 'tool_error':
      return { status: 'thinking', spent: { steps, errors: errors + 1 } };
    case 'handed_over':
      return { status: 'waiting_for_human', spent: state.spent };
    case 'tool_call': {
      const { call_id, step, awaits } = event;
      const spent = { steps: steps + 1, errors };
      if (awaits === 'message') return { status: 'done', spent };
      const status = awaits === 'result' ? 'ready' : 'waiting_for_approval';
      return { status, spent, call_id, step };
    }
    case 'approval':
      if (state.status !== 'waiting_for_approval') return state;
      return state.call_id === event.call_id ? { ...state, status: 'ready' } : state;
    case 'tool_started': {
      const { by, lease_until } = event;
      return state.status === 'ready' ? { ...state, status: 'running', by, lease_until } : state;
    }
    default:
      return event satisfies never;
  }
}

/** Returns why a person has to look before the model goes on. */
function overBudget({ steps, errors }: Spent): string | undefined {
  if (errors >= budgets.errors) return `${errors} errors in a row. How should I go on?`;
  if (steps >= budgets.steps) return `${steps} steps used. How should I go on?`;
  return undefined;
}

/** Computes the next event. Undefined when there is nothing to do. */
async function nextEvent(thread: Event[]): Promise<Event | undefined> {
  const state = thread.reduce(reduce, { status: 'done', spent: nothing });
  switch (state.status) {
    case 'thinking': {
      const reason = overBudget(state.spent);
      if (reason !== undefined) return { type: 'handed_over', text: reason };
      const step: Step = JSON.parse(await model(contextWindow(thread)));
      return { type: 'tool_call', call_id: thread.length, step, awaits: awaits(step) };
    }
    case 'ready': {
      const { call_id } = state;
      return { type: 'tool_started', call_id, by: runId, lease_until: Date.now() + LEASE_MS };
    }
    case 'running':
      if (state.by === runId) return outcomeOf(state.call_id, state.step);
      if (Date.now() < state.lease_until) return undefined;
      return { type: 'handed_over', text: `did call ${state.call_id} take effect? please check` };
    case 'waiting_for_human':
      console.log('waiting for: node step.ts answer "text"');
      return undefined;
    case 'waiting_for_approval':
      console.log(`waiting for: node step.ts approve ${state.call_id}`);
      return undefined;
    case 'done':
      return undefined;
    default:
      return state satisfies never;
  }
}

/** Loads the thread: a folder with one file per event. */
function load(): Event[] {
  mkdirSync('thread', { recursive: true });
  const numbers = readdirSync('thread').map((_, number) => number);
  return numbers.map((number) => JSON.parse(readFileSync(`thread/${number}.json`, 'utf8')));
}

/** Saves an event. `wx` fails if the file exists: of two processes, one is first. */
function append(thread: Event[], event: Event): Event[] {
  writeFileSync(`thread/${thread.length}.json`, JSON.stringify(event), { flag: 'wx' });
  for (const line of render(event)) console.log(line);
  return [...thread, event];
}

let thread = load();
if (thread.length === 0) thread = append(thread, { type: 'message', text: request });
const [command, word = ''] = process.argv.slice(2);
if (command === 'approve')
  thread = append(thread, { type: 'approval', call_id: Number(word), by: 'ada' });
if (command === 'answer') thread = append(thread, { type: 'human_response', text: word });
if (command === 'show') console.log(contextWindow(thread));
for (;;) {
  const event = await nextEvent(thread);
  if (event === undefined) break;
  thread = append(thread, event);
}
