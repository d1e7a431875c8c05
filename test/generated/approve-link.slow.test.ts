import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  launch as launchBrowser,
  type Browser,
  type Page,
  type SerializedAXNode,
} from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { hashRequest, linkFor } from '../../registry/agent/channels/link.ts';
import { load } from '../../registry/agent/core/store.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { startAnswerServer } from '../support/generated/answer-server.ts';
import { contrastsOfTexts, type Contrast } from '../support/generated/contrast.ts';
import { launch, rests, send } from '../support/generated/http.ts';
import { writeServed, type Started } from '../support/generated/served-agent.ts';
import { writeStarter } from '../support/generated/starter.ts';

const chromium = '/usr/bin/chromium';
const hasChromium = existsSync(chromium);
if (!hasChromium) console.warn(`Skipped: the tests of pages behind links need ${chromium}.`);

const root = mkdtempSync(join(tmpdir(), 'links-'));
const secret = 's'.repeat(64);
const threads = join(root, 'threads');
const effects = join(root, 'effects');
const store = fileStore(threads);
let server: Started;
let browser: Browser;
let page: Page;
beforeAll(async () => {
  vi.stubEnv('LINK_SECRETS', secret);
  if (!hasChromium) return;
  const env = { STORE: 'file', THREADS: threads, EFFECTS: effects, LINK_SECRETS: secret };
  server = await startAnswerServer(writeServed(join(root, 'agent')), env);
  vi.stubEnv('PUBLIC_URL', server.url);
  // Chromium refuses its sandbox to root.
  browser = await launchBrowser({ executablePath: chromium, args: ['--no-sandbox'] });
});
const opened: Page[] = [];
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await browser?.close();
  server?.child.kill();
  await server?.ended;
  rmSync(root, { recursive: true, force: true });
});

const write = { intent: 'write', to: 'production' };
const ask = { intent: 'ask', question: 'Which one?' };
const waits = 'message tool_call';

/** A thread that waits at `step`, and a link for `person`, as a channel gets it. */
async function asked(step: object, person = 'ada') {
  const id = await launch(server.url, [step]);
  const status = step === ask ? 'waiting_for_human' : 'waiting_for_approval';
  await rests(server.url, id, status);
  return { id, link: await linkTo(id, person) };
}

async function linkTo(id: string, person: string, from = store): Promise<string> {
  const { open } = (await load(from, id)).state;
  if (!open) throw new Error(`${id} does not wait`);
  const { call_id, due } = open;
  const link = linkFor({ call_id, person, due, hash: hashRequest(open) }, 'answer', Date.now());
  return link ?? '';
}

async function openPage(link: string, { scripts = true, width = 360 } = {}): Promise<void> {
  page = await browser.newPage();
  opened.push(page);
  await page.setJavaScriptEnabled(scripts);
  await page.setViewport({ width, height: 740, isMobile: true, hasTouch: true });
  await page.goto(link);
}

/** Presses Tab until the control with this text or label has the focus. */
async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 20; presses += 1) {
    await page.keyboard.press('Tab');
    const focused = await focusedNode();
    if (focused?.name === name) return;
  }
  throw new Error(`Tab never reached ${name}`);
}

async function focusedNode(): Promise<SerializedAXNode | undefined> {
  const root = await page.accessibility.snapshot();
  const nodes = root ? [root] : [];
  // The list grows while it is walked.
  for (const node of nodes) nodes.push(...(node.children ?? []));
  return nodes.filter(({ focused }) => focused).slice(-1)[0];
}

async function submit(): Promise<void> {
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')]);
}

const outcome = () => page.$eval('main p', (element) => element.textContent);
const alert = () => page.$eval('[role=alert]', (element) => element.textContent);
const heading = () => page.$eval('h1', (element) => element.textContent);
const typesIn = async (id: string) => typesOf((await load(store, id)).events);
const runsOf = (id: string) =>
  existsSync(effects)
    ? readFileSync(effects, 'utf8')
        .split('\n')
        .filter((key) => key.startsWith(`${id}:`)).length
    : 0;

