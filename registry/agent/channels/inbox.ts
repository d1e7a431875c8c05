import type { Agent } from '../core/agent.ts';
import { Refused } from '../core/errors.ts';
import * as core from '../core/people.ts';
import { load, type Thread } from '../core/store.ts';
import { asksHowItEnded, ownerOf } from '../core/thread.ts';
import { nameOf, type Account, type People } from './directory.ts';
import { startWithinLimit } from './start-limit.ts';

/** A message that a channel has verified. */
export type Incoming = Account &
  Readonly<{
    channel: string;
    /** The same for all messages of one conversation, such as team, channel and root in Slack. */
    conversation: string;
    /** The same each time this message is delivered. */
    key: string;
    text: string;
    /** The place where the sender reads, behind the name of the channel in an address. */
    reply_to: string;
    /** Whether it may start a thread. A reply continues one, and starts nothing. */
    starts: boolean;
  }>;

type Host = Pick<Agent, 'store' | 'now' | 'outbox' | 'policy' | 'children'>;

/** Adds the person behind an account. */
export function withPerson<A extends Account>(directory: People, sender: A): A {
  return {
    ...sender,
    person: directory.personFor(sender.account),
  };
}

/**
 * Takes a message: it starts a thread, answers the open question, or is said to the thread. If a
 * thread that this one waits for asks a person, the message goes there. The same message again
 * changes nothing.
 * @returns the thread that has it, or undefined for a reply to a conversation that has none
 * @throws Refused if the sender may not
 */
export async function takeMessage(
  host: Host,
  directory: People,
  incoming: Incoming,
): Promise<Thread | undefined> {
  const sender = withPerson(directory, incoming);
  const { channel, conversation, key, text, reply_to } = sender;
  const id = await core.threadIdFor(channel, conversation);
  const thread = await load(host.store, id);
  const having = await threadWith(host, thread, sender);
  if (having) return having;
  const from = nameOf(sender);
  const message = {
    channel,
    from,
    text,
    idempotency_key: key,
    reply_to,
  };
  if (thread.events.length === 0) {
    if (!sender.starts) return undefined;
    const begin = () => core.start(host, message, conversation);
    return await startWithinLimit(host, directory, sender, begin);
  }
  requireVoice(directory, sender, thread);
  const asking = await core.threadThatAsks((one) => load(host.store, one), thread);
  return (await answerQuestion(host, asking, message)) ?? core.say(host, asking.id, message);
}

/** ms in which a channel may deliver a message again. */
const AGAIN_MS = 3_600_000;

/**
 * Returns the thread that has a message already: the one given, or one that it started. Those of
 * calls that ended long ago are left out, so that a message costs the same in a long conversation.
 */
async function threadWith(
  host: Host,
  thread: Thread,
  message: Pick<Incoming, 'key' | 'channel'>,
): Promise<Thread | undefined> {
  if (core.wasDelivered(thread, message.key, message.channel)) return thread;
  const over = thread.events.filter(
    ({ type, at }) => /^tool_(result|error)$/.test(type) && Date.parse(at) + AGAIN_MS < host.now(),
  );
  const closed = new Set(over.map((event) => 'call_id' in event && event.call_id));
  for (const event of thread.events) {
    if (event.type !== 'child_started' || closed.has(event.call_id)) continue;
    const having = await threadWith(host, await load(host.store, event.thread), message);
    if (having) return having;
  }
  return undefined;
}

/** @throws Refused for an account that neither started the thread nor may start one */
export function requireVoice(directory: People, sender: Account, { events, state }: Thread): void {
  const name = nameOf(sender);
  if (name === ownerOf(events, state) || directory.mayStart(sender)) return;
  throw new Refused(`${name} may not speak here. Who may is a rule of people.ts.`, 'forbidden');
}

type Reply = { from: string; text: string; idempotency_key: string };

/**
 * Answers a question of the model. Undefined if none is open. How a tool ended is told by a button
 * or a link, because a message could be about anything.
 */
async function answerQuestion(
  host: Host,
  { state: { status, open } }: Thread,
  { from: by, text, idempotency_key }: Reply,
): Promise<Thread | undefined> {
  if (status !== 'waiting_for_human' || !open || asksHowItEnded(open)) return undefined;
  try {
    return await core.answer(host, open.call_id, { by, text, idempotency_key });
  } catch (error) {
    // Another answer was faster, or the question expired: then this is a message.
    if (error instanceof Refused && error.fault === 'late') return undefined;
    throw error;
  }
}

/** Returns the person behind an account, to approve as them. @throws Refused for a stranger */
export function requirePerson(directory: People, account: string): string {
  const person = directory.personFor(account);
  if (person !== undefined) return person;
  throw new Refused(`${account} is no one in people.ts: only a person can approve.`, 'forbidden');
}
