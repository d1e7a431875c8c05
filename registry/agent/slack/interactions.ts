import type { Account } from '../channels/directory.ts';
import { nameOf } from '../channels/directory.ts';
import { requirePerson, requireVoice, withPerson } from '../channels/inbox.ts';
import { approversOf, mayApprove } from '../core/policy.ts';
import { editCall, readArguments } from '../core/edit.ts';
import { oneLine, Refused } from '../core/errors.ts';
import type { Step } from '../core/event.ts';
import * as core from '../core/people.ts';
import { load, type Thread } from '../core/store.ts';
import { answerDialog, denyDialog, editDialog, FIELD } from './dialogs.ts';
import { listIn, objectIn, textIn, type Json } from './json.ts';
import type { Identity } from './messages.ts';
import { tell, wake, type Receiver } from './receiver.ts';

/** The click of a person, or the dialog that they sent. Slack has verified the account. */
type Interaction = Readonly<{
  receiver: Receiver;
  action: string;
  call_id: string;
  text: string;
  sender: Account;
}>;

/** Takes a click. The person is told what is wrong with it. */
export async function takeClick(receiver: Receiver, payload: Json, self: Identity): Promise<void> {
  const [clicked = {}] = listIn(payload, 'actions');
  const [call_id = '', ...words] = textIn(clicked, 'value').split(' ');
  const action = textIn(clicked, 'action_id').replace(/_\d+$/, '');
  const sender = senderOf(payload, self, receiver);
  const say = (text: string) => tell(receiver, placeOf(payload), text);
  try {
    const done = await perform({ receiver, action, call_id, text: words.join(' '), sender });
    if (typeof done === 'string') say(done);
    else if (done)
      await receiver.call('views.open', { ...done, trigger_id: payload['trigger_id'] });
  } catch (error) {
    say(explain(receiver, error));
  }
}

/** Does what a button says. @returns a dialog to open, or a sentence for the person */
async function perform(click: Interaction): Promise<{ view: Json } | string | undefined> {
  const { action, call_id } = click;
  switch (action) {
    case 'approve': {
      const { state } = await approve(click, true);
      const isOpen = state.status === 'waiting_for_approval';
      return isOpen ? 'Your approval counts. Another person has to approve too.' : undefined;
    }
    case 'deny':
      await requireDecidable(click);
      return { view: denyDialog(call_id) };
    case 'edit': {
      const view = editDialog(call_id, await requireDecidable(click));
      return view ? { view } : 'These arguments cannot be edited in Slack.';
    }
    case 'answer':
      await requireAnswerer(click);
      return { view: answerDialog(call_id) };
    case 'choice':
      await answer(click);
      return undefined;
    default:
      return undefined;
  }
}

/** Takes a dialog. It stays open and shows what is wrong with it. */
export async function takeSubmission(
  receiver: Receiver,
  payload: Json,
  self: Identity,
): Promise<Json | undefined> {
  const view = objectIn(payload, 'view');
  const text = textIn(objectIn(view, 'state', 'values', FIELD, FIELD), 'value');
  const [action, call_id] = [textIn(view, 'callback_id'), textIn(view, 'private_metadata')];
  const sent = {
    receiver,
    action,
    call_id,
    text,
    sender: senderOf(payload, self, receiver),
  };
  try {
    if (action === 'deny') await approve(sent, false);
    if (action === 'answer') await answer(sent);
    if (action === 'edit') await edit(sent);
    return undefined;
  } catch (error) {
    return { response_action: 'errors', errors: { [FIELD]: explain(receiver, error) } };
  }
}

async function approve(one: Interaction, approved: boolean): Promise<Thread> {
  const { receiver, call_id, text: comment } = one;
  const decision = { approved, by: personOf(one), ...(comment !== '' && { comment }) };
  const thread = await core.approve(receiver.host.agent, call_id, decision);
  wake(receiver, thread);
  return thread;
}

async function answer(one: Interaction): Promise<void> {
  const { receiver, call_id, text, sender } = one;
  await requireAnswerer(one);
  const reply = { by: nameOf(sender), text };
  wake(receiver, await core.answer(receiver.host.agent, call_id, reply));
}

async function edit(one: Interaction): Promise<void> {
  const { receiver, call_id, text } = one;
  const { intent } = await requireDecidable(one);
  const change = { step: { intent, ...readArguments(text) }, by: personOf(one) };
  wake(receiver, await editCall(receiver.host.agent, call_id, change));
}

/** Returns the step that the person may approve or deny now. @throws Refused */
async function requireDecidable(one: Interaction): Promise<Step> {
  const person = { name: personOf(one) };
  const { agent } = one.receiver.host;
  const { open } = core.requireDecidable(agent, await loadThread(one), one.call_id, person);
  return open.step ?? { intent: '' };
}

/** Only an approver may say how a call ended that has run. @throws Refused */
async function requireAnswerer(one: Interaction): Promise<void> {
  const { receiver, call_id, sender } = one;
  const thread = await loadThread(one);
  const { open } = thread.state;
  if (open?.call_id !== call_id || open.attempt === 0)
    return requireVoice(receiver.people, sender, thread);
  const approvers = approversOf(open, thread.events, receiver.host.agent.policy);
  if (mayApprove({ name: personOf(one) }, approvers)) return;
  throw new Refused('This call ran: only an approver may say how it ended.', 'forbidden');
}

async function loadThread({ receiver, call_id }: Interaction): Promise<Thread> {
  const id = core.threadIdOf(call_id);
  return core.requireThread(await load(receiver.host.agent.store, id));
}

function personOf({ receiver, sender }: Interaction): string {
  return requirePerson(receiver.people, sender.account);
}

function senderOf(payload: Json, { team }: Identity, { people }: Receiver): Account {
  const user = objectIn(payload, 'user');
  const home = textIn(user, 'team_id') || team;
  const account = `slack:${home}:${textIn(user, 'id')}`;
  return withPerson(people, { account, isExternal: home !== team });
}

function placeOf(payload: Json) {
  const channel = textIn(objectIn(payload, 'container'), 'channel_id');
  const thread_ts = textIn(objectIn(payload, 'message'), 'thread_ts') || undefined;
  return {
    channel,
    user: textIn(objectIn(payload, 'user'), 'id'),
    thread_ts,
  };
}

/** Says to a person why nothing was changed. Other failures are for the log. */
function explain({ host }: Receiver, error: unknown): string {
  if (error instanceof Refused && error.fault !== undefined) return error.message;
  host.log({ level: 'error', message: 'A click in Slack failed', error: oneLine(error) });
  return 'It did not work. Try again: an answer counts only once.';
}