describe.runIf(hasChromium)('a person with a keyboard', () => {
  test.each([true, false])(
    'approves, with scripts %s, and a reload repeats nothing',
    async (scripts) => {
      const { id, link } = await asked(write);
      await openPage(link, { scripts });
      await tabTo('Approve');
      await submit();
      expect(await outcome()).toContain('Approved by ada');
      expect(page.url()).toBe(link);
      await page.reload();
      expect(await outcome()).toContain('Approved by ada');
      const { events } = await rests(server.url, id, 'done');
      expect(typesOf(events).match(/approval/g)).toHaveLength(1);
      expect(runsOf(id)).toBe(1);
    },
  );

  test('denies with a reason, which a browser asks for', async () => {
    const { id, link } = await asked(write);
    await openPage(link, { scripts: false });
    await tabTo('Deny');
    await page.keyboard.press('Enter');
    expect(await typesIn(id)).toBe(waits);
    expect((await focusedNode())?.name).toBe('Reason to deny');
    await page.keyboard.type('Not on a Friday.');
    await tabTo('Deny');
    await submit();
    expect(await outcome()).toContain('Denied by ada');
    const { events } = await load(store, id);
    expect(events[2]).toMatchObject({ approved: false, by: 'ada', comment: 'Not on a Friday.' });
    expect(runsOf(id)).toBe(0);
  });

  test('hears why a blank reason was not saved', async () => {
    const { id, link } = await asked(write);
    await openPage(link);
    await tabTo('Reason to deny');
    await page.keyboard.type('   ');
    await tabTo('Deny');
    await submit();
    expect(await focusedNode()).toMatchObject({
      name: 'Reason to deny',
      description: 'A denial needs a reason.',
      invalid: 'true',
    });
    expect(await page.title()).toBe('Not saved: Approve write?');
    expect(await typesIn(id)).toBe(waits);
  });

  test('edits the arguments, which approves them', async () => {
    const { id, link } = await asked(write);
    await openPage(link, { scripts: false });
    await tabTo('Edit the arguments');
    await page.keyboard.press('Enter');
    await tabTo('Arguments as JSON');
    await page.keyboard.down('Control');
    await page.keyboard.press('a');
    await page.keyboard.up('Control');
    await page.keyboard.type('{ "to": ');
    await tabTo('Change and approve');
    await submit();
    const { value } = (await focusedNode()) ?? {};
    expect([await alert(), value]).toEqual([
      'Write the arguments as a JSON object: {"name": "value"}.',
      '{ "to": ',
    ]);
    await page.keyboard.press('End');
    await page.keyboard.type('"staging" }');
    await tabTo('Change and approve');
    await submit();
    expect(await outcome()).toContain('Edited by ada');
    const { events } = await rests(server.url, id, 'done');
    expect(events[2].edit.step).toEqual({ ...write, to: 'staging' });
    expect(runsOf(id)).toBe(1);
  });

  test('answers a question', async () => {
    const { id, link } = await asked(ask);
    await openPage(link);
    await tabTo('Answer');
    await page.keyboard.type('The first.');
    await tabTo('Send');
    await submit();
    expect(await outcome()).toContain('Answered by ada');
    const { events } = await load(store, id);
    expect(events[2]).toMatchObject({ type: 'human_response', text: 'The first.', by: 'ada' });
  });
});

test.runIf(hasChromium)('no page scrolls to the side on a telephone', async () => {
  const long = 'a'.repeat(3_000);
  const { link } = await asked({ ...write, to: `${long}\n${long}` });
  await openPage(link);
  const isWide = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');
  expect(await isWide()).toBe(false);
  await page.goto(`${server.url}/answer/${long}`);
  expect(await isWide()).toBe(false);
});

test.runIf(hasChromium).each(['light', 'dark'])('texts can be read in %s', async (scheme) => {
  const { link } = await asked(write);
  await openPage(link);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  const contrasts = (await page.evaluate(contrastsOfTexts)) as Contrast[];
  expect(contrasts.length).toBeGreaterThan(10);
  for (const { text, contrast } of contrasts) expect(contrast, text).toBeGreaterThanOrEqual(4.5);
});

describe.runIf(hasChromium)('a scanner of links changes nothing', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const body = (id: string) => new URLSearchParams({ call: `${id}:1`, act: 'approve' });
  const scanners: Record<string, (link: string, id: string) => Promise<unknown>> = {
    'with GET': (link) => fetch(link),
    'with HEAD': (link) => fetch(link, { method: 'HEAD' }),
    'with OPTIONS and prefetches': async (link) => {
      await fetch(link, { method: 'OPTIONS' });
      await fetch(link, { headers: { purpose: 'prefetch', 'sec-purpose': 'prefetch;prerender' } });
    },
    'with a browser that waits': async (link) => {
      await openPage(link);
      await sleep(2_000);
    },
    'that follows all links': async (link) => {
      await openPage(link);
      const urls = await page.$$eval('[href], [src], [action]', (all) => all.map(String));
      for (const url of urls) await page.goto(url);
      expect(urls).toEqual([]);
    },
    'with POST': async (link, id) => {
      const answers = [
        await fetch(link, { method: 'POST', headers: form, body: body(id) }),
        await fetch(link, { method: 'POST' }),
        await fetch(link, {
          method: 'POST',
          headers: { ...form, origin: 'https://evil.test' },
          body: body(id),
        }),
        await fetch(link, { method: 'POST', headers: { ...form, origin: server.url }, body: '' }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403, 400]);
    },
  };
  test.each(Object.keys(scanners))('%s', async (name) => {
    const { id, link } = await asked(write);
    await scanners[name]?.(link, id);
    expect(await typesIn(id)).toBe(waits);
    expect(runsOf(id)).toBe(0);
  });
});

