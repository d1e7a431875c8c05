import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import type { Outcome, Transport } from './deliver.ts';
import { ids } from './workspace.ts';

type Line = {
  readonly socket: WebSocket;
  readonly waiting: Map<string, (outcome: Outcome) => void>;
  isSilent: boolean;
  /** It was told that the connection ends: it gets no more. */
  isRefreshed: boolean;
};

/** How the next handshake goes: `reset` closes the connection during it. */
export type Handshake = 'reset' | 'no hello' | 'refuse';

/** Socket Mode on the server of the Web API: an envelope goes to one of the connections. */
export function socketTransport(server: Server, limitMs: number, pingMs: number) {
  const lines = new Set<Line>();
  const tickets = new Set<string>();
  const handshakes: Handshake[] = [];
  const acked: string[] = [];
  let turn = 0;
  // The fake answers no ping of a line that is silent.
  const sockets = new WebSocketServer({ noServer: true, autoPong: false });
  server.on('upgrade', (request, socket, head) => {
    const ticket = new URL(request.url ?? '/', 'http://fake').searchParams.get('ticket') ?? '';
    const how = handshakes.shift();
    if (how === 'reset') return void socket.destroy();
    if (!tickets.delete(ticket) || how === 'refuse')
      return void socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
    sockets.handleUpgrade(request, socket, head, (opened) => open(opened, how !== 'no hello'));
  });

  function open(socket: WebSocket, saysHello: boolean): void {
    const line: Line = { socket, waiting: new Map(), isSilent: false, isRefreshed: false };
    socket.on('error', () => {});
    socket.on('ping', (data) => line.isSilent || socket.pong(data));
    socket.on('message', (data) => take(line, String(data)));
    const pings = setInterval(() => line.isSilent || socket.ping('Ping from fake'), pingMs);
    socket.on('close', () => {
      clearInterval(pings);
      lines.delete(line);
      for (const fail of line.waiting.values()) fail({ failed: 'timeout' });
    });
    if (!saysHello) return;
    lines.add(line);
    say(line, {
      type: 'hello',
      num_connections: lines.size,
      debug_info: { host: 'fake', started: new Date().toISOString(), build_number: 1 },
      connection_info: { app_id: ids.app },
    });
  }

  function take(line: Line, text: string): void {
    const { envelope_id, payload } = JSON.parse(text);
    acked.push(envelope_id);
    line.waiting.get(envelope_id)?.({ body: payload });
  }

  const say = ({ socket, isSilent }: Line, message: object) =>
    isSilent || socket.send(JSON.stringify(message));

  /** Each attempt has an envelope of its own, on the next connection in turn. */
  const transport: Transport = (kind, payload, { number, reason }) => {
    const usable = [...lines].filter(({ isRefreshed }) => !isRefreshed);
    const line = usable[turn++ % usable.length];
    if (line === undefined) return Promise.resolve({ failed: 'connection_failed' });
    const envelope_id = randomUUID();
    const retry = { retry_attempt: number, retry_reason: reason && 'timeout' };
    const isEvent = kind === 'events_api';
    return new Promise((resolve) => {
      const end = (outcome: Outcome) => {
        clearTimeout(timer);
        line.waiting.delete(envelope_id);
        resolve(outcome);
      };
      const timer = setTimeout(() => end({ failed: 'timeout' }), limitMs);
      line.waiting.set(envelope_id, end);
      const accepts_response_payload = !isEvent;
      const envelope = { type: kind, envelope_id, payload, accepts_response_payload };
      say(line, isEvent ? { ...envelope, ...retry } : envelope);
    });
  };

  return {
    transport,
    /** The ids of the envelopes that were acknowledged. */
    acked,
    /** How the next handshakes go, one after the other. */
    spoil: (...how: readonly Handshake[]) => void handshakes.push(...how),
    connect(): string {
      const ticket = randomUUID();
      tickets.add(ticket);
      const { port } = server.address() as { port: number };
      return `ws://127.0.0.1:${port}/link/?ticket=${ticket}&app_id=${ids.app}`;
    },
    count: () => lines.size,
    /** Says that the connections end, and ends them after `ms`. A warning comes before. */
    refresh(reason: 'warning' | 'refresh_requested' | 'link_disabled', ms = 500): void {
      for (const line of lines) {
        say(line, { type: 'disconnect', reason, debug_info: { host: 'fake' } });
        if (reason === 'warning') continue;
        line.isRefreshed = true;
        setTimeout(() => line.socket.close(), ms);
      }
    },
    /** Ends all connections without a close frame. */
    drop: () => lines.forEach(({ socket }) => socket.terminate()),
    /** The open connections stay open, and nothing comes from them any longer. */
    silence: () => lines.forEach((line) => (line.isSilent = true)),
    /** Sends any frame on all connections. */
    send: (text: string) => lines.forEach(({ socket }) => socket.send(text)),
  };
}
