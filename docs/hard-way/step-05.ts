import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';

const request = 'ship 1.4.2';

/** Everything that the model may choose. */
type Step = { intent: 'deploy'; to: string } | { intent: 'done_for_now'; message: string };

/** Everything that can happen. */
type Event =
  | { type: 'message'; text: string }
  | { type: 'tool_call'; step: Step }
  | { type: 'tool_result'; text: string };

/** Says what happens next: the model chooses, a tool runs, or nothing. */
type State = { status: 'thinking' | 'done' } | { status: 'ready'; step: Step };

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
      return 'ok';
    case 'done_for_now':
      return step.message;
    default:
      return step satisfies never;
  }
}

/** Returns an event as the model sees it. */
function render(event: Event): string {
  const body = event.type === 'tool_call' ? JSON.stringify(event.step) : event.text;
  return `${event.type}: ${body}`;
}

/** Computes the next state. It reads no file, no clock and no model. */
function reduce(_state: State, event: Event): State {
  switch (event.type) {
    case 'message':
    case 'tool_result':
      return { status: 'thinking' };
    case 'tool_call':
      if (event.step.intent === 'done_for_now') return { status: 'done' };
      return { status: 'ready', step: event.step };
    default:
      return event satisfies never;
  }
}

/** Computes the next event. Undefined when there is nothing to do. */
async function nextEvent(thread: Event[]): Promise<Event | undefined> {
  const state = thread.reduce(reduce, { status: 'done' });
  switch (state.status) {
    case 'thinking': {
      const answer = await model(thread.map(render).join('\n'));
      return { type: 'tool_call', step: JSON.parse(answer) };
    }
    case 'ready':
      return { type: 'tool_result', text: run(state.step) };
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
for (;;) {
  const event = await nextEvent(thread);
  if (event === undefined) break;
  thread = append(thread, event);
  if (process.argv[2] === 'die' && event.type === 'tool_call') process.exit(1);
}