test.runIf(hasChromium)('a form of another site is refused, also in a frame', async () => {
  const { id, link } = await asked(write);
  const fields = `<input name="call" value="${id}:1"><input name="act" value="approve">`;
  const attack = (policy: string) =>
    `<meta name="referrer" content="${policy}">` +
    `<form method="post" action="${link}">${fields}<button>Go</button></form>`;
  const frame = `<iframe sandbox="allow-forms allow-scripts" srcdoc='${attack('no-referrer')}'>`;
  const pages = [attack('no-referrer'), attack('unsafe-url'), `${frame}</iframe>`];
  const evil = createServer(({ url }, response) => {
    response.setHeader('content-type', 'text/html').end(pages[Number(url?.slice(1))]);
  });
  await new Promise<void>((resolve) => evil.listen(0, '127.0.0.1', resolve));
  const address = evil.address();
  const port = typeof address === 'object' ? address?.port : 0;
  for (const at of [0, 1, 2]) {
    await openPage(`http://localhost:${port}/${at}`);
    const target = at === 2 ? page.frames()[1] : page.mainFrame();
    const answered = page.waitForResponse((response) => response.url() === link);
    await target?.click('button');
    expect((await answered).status()).toBe(403);
  }
  evil.close();
  expect(await typesIn(id)).toBe(waits);
});

test.runIf(hasChromium)('of 16 people at once, one approves, and the tool runs once', async () => {
  const { id, link } = await asked(write);
  const other = await linkTo(id, 'local');
  const post = (url: string) =>
    fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: { origin: server.url },
      body: new URLSearchParams({ call: `${id}:1`, act: 'approve' }),
    });
  const answers = await Promise.all(
    Array.from({ length: 16 }, (_, index) => post(index % 2 === 0 ? link : other)),
  );
  const statuses = answers.map(({ status }) => status).sort();
  expect(statuses).toEqual([303, ...Array.from({ length: 15 }, () => 409)]);
  await rests(server.url, id, 'done');
  expect(runsOf(id)).toBe(1);
});

test.runIf(hasChromium)('links are in no event and no line of the log', async () => {
  const { id, link } = await asked(write);
  await openPage(link);
  await tabTo('Approve');
  await submit();
  await rests(server.url, id, 'done');
  const token = link.split('/').pop() ?? link;
  expect(server.err()).not.toContain(token.slice(0, 40));
  expect(JSON.stringify((await load(store, id)).events)).not.toContain(token.slice(0, 40));
});

/** A channel that writes down what it was to send, and the person who reads there. */
const fakeChannel = `
import { appendFileSync } from 'node:fs';
export const channels = {
  fake: {
    send: (notice) => Promise.resolve(appendFileSync('sent', JSON.stringify(notice) + '\\n')),
  },
};
`;

/** Everyone is ada. */
const onlyAda = `
export const people = {
  personFor: () => 'ada',
  accountsOf: (name) => ['fake:' + name],
  mayStart: () => true,
  startsPerDay: 9,
  remindAfterMs: [],
  escalation: { to: ['ada'], afterMs: 1e9 },
};
`;

/** Writes the starter with the pages, and with a channel that tells ada. */
async function writeTellingStarter(): Promise<string> {
  const folder = join(await writeStarter('scripted', 'server', 'approve-link'), 'src/agent');
  writeFileSync(join(folder, 'fake.js'), fakeChannel);
  writeFileSync(join(folder, 'channels/people.ts'), onlyAda);
  const agent = readFileSync(join(folder, 'agent.ts'), 'utf8');
  const wired = agent.replace('const channels = {', '$&\n  ...fakes,');
  const imported = "import { channels as fakes } from './fake.js';";
  writeFileSync(join(folder, 'agent.ts'), [imported, wired].join('\n'));
  return folder;
}

test.runIf(hasChromium)(
  'the starter deploys to production once ada approves by a link',
  async () => {
    const folder = await writeTellingStarter();
    const { url, child, ended, err } = await startAnswerServer(folder, {
      LINK_SECRETS: secret,
      APPROVERS: 'ada',
    });
    try {
      expect(url, err()).not.toBe('');
      const launched = await send(url, 'POST', '/threads', {
        body: { message: 'ship 1.4.2 to production' },
      });
      const { id } = JSON.parse(launched.text);
      await rests(url, id, 'waiting_for_approval');
      const sent = await vi.waitFor(() => readFileSync(join(folder, 'sent'), 'utf8'), 10_000);
      const { link, kind } = JSON.parse(sent.split('\n')[0] ?? '');
      expect(kind).toBe('approval');
      await openPage(link, { scripts: false });
      expect(await heading()).toBe('Approve deploy?');
      await tabTo('Approve');
      await submit();
      const { events } = await rests(url, id, 'done');
      const results = events.filter(({ type }: { type: string }) => type === 'tool_result');
      const deployed = results.map(({ result }: { result: { to?: string } }) => result.to);
      expect(deployed).toEqual([undefined, 'staging', 'production']);
      const token = link.split('/').pop();
      expect(err() + JSON.stringify(events)).not.toContain(token);
    } finally {
      child.kill();
      await ended;
    }
  },
);
