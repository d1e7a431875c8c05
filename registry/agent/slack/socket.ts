import { SocketModeClient } from '@slack/socket-mode';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneLine, promised } from '../core/errors.ts';
import { isObject } from '../core/event.ts';
import { parseJson } from '../core/json.ts';
import { clientSettings, isTokenError, requireVariable, silent, toSlackError } from './client.ts';
import { receive } from './receive.ts';
import type { Receiver } from './receiver.ts';

/** ms until a new connection has to be ready. */
const MAX_CONNECT_MS = 30_000;
/** After a connection that lasted so many ms, the next one needs no pause. */
const GOOD_MS = 10_000;
const MIN_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;

/** `problem` says why there is no connection, if a new token would help. */
export type Socket = { problem: () => string | undefined; stop: () => Promise<void> };

/**
 * Receives deliveries by Socket Mode, and reconnects forever. Each is acknowledged once it is
 * saved. Any number of processes may be connected: Slack delivers to one of them.
 * @throws Refused without SLACK_APP_TOKEN
 */
export function openSocket(receiver: Receiver): Socket {
  const appToken = requireVariable('SLACK_APP_TOKEN');
  const { log } = receiver.host;
  const stopping = new AbortController();
  const { signal } = stopping;
  let problem: string | undefined;
  let isLost = false;
  const onReady = () => {
    if (isLost) log({ level: 'info', message: 'Connected to Slack again' });
    isLost = false;
    problem = undefined;
  };
  const onFailure = (error: unknown) => {
    const failure = toSlackError('apps.connections.open', error ?? 'the connection ended');
    if (isTokenError(failure.code)) problem = `SLACK_APP_TOKEN: ${failure.message}`;
    if (isLost || signal.aborted) return;
    isLost = true;
    log({ level: 'warn', message: 'No connection to Slack, trying on', error: oneLine(failure) });
  };
  const run = async () => {
    let failures = 0;
    while (!signal.aborted) {
      const since = Date.now();
      const client = createClient(appToken, receiver);
      await useConnection(client, signal, onReady).catch(onFailure);
      failures = Date.now() - since > GOOD_MS && !isLost ? 0 : failures + 1;
      const pause = Math.min(MIN_PAUSE_MS * 2 ** (failures - 1), MAX_PAUSE_MS);
      if (failures > 0) await sleep(pause, undefined, { signal }).catch(ignore);
    }
  };
  const ended = run();
  return {
    problem: () => problem,
    stop() {
      stopping.abort();
      return ended;
    },
  };
}

const ignore = () => undefined;

/** The library connects once: how it connects again has gaps, and stops after some errors. */
function createClient(appToken: string, receiver: Receiver): SocketModeClient {
  const clientOptions = clientSettings();
  const options = {
    appToken,
    clientOptions,
    logger: silent,
    autoReconnectEnabled: false,
  };
  const client = new SocketModeClient(options);
  // Its listener is async: what it throws would be an unhandled rejection.
  const [listen = ignore] = client.listeners('ws_message');
  client.removeAllListeners('ws_message');
  client.on('ws_message', (...frame: unknown[]) => {
    promised(listen)(...frame).catch(ignore);
  });
  client.on('slack_event', (envelope: Envelope) => void takeEnvelope(receiver, envelope));
  return client;
}

/** Connects, and resolves once the connection ends, or Slack says that it is about to. */
async function useConnection(
  client: SocketModeClient,
  signal: AbortSignal,
  onReady: () => void,
): Promise<void> {
  let end: () => void = ignore;
  const ended = new Promise<void>((resolve) => (end = resolve));
  client.on('disconnected', () => end());
  client.on('ws_message', (text: unknown) => {
    const message = parseJson(String(text));
    if (isObject(message) && message['type'] === 'disconnect') end();
  });
  const close = () => {
    end();
    void client.disconnect();
  };
  const timer = setTimeout(close, MAX_CONNECT_MS);
  signal.addEventListener('abort', close);
  try {
    await client.start();
    clearTimeout(timer);
    onReady();
    await ended;
    // The library forgets to stop a client that was still about to connect.
    if (signal.aborted) close();
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', close);
  }
}

type Envelope = { readonly body: unknown; ack: (reply?: object) => Promise<void> };

/** Without an acknowledgement, Slack delivers again. */
async function takeEnvelope(receiver: Receiver, { body, ack }: Envelope): Promise<void> {
  try {
    const reply = await receive(receiver, isObject(body) ? body : {});
    // If the connection has ended, the next delivery is a known one.
    await ack(reply).catch(ignore);
  } catch (error) {
    const message = 'A delivery of Slack could not be saved';
    receiver.host.log({ level: 'error', message, error: oneLine(error) });
  }
}
