import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openReadable } from '../../test/support/cli/readable-pty.ts';
import { atMost, type Figure, median, quantile } from '../figures.ts';
import { type Ground, runProcess } from '../measure.ts';
import { home } from '../places.ts';
import type { Row } from '../row.ts';
import { freshFolder, tool } from '../tool/project.ts';

/** The most that people may wait for a character that the provider has sent. */
const MOST_MS = 50;
const rounds = 20;

/** From the first character of a message, as the provider sends it, to a person's screen. */
export const firstText: Row = {
  name: 'first-text',
  about: `ms from the first character that a provider sends of a message until it is on the screen; ${rounds} messages`,
  peers: [],
  async measure(ground) {
    const provider = await startStreams();
    try {
      const project = starter(ground);
      const times: number[] = [];
      for (let round = 0; round < rounds; round++)
        times.push(await timeInTerminal(project, provider));
      return [toFigure('in the terminal', times)];
    } finally {
      provider.stop();
    }
  },
};

function toFigure(what: string, times: readonly number[]): Figure {
  const [p50, p95] = [median(times), quantile(times, 0.95)];
  return {
    what,
    unit: 'ms',
    ours: p50,
    judged: [
      { value: p50, of: 'ms', bar: atMost(MOST_MS) },
      { value: p95, of: 'ms at the 95th percentile' },
    ],
  };
}

/** The starter as `create` makes it, with our own installed packages. */
function starter(ground: Ground): string {
  const place = freshFolder(join(ground.folder, 'first-text'));
  runProcess(tool(place, 'my-agent', '--yes', '--no-install', '--no-git'), ground);
  const project = join(place, 'my-agent');
  symlinkSync(join(home, 'node_modules'), join(project, 'node_modules'), 'junction');
  return project;
}

type Streams = {
  readonly url: string;
  /** Resolves to the time at which the first character of the next message is sent. */
  firstCharacter: () => Promise<number>;
  stop: () => void;
};

const [head, message] = [
  '{"next_step":{"intent":"done_for_now","message":"',
  'Shipped, and it is live.',
];

/** A provider that streams one message: the start of its JSON, a pause, its first character, a pause, the rest. */
async function startStreams(): Promise<Streams> {
  let onFirst: (time: number) => void = () => undefined;
  const server = createServer((request, response) => {
    request.resume().on('end', () => void answer(response).then((time) => onFirst(time)));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    firstCharacter: () => new Promise((resolve) => (onFirst = resolve)),
    stop: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function answer(response: ServerResponse): Promise<number> {
  const send = (content: string, finish_reason: string | null = null) => {
    const chunk = { choices: [{ index: 0, delta: { content }, finish_reason }] };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  send(head);
  await sleep(300);
  const time = Date.now();
  send(message.slice(0, 1));
  setTimeout(() => {
    send(`${message.slice(1)}"}}`, 'stop');
    response.end('data: [DONE]\n\n');
  }, 300);
  return time;
}

/** The step's line appears with the first character of its text. */
async function timeInTerminal(project: string, { url, firstCharacter }: Streams): Promise<number> {
  const { PATH = '', HOME = '' } = process.env;
  const env = { PATH, HOME, TERM: 'xterm-256color', LLM_BASE_URL: url, LLM_MODEL: 'bench' };
  const sent = firstCharacter();
  const command = [process.execPath, 'start.js', 'is it live?'];
  const { pty } = openReadable(command, { cols: 80, rows: 50, cwd: project, env });
  let seen: number | undefined;
  pty.onData((data) => {
    if (data.includes('done_for_now')) seen ??= Date.now();
  });
  const ended = new Promise((resolve) => pty.onExit(resolve));
  const time = await sent;
  await ended;
  return (seen ?? Infinity) - time;
}
