import { randomUUID } from 'node:crypto';
import type { Outcome } from './deliver.ts';
import type { Reply } from './faults.ts';
import { SlackError, type Args } from './web-api-methods.ts';
import { ids, type Block, type SlackMessage, type Workspace } from './workspace.ts';
import { toReadable } from './read-conversations.ts';

export type View = Block & { readonly id: string; readonly blocks: readonly Block[] };

/** A response URL works five times in 30 minutes. */
const MAX_RESPONSES = 5;

type Sent = (payload: object) => Promise<Outcome>;

/** What people do with the messages and views of the app. */
export function interactions(workspace: Workspace, url: () => string, triggerMs: number) {
  const triggers = new Map<string, { user: string; until: number; isUsed: boolean }>();
  const responseUrls = new Map<string, { message: SlackMessage; count: number }>();
  const responses: Args[] = [];
  const views: { user: string; view: View; isOpen: boolean }[] = [];
  let send: Sent = () => Promise.resolve({ failed: 'connection_failed' });

  const newTrigger = (user: string) => {
    const trigger_id = `1.2.${randomUUID().replaceAll('-', '')}`;
    triggers.set(trigger_id, { user, until: Date.now() + triggerMs, isUsed: false });
    return trigger_id;
  };
  const byUser = (user: string) => {
    const { team = ids.team } = workspace.users.get(user) ?? {};
    const name = user.toLowerCase();
    return {
      user: { id: user, username: name, name, team_id: team },
      api_app_id: ids.app,
      token: 'legacy',
      team: { id: ids.team, domain: 'fake' },
      enterprise: null,
      is_enterprise_install: false,
      trigger_id: newTrigger(user),
    };
  };

  return {
    responses,
    views,
    /** Sets how interactions are sent. */
    sendBy: (by: Sent) => (send = by),
    useTrigger(trigger_id: string): { user: string } {
      const trigger = triggers.get(trigger_id);
      if (trigger === undefined) throw new SlackError('invalid_trigger_id');
      if (trigger.isUsed) throw new SlackError('exchanged_trigger_id');
      if (Date.now() > trigger.until) throw new SlackError('expired_trigger_id');
      trigger.isUsed = true;
      return trigger;
    },
    openView(given: Block, user: string): Block {
      const id = `V${String(views.length + 1).padStart(8, '0')}`;
      const view = { ...given, id, team_id: ids.team, app_id: ids.app, hash: randomUUID() };
      views.push({ user, view: view as unknown as View, isOpen: true });
      return view;
    },
    /**
     * A person clicks a button of a message, as it was last updated. `forged` replaces fields of the
     * action and of the payload.
     * @throws if the message has no such button
     */
    click(user: string, message: SlackMessage, action_id: string, forged: Forged = {}) {
      const action = buttonOf(message, action_id);
      if (action === undefined) throw new Error(`there is no ${action_id} to click`);
      const { channel, ts, thread_ts } = message;
      const id = randomUUID();
      responseUrls.set(id, { message, count: 0 });
      const thread = thread_ts === undefined ? {} : { thread_ts };
      const container = { type: 'message', message_ts: ts, channel_id: channel };
      return send({
        type: 'block_actions',
        ...byUser(user),
        container: { ...container, is_ephemeral: false, ...thread },
        channel: { id: channel, name: channel.toLowerCase() },
        message: toReadable(message, false),
        state: { values: {} },
        response_url: `${url()}/response/${id}`,
        actions: [{ ...action, action_ts: workspace.nextTs(), ...forged.action }],
        ...forged.payload,
      });
    },
    /** A person fills the fields of the open view, by action, and sends it. */
    async submit(user: string, fields: Readonly<Record<string, string>>, forged: Forged = {}) {
      const opened = views.findLast((one) => one.user === user && one.isOpen);
      if (opened === undefined) throw new Error(`${user} has no view open`);
      const state = { values: valuesOf(opened.view, fields) };
      const view = { ...opened.view, state };
      const outcome = await send({
        type: 'view_submission',
        ...byUser(user),
        view,
        response_urls: [],
        ...forged.payload,
      });
      const { response_action } = Object(outcome.body) as { response_action?: string };
      if (outcome.failed === undefined && response_action === undefined) opened.isOpen = false;
      return outcome;
    },
    /** What the app sends to a response URL. */
    respond(id: string, body: Args): Reply {
      const known = responseUrls.get(id);
      if (known === undefined || known.count >= MAX_RESPONSES)
        return { status: 404, body: { ok: false, error: 'used_url' } };
      known.count += 1;
      responses.push(body);
      const { text, blocks } = body as { text?: string; blocks?: readonly Block[] };
      const { channel } = known.message;
      if (body['replace_original'] === true)
        workspace.change(known.message, { ...(text && { text }), ...(blocks && { blocks }) });
      else workspace.ephemerals.push({ channel, text: text ?? '' });
      return { body: { ok: true } };
    },
  };
}

export type Forged = { readonly action?: Block; readonly payload?: Block };

/** The actions of a message that a person sees. */
export function buttonsOf({ blocks = [] }: SlackMessage): Block[] {
  return blocks.flatMap((block) => {
    const { block_id = 'b', elements = [], accessory } = block;
    const all = block['type'] === 'actions' ? (elements as Block[]) : [accessory as Block];
    return all.flatMap((one) => (one === undefined ? [] : [{ ...one, block_id }]));
  });
}

function buttonOf(message: SlackMessage, action_id: string): Block | undefined {
  return buttonsOf(message).find((one) => one['action_id'] === action_id);
}

function valuesOf({ blocks }: View, fields: Readonly<Record<string, string>>) {
  const inputs = blocks.filter(({ type }) => type === 'input');
  return Object.fromEntries(
    inputs.map(({ block_id, element }) => {
      const { action_id, type } = element as { action_id: string; type: string };
      const value = fields[action_id] ?? null;
      return [block_id, { [action_id]: { type, value } }];
    }),
  );
}
