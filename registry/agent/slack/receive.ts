import { takeMessage } from '../channels/inbox.ts';
import { oneLine, Refused } from '../core/errors.ts';
import { takeClick, takeSubmission } from './interactions.ts';
import { objectIn, textIn, type Json } from './json.ts';
import { readMessage, type Identity } from './messages.ts';
import { tell, wake, type Receiver } from './receiver.ts';

/**
 * Takes a delivery: an event, a click or a dialog. It is saved once this resolves, and a known one
 * changes nothing.
 * @returns what the acknowledgement has to say, if anything
 * @throws if it was not saved: Slack has to deliver it again
 */
export async function receive(receiver: Receiver, payload: Json): Promise<Json | undefined> {
  const { log } = receiver.host;
  const type = textIn(payload, 'type');
  if (type === 'app_rate_limited') {
    log({ level: 'warn', message: 'Slack holds events back: there were too many in an hour' });
    return undefined;
  }
  const self = await receiver.identify();
  if (teamOf(payload) !== self.team) {
    log({ level: 'warn', message: 'Ignored a delivery of another Slack workspace' });
    return undefined;
  }
  if (type === 'view_submission') return await takeSubmission(receiver, payload, self);
  if (type === 'block_actions') await takeClick(receiver, payload, self);
  if (type === 'event_callback') await takeEvent(receiver, payload, self);
  return undefined;
}

/** In a shared channel, `team_id` can be that of another organization. */
function teamOf(payload: Json): string {
  const team = textIn(payload, 'context_team_id') || textIn(payload, 'team_id');
  return team || textIn(objectIn(payload, 'team'), 'id');
}

async function takeEvent(receiver: Receiver, payload: Json, self: Identity): Promise<void> {
  const type = textIn(objectIn(payload, 'event'), 'type');
  if (type === 'app_uninstalled' || type === 'tokens_revoked') checkToken(receiver);
  const message = readMessage(payload, self);
  if (message === undefined) return;
  const { incoming, place, isDirect, hasTwin } = message;
  try {
    const thread = await takeMessage(receiver.host.agent, receiver.people, incoming);
    if (thread) wake(receiver, thread);
    else if (isDirect) tell(receiver, place, 'Use the buttons of a request to answer it.');
  } catch (error) {
    if (!(error instanceof Refused) || error.fault === undefined) throw error;
    if (!hasTwin) tell(receiver, place, error.message);
  }
}

/** Slack's answer makes the problem of the token known. */
function checkToken({ call, host }: Receiver): void {
  call('auth.test', {}).catch((error: unknown) => {
    host.log({ level: 'error', message: 'Slack has ended the token', error: oneLine(error) });
  });
}
