import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from 'puppeteer-core';
import { openReadable } from '../../test/support/cli/readable-pty.ts';
import { atMost, type Figure, median, quantile } from '../figures.ts';
import { type Ground, runProcess } from '../measure.ts';
import { home } from '../places.ts';
import type { Row } from '../row.ts';
import { freshFolder, tool } from '../tool/project.ts';

/** The most that people may wait for a character that the provider has sent. */
const MOST_MS = 50;
const rounds = 20;
const chromium = '/usr/bin/chromium';

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
      const inTerminal = toFigure('in the terminal', times);
      if (!existsSync(chromium)) return [inTerminal];
      return [inTerminal, toFigure('in the browser', await timeInBrowser(project, provider))];
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

/** The starter with a server and the chat page, with our own installed packages. */
function starter(ground: Ground): string {
  const place = freshFolder(join(ground.folder, 'first-text'));
  const flags = ['--with', 'web,server', '--yes', '--no-install', '--no-git'];
  runProcess(tool(place, 'my-agent', ...flags), ground);
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

/** The chat page shows the draft in an element of its own. */
async function timeInBrowser(
  project: string,
  { url, firstCharacter }: Streams,
): Promise<readonly number[]> {
  const env = { ...process.env, PORT: '0', LLM_BASE_URL: url, LLM_MODEL: 'bench' };
  const args = ['--import', 'tsx', 'src/agent/server/main.ts'];
  const server = spawn(process.execPath, args, { cwd: project, env });
  // Chromium refuses its sandbox to root.
  const browser = await launch({ executablePath: chromium, args: ['--no-sandbox'] });
  try {
    const origin = await originOf(server.stderr);
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const page = await browser.newPage();
      await page.goto(`${origin}/chat`);
      const seen = page.evaluate(whenDraftAppears);
      const sent = firstCharacter();
      await page.type('#say', 'is it live?\n');
      times.push(Number(await seen) - (await sent));
      await page.close();
    }
    return times;
  } finally {
    await browser.close();
    server.kill();
  }
}

async function originOf(log: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of log) {
    text += chunk.toString();
    const [, origin] = /Listening on (http:\/\/[^\s/]+?)\. /.exec(text) ?? [];
    if (origin !== undefined) return origin;
  }
  throw new Error(`The server does not listen: ${text}`);
}

/** Runs in the page: the time of the first frame with a draft. */
const whenDraftAppears = `new Promise((resolve) => {
  const look = () => {
    if (document.querySelector('#draft').textContent) resolve(Date.now());
    else requestAnimationFrame(look);
  };
  look();
})`;
