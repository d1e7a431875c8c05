import type { People } from '../channels/directory.ts';
import type { TriggerHost } from '../core/agent.ts';
import { oneLine } from '../core/errors.ts';
import type { Thread } from '../core/store.ts';
import { ownerOf } from '../core/thread.ts';
import { escapeText } from './blocks.ts';
import type { CallSlack } from './client.ts';
import type { Identity, Place } from './messages.ts';

/** Where deliveries are taken, and how Slack is asked and told. */
export type Receiver = Readonly<{
  host: TriggerHost;
  people: People;
  call: CallSlack;
  /** Returns who the app is. @throws SlackError until Slack has said it */
  identify: () => Promise<Identity>;
}>;

/** Lets a worker go on with a thread that has a new event. */
export function wake({ host }: Receiver, { id, events, state }: Thread): void {
  host.wake(id, ownerOf(events, state));
}

/** Tells one person something that no one else sees. Slack may lose it. */
export function tell({ call, host }: Receiver, place: Place, message: string): void {
  const { channel, user, thread_ts } = place;
  const text = escapeText(message);
  call('chat.postEphemeral', { channel, user, thread_ts, text }).catch((error: unknown) => {
    host.log({ level: 'warn', message: 'A person could not be told', error: oneLine(error) });
  });
}
