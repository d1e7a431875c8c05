import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { agent as wired } from './agent.ts';
import { Refused } from './core/errors.ts';
import { without, type Event, type EventOf } from './core/event.ts';
import { advance } from './core/loop.ts';
import { answer, approve, requireThread, say, start, threadThatAsks } from './core/people.ts';
import { load, wrapStore, type Thread } from './core/store.ts';
import { escapeControls, escapeUnseen, redact } from './core/sanitize.ts';
import { assertReady, modelsInUse } from './core/agent.ts';

const { stdin, stdout } = process;
const person = process.env['USER'] || 'you';
const agent = { ...wired, store: printAppends() };

/** The command that starts this program: `npm start`, if the project has start.js. */
const [, file = ''] = process.argv;
const path = relative('', file).replaceAll('\\', '/');
const command = path.endsWith('.ts') ? `npx tsx ${path}` : 'npm start';

const canErase = stdout.isTTY && !process.env['CI'] && process.env['TERM'] !== 'dumb';

/** Prints each event that this process appends. */
function printAppends() {
  const { store } = wired;
  return wrapStore(store, {
    async append(id, version, event, index) {
      const next = await store.append(id, version, event, index);
      if (version === 0) print(`  ${id} started`);
      printEvent(event);
      return next;
    },
  });
}

/** Control characters in a model's or a tool's text must not act on the terminal. */
function print(text: string): void {
  eraseSeconds();
  console.log(escapeControls(text));
}

/** Shows the seconds while `work` takes its time. What is printed meanwhile takes their place. */
async function showingSeconds<T>(work: Promise<T>): Promise<T> {
  const since = Date.now();
  const show = () => stdout.write(`\r  ${Math.floor((Date.now() - since) / 1_000)} s`);
  const timer = setInterval(() => canErase && show(), 1_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    eraseSeconds();
  }
}

function eraseSeconds(): void {
  if (canErase) stdout.write('\r\u001b[K');
}

function printEvent(event: Event): void {
  switch (event.type) {
    case 'tool_call':
      return print(`  ${event.step.intent} ${stepText(event)}`);
    case 'tool_result':
      return print(`    ${JSON.stringify(event.result)}`);
    case 'tool_error':
    case 'model_error':
      return print(`    failed: ${event.error}`);
    case 'handed_over':
      return print(`    handed to you: ${event.reason}`);
    case 'expired':
      return print(`    no answer in time: ${event.outcome}`);
    default:
      return undefined;
  }
}

/** Prints the thread so far, with what people said. */
function replay({ events }: Thread): void {
  for (const event of events) {
    if ('text' in event && event.text) print(`> ${event.text}`);
    else printEvent(event);
  }
}

/** The text of a step for people. Of any other step, its exact arguments. */
function stepText({ step, awaits }: EventOf<'tool_call'>): string {
  const args = without(step, 'intent');
  const [text] = Object.values(args);
  const isForPerson = awaits === 'answer' || awaits === 'message';
  return isForPerson && typeof text === 'string' ? text : escapeUnseen(JSON.stringify(args));
}

/** A conversation in one thread. The words are a first message, or the id of a thread. */
async function talk(words: string): Promise<void> {
  let thread = /^t_[\w-]+$/.test(words) ? requireThread(await load(agent.store, words)) : undefined;
  let typed: string | undefined = thread ? '' : words;
  assertReady(modelsInUse(agent));
  introduce();
  if (thread) replay(thread);
  let asking = thread;
  while (typed !== undefined) {
    const heard: Thread | undefined = typed === '' ? asking : await respond(asking, typed);
    if (heard) thread = await showingSeconds(advance(agent, thread?.id ?? heard.id));
    asking = thread && (await threadThatAsks((id) => load(agent.store, id), thread));
    typed = await ask(question(asking));
  }
  if (thread)
    print(`\n  It is ${thread.state.status}, and saved. To go on: ${command} ${thread.id}`);
}

function introduce(): void {
  const { scripted } = agent.model;
  if (!scripted) return;
  const subject = scripted.instead ? 'No model key, so a scripted' : 'A scripted';
  print(`  ${subject} model plays. ${scripted.about} Try: ${scripted.example}`);
  if (scripted.instead) print(`  Use a real model: ${scripted.instead}`);
}

function question(thread: Thread | undefined): string {
  const { status, open } = thread?.state ?? {};
  if (status !== 'waiting_for_approval') return '> ';
  const reason = open?.objection && 'ask' in open.objection ? open.objection.ask : '';
  return `Approve? It needs a person: ${reason}. y, n, or what to do instead > `;
}

/** Hands what was typed to the thread, as an answer, a decision or a message. */
async function respond(thread: Thread | undefined, text: string): Promise<Thread> {
  const message = { channel: 'terminal', from: person, text };
  if (!thread) return start(agent, message);
  const { status, open } = thread.state;
  try {
    if (status === 'waiting_for_human')
      return await answer(agent, open?.call_id ?? '', { by: person, text });
    if (status !== 'waiting_for_approval' || !/^[yn]$/i.test(text))
      return await say(agent, thread.id, message);
    const call = open?.call_id ?? '';
    const decision = { by: person, isLocal: true };
    if (text.toLowerCase() === 'y')
      return await approve(agent, call, { ...decision, approved: true });
    const comment = await ask('Why? ');
    if (!comment) return thread;
    return await approve(agent, call, { ...decision, approved: false, comment });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    print(`  ${error.message}`);
    return thread;
  }
}

/** Reads a line. Undefined after Ctrl-C or Ctrl-D, or if no person is at the terminal. */
async function ask(text: string): Promise<string | undefined> {
  if (!stdin.isTTY || !stdout.isTTY) return undefined;
  await dropTypedAhead();
  const reader = createInterface({ input: stdin, output: stdout });
  return new Promise((resolve) => {
    reader.once('close', () => resolve(undefined));
    reader.question(escapeControls(text), (line) => {
      resolve(line.trim());
      reader.close();
    });
  });
}

/** A `y` that was typed before the question must not answer it. */
async function dropTypedAhead(): Promise<void> {
  stdin.setRawMode(true);
  stdin.resume();
  await sleep(20);
  stdin.pause();
  stdin.setRawMode(false);
}

talk(process.argv.slice(2).join(' ')).catch((error: unknown) => {
  const text = error instanceof Refused ? error.message : inspect(error);
  console.error(escapeControls(redact(text)));
  process.exitCode = 1;
});
