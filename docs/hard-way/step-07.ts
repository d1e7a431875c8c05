import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const request = 'ship 1.4.2';
const runId = crypto.randomUUID();
const LEASE_MS = 1_000;

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
  | { type: 'tool_result'; text: string }
  | { type: 'handed_over'; text: string }
  | { type: 'human_response'; text: string };

/** Says who acts next: the model, a tool, a person, or no one. */
type State =
  | { status: 'thinking' | 'waiting_for_human' | 'done' }
  | { status: 'ready' | 'waiting_for_approval'; call_id: number; step: Step }
  | { status: 'running'; call_id: number; step: Step; by: string; lease_until: number };

const script = [
  '{"intent":"deploy","to":"staging"}',
  '{"intent":"deploy","to":"production"}',
  '{"intent":"done_for_now","message":"1.4.2 is on production."}',
];

/** Plays the model: it counts the calls in the text that it gets. */
async function model(prompt: string): Promise<string> {
  const calls = prompt.match(/^tool_call/gm) ?? [];
  return script[calls.length] ?? '';
}

/** The model only proposes. This switch decides what runs. */
function run(step: Step): string {
  switch (step.intent) {
    case 'deploy':
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

/** Returns an event as the model sees it. */
function render(event: Event): string {
  switch (event.type) {
    case 'tool_call':
      return `tool_call: ${JSON.stringify(event.step)}`;
    case 'approval':
      return `approval: of call ${event.call_id}, by ${event.by}`;
    case 'tool_started':
      return `tool_started: call ${event.call_id}`;
    default:
      return `${event.type}: ${event.text}`;
  }
}

/** Computes the next state. It reads no file, no clock and no model. */
function reduce(state: State, event: Event): State {
  switch (event.type) {
    case 'message':
    case 'tool_result':
    case 'human_response':
      return { status: 'thinking' };
    case 'handed_over':
      return { status: 'waiting_for_human' };
    case 'tool_call': {
      const { call_id, step, awaits } = event;
      if (awaits === 'message') return { status: 'done' };
      return { status: awaits === 'result' ? 'ready' : 'waiting_for_approval', call_id, step };
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

/** Computes the next event. Undefined when there is nothing to do. */
async function nextEvent(thread: Event[]): Promise<Event | undefined> {
  const state = thread.reduce(reduce, { status: 'done' });
  switch (state.status) {
    case 'thinking': {
      const step: Step = JSON.parse(await model(thread.map(render).join('\n')));
      return { type: 'tool_call', call_id: thread.length, step, awaits: awaits(step) };
    }
    case 'ready': {
      const { call_id } = state;
      return { type: 'tool_started', call_id, by: runId, lease_until: Date.now() + LEASE_MS };
    }
    case 'running':
      if (state.by === runId) return { type: 'tool_result', text: run(state.step) };
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
  console.log(render(event));
  return [...thread, event];
}

let thread = load();
if (thread.length === 0) thread = append(thread, { type: 'message', text: request });
const [command, word = ''] = process.argv.slice(2);
if (command === 'approve')
  thread = append(thread, { type: 'approval', call_id: Number(word), by: 'ada' });
if (command === 'answer') thread = append(thread, { type: 'human_response', text: word });
for (;;) {
  const event = await nextEvent(thread);
  if (event === undefined) break;
  thread = append(thread, event);
}
