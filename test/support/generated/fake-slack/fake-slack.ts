import { deliverEvents, type DeliveryOptions } from './deliver.ts';
import { httpTransport, type Target } from './deliver-by-http.ts';
import { socketTransport } from './deliver-by-socket.ts';
import { eventOfChange, eventsOfMessage, type EventPayload } from './event-payloads.ts';
import { resetBefore } from './faults.ts';
import { interactions } from './interactions.ts';
import { serveWebApi } from './web-api-server.ts';
import { openWorkspace, ids, type SlackMessage } from './workspace.ts';

export type FakeSlack = Awaited<ReturnType<typeof fakeSlack>>;

type Options = DeliveryOptions & {
  readonly by: 'http' | 'socket';
  /** ms that the app has to take a delivery. */
  readonly limitMs?: number;
  /** ms between two pings of a connection. */
  readonly pingMs?: number;
  /** ms for which a trigger can open a view. */
  readonly triggerMs?: number;
  /** Whether the app is told of its own messages and updates. */
  readonly echoes?: boolean;
};

/** How the app is mentioned in a text. */
export const mention = `<@${ids.bot}>`;

/** Slack on this machine: one workspace, one app, its Web API, events and interactions. */
export async function fakeSlack(options: Options) {
  const { by, limitMs = 3_000, pingMs = 5_000, triggerMs = 3_000, echoes = true } = options;
  const { random = Math.random } = options;
  const workspace = openWorkspace();
  const target: Target = { url: undefined };
  const copies = new Map<SlackMessage, SlackMessage>();
  let url = '';
  const people = interactions(workspace, () => url, triggerMs);
  const { respond, views, responses, click, submit } = people;
  const api = await serveWebApi(
    {
      workspace,
      useTrigger: people.useTrigger,
      openView: people.openView,
      connect: () => socket.connect(),
      posted: (message) => echoes && post(message),
      changed: (message) => echoes && change(message),
    },
    respond,
  );
  url = api.url;
  const socket = socketTransport(api.server, limitMs, pingMs);
  const transport = by === 'http' ? httpTransport(target, limitMs) : socket.transport;
  const events = deliverEvents(transport, options);
  people.sendBy((payload) => transport('interactive', payload, { number: 0, reason: '' }));

  /** Events of one message may come in either order. */
  function post(message: SlackMessage): EventPayload[] {
    copies.set(message, { ...message });
    const payloads = eventsOfMessage(message, workspace);
    if (random() < 0.5) payloads.reverse();
    for (const payload of payloads) void events.deliver(payload);
    return payloads;
  }
  function change(message: SlackMessage): void {
    void events.deliver(eventOfChange(message, copies.get(message) ?? message));
    copies.set(message, { ...message });
  }

  return {
    url,
    by,
    /** The base of its methods: `SLACK_API_URL` of an app. */
    apiUrl: `${url}/api/`,
    ...workspace,
    calls: api.calls,
    faults: api.faults,
    revoked: api.revoked,
    deliveries: events.deliveries,
    socket,
    views,
    responses,
    click,
    submit,
    deliver: events.deliver,
    /** Where the app listens from now on; without a URL, it does not. */
    deliverTo: (to: string | undefined) => (target.url = to),
    /** A person writes in a channel, in a thread of it if `thread_ts` says so. */
    say(user: string, channel: string, text: string, thread: { thread_ts?: string } = {}) {
      const message = workspace.add({ channel, user, text, ...thread });
      return Object.assign(message, { events: post(message).map(({ event_id }) => event_id) });
    },
    /** A person changes what they wrote. */
    edit(message: SlackMessage, text: string): void {
      workspace.change(message, { text });
      change(message);
    },
    remove(message: SlackMessage): void {
      message.isDeleted = true;
      change(message);
    },
    /** Slack is away until `comeBack`. */
    goAway(): void {
      api.faults.always('*', resetBefore);
      socket.drop();
    },
    comeBack: () => api.faults.clear(),
    async stop(): Promise<void> {
      events.stop();
      socket.drop();
      api.server.closeAllConnections();
      await new Promise((resolve) => api.server.close(resolve));
    },
  };
}
