import { existsSync } from 'node:fs';
import { launch, type Browser, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Agent } from '../../registry/agent/core/agent.ts';
import type { NewEvent, Step } from '../../registry/agent/core/event.ts';
import { load, type Store } from '../../registry/agent/core/store.ts';
import type { ServerOptions } from '../../registry/agent/server/server.ts';
import { memoryStore } from '../../registry/agent/store/memory.ts';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { webTrigger } from '../../registry/agent/web/trigger.ts';
import { chattyAgent } from '../support/generated/chatty-agent.ts';
import { contrastsOfTexts, type Contrast } from '../support/generated/contrast.ts';
import { send } from '../support/generated/http.ts';
import { serveAgent } from '../support/generated/serve-agent.ts';
import { writeEvents } from '../support/generated/write-events.ts';

const chromium = '/usr/bin/chromium';
const hasChromium = existsSync(chromium);
if (!hasChromium) console.warn(`Skipped: the tests of the chat page need ${chromium}.`);

let browser: Browser;
let page: Page;
beforeAll(async () => {
  // Chromium refuses its sandbox to root.
  if (hasChromium)
    browser = await launch({ executablePath: chromium, args: ['--no-sandbox'], timeout: 60_000 });
});
const closings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});
afterAll(async () => await browser?.close());

/** What a page must never do: open a dialog, violate its policy, fail. */
const faults: string[] = [];

const triggers = { chat: webTrigger };

async function serve(agent: Agent, options: ServerOptions = {}, port = 0) {
  const served = await serveAgent({ ...agent, triggers }, options, port);
  closings.push(served.stop);
  return served;
}

async function open(url: string, { width = 1280, scheme = 'light' } = {}): Promise<void> {
  page = await browser.newPage();
  const opened = page;
  closings.push(() => opened.close());
  faults.length = 0;
  page.on('dialog', (dialog) => {
    faults.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('pageerror', (error) => faults.push(`error: ${String(error)}`));
  page.on('console', (line) => {
    if (/policy|trusted/i.test(line.text())) faults.push(`policy: ${line.text()}`);
  });
  await page.setViewport({ width, height: 740 });
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.goto(url);
}

const textOf = (selector: string) =>
  page.$eval(selector, (element) => (element.textContent ?? '').replace(/\s+/g, ' ').trim());
const textsOf = (selector: string) =>
  page.$$eval(selector, (all) => all.map((one) => (one.textContent ?? '').trim()));

const topOf = (selector: string) =>
  page.$eval(selector, (element) => element.getBoundingClientRect().top);

/** Resolves once the text of an element contains this. */
async function sees(text: string, selector = 'body'): Promise<void> {
  const has = `[...document.querySelectorAll(${JSON.stringify(selector)})]
    .some((one) => one.checkVisibility() && one.innerText.includes(${JSON.stringify(text)}))`;
  await page.waitForFunction(has, { timeout: 10_000 }).catch(async () => {
    const shown = (await textOf('body')).slice(-2_000);
    throw new Error(`It never says ${text}, but: ${shown} ${faults.join(' ')}`);
  });
}

/** Types into the element that has the focus, and presses Enter. */
async function type(text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
}

async function say(text: string): Promise<void> {
  await page.focus('#say');
  await type(text);
}

/** Goes back by Shift+Tab until the control with this text has the focus. */
async function tabBackTo(text: string): Promise<void> {
  await page.keyboard.down('Shift');
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement.textContent')) === text) break;
  }
  await page.keyboard.up('Shift');
  expect(await page.evaluate('document.activeElement.textContent')).toBe(text);
}

const typed = () => page.evaluate('document.querySelector("#say").value');
const focusedId = () => page.evaluate('document.activeElement.id');
const threadId = async () => new URL(page.url()).hash.slice(1);

const check = { intent: 'check_release', version: '1.4.2' };
const question = { intent: 'question', text: 'Which environment?' };
const deploy = { intent: 'deploy', to: 'production', notes: 'First.\nSecond.' };
const done = { intent: 'done', message: 'It is live.\n```sh\nnpm test\n```\nAll is well.' };

/** Lets a test say when the model goes on, in the middle of an answer. */
function gate() {
  let isOpen = false;
  let pass: () => void = () => undefined;
  return {
    async *writes(answer: string) {
      yield answer.slice(0, -12);
      if (!isOpen) await new Promise<void>((resolve) => (pass = resolve));
      yield answer;
    },
    open() {
      isOpen = true;
      pass();
    },
  };
}

describe.runIf(hasChromium)('a person with a keyboard', () => {
  test('chats, answers, approves, and goes on after a reload', async () => {
    const { writes, open: goOn } = gate();
    const { url } = await serve(chattyAgent([question, deploy, done], { writes }));
    await open(`${url}/chat`);
    await sees('What can I do for you?');
    await say('Ship it.');
    await sees('Which env', '#draft');
    expect(await textsOf('#log .agent')).toEqual([]);
    const place = await topOf('#draft');
    goOn();
    await sees('Which environment?', '#log .agent');
    expect(await topOf('#log .agent')).toBe(place);
    expect(await textOf('#draft')).toBe('');
    await type('production');
    await sees('Approve deploy?');
    expect(await textOf('.request dl')).toBe('to"production"notes (text)First. Second.');
    await tabBackTo('Approve');
    await page.keyboard.press('Enter');
    await sees('Approved by local.');
    await sees('All is well.');
    expect(await focusedId()).toBe('say');
    expect(await textsOf('#log pre')).toContain('npm test');
    const before = await textsOf('#log > *');
    await page.reload();
    await sees('All is well.');
    expect(await textsOf('#log > *')).toEqual(before);
    await say('Thanks.');
    await sees('That is all.');
    expect(faults).toEqual([]);
  });

  test('denies with a reason, which is asked for', async () => {
    const agent = chattyAgent([deploy, done]);
    const { url } = await serve(agent);
    await open(`${url}/chat`);
    await say('Ship it.');
    await sees('Approve deploy?');
    await tabBackTo('Deny');
    await page.keyboard.press('Enter');
    await page.waitForFunction('document.activeElement.matches(".deny input")');
    await page.keyboard.press('Enter');
    expect(typesOf((await load(agent.store, await threadId())).events)).toBe('message tool_call');
    await type('Not on a Friday.');
    await sees('Denied by local: Not on a Friday.');
    await sees('All is well.');
    expect(await page.$('.answers')).toBeNull();
  });

  test('writes several lines, and Escape changes nothing', async () => {
    const { url } = await serve(chattyAgent([question]));
    await open(`${url}/chat`);
    await page.focus('#say');
    await page.keyboard.type('one');
    await page.keyboard.down('Shift');
    await page.keyboard.press('Enter');
    await page.keyboard.up('Shift');
    await page.keyboard.type('two');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Enter');
    await sees('Which environment?');
    expect(await textsOf('.person')).toEqual(['one\ntwo']);
  });

  test('stops a chat, and the next message starts another', async () => {
    const { url } = await serve(chattyAgent([question, done]));
    await open(`${url}/chat`);
    await say('Ship it.');
    await sees('Which environment?');
    const id = await threadId();
    await page.click('#stop');
    await sees('Stopped by local.');
    await say('Again.');
    await page.waitForFunction(`!location.hash.includes(${JSON.stringify(id)})`);
    await sees('Which environment?');
    await page.click('#fresh');
    await sees('What can I do for you?');
  });
});

test.runIf(hasChromium)('what a person types while a message is sent stays', async () => {
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => (pass = resolve));
  const { url } = await serve(chattyAgent([question]), {
    async authenticate({ method }) {
      if (method === 'POST') await passed;
      return { name: 'ada' };
    },
  });
  await open(`${url}/chat`);
  await sees('What can I do for you?');
  await say('Ship it.');
  await page.keyboard.type(' More');
  pass();
  await sees('Which environment?');
  expect(await typed()).toBe(' More');
});

test.runIf(hasChromium)('a request in a chat that was stopped cannot be answered', async () => {
  const { url } = await serve(chattyAgent([deploy]));
  await open(`${url}/chat`);
  await say('Ship it.');
  await sees('Approve deploy?');
  await page.click('#stop');
  await sees('Stopped.', '.outcome');
  expect(await page.$('.answers')).toBeNull();
});

test.runIf(hasChromium)('a step that the policy denies asks no one', async () => {
  const agent = chattyAgent([deploy, done]);
  const policy = { ...agent.policy, needsApproval: () => ({ deny: 'not on a Friday' }) };
  const { url } = await serve({ ...agent, policy });
  await open(`${url}/chat`);
  await say('Ship it.');
  await sees('All is well.');
  expect(await textsOf('.tool summary')).toEqual(['deploy Denied by policy: not on a Friday']);
  expect(await page.$('.request')).toBeNull();
});

test.runIf(hasChromium)('what others say has their name', async () => {
  const store = memoryStore();
  const said = { channel: 'http', text: 'Ship it.' };
  const ask = { type: 'tool_call', call_id: 't_two:2', step: question, awaits: 'message' } as const;
  const events = [
    { type: 'message', ...said, from: 'ada' },
    { type: 'message', ...said, from: 'b\u202eob' },
    ask,
    { type: 'human_response', call_id: 't_two:2', by: 'eve', text: 'Staging.' },
    { type: 'message', ...said, from: 'ada' },
  ] as const;
  await fill(store, 't_two', events);
  const { url } = await serve(chattyAgent([], { store }));
  await open(`${url}/chat#t_two`);
  await sees('Staging.');
  expect(await textsOf('.person')).toEqual([
    'Ship it.',
    'b\\u{202e}obShip it.',
    'eveStaging.',
    'Ship it.',
  ]);
});

test.runIf(hasChromium)('a copy says that it is one, and how its open call ended', async () => {
  const store = memoryStore();
  const at = new Date().toISOString();
  const call = { call_id: 't:1' };
  const run = { attempt: 1, by: 'p', lease_until: at };
  const events = [
    { type: 'message', channel: 'http', from: 'local', text: 'Ship it.' },
    { type: 'tool_call', ...call, step: check, awaits: 'result' },
    { type: 'tool_started', ...call, ...run },
    { type: 'handed_over', ...call, reason: 'It may have happened.' },
    { type: 'forked', by: 'local', thread: 't', version: 3 },
    { type: 'lifted', by: 'local' },
  ] as const;
  await fill(store, 't_copy', events);
  const { url } = await serve(chattyAgent([], { store }));
  await open(`${url}/chat#t_copy`);
  await sees('lets its steps run');
  expect(await textsOf('#log > :not(.person)')).toEqual([
    expect.stringContaining('check_release has an unknown outcome'),
    'It may have happened.',
    'local made this copy. Its steps need approval.',
    'local lets its steps run as the policy says.',
  ]);
});

const tokens: Record<string, string> = { 'Bearer right': 'ada', 'Bearer other': 'bob' };
const authenticate: ServerOptions['authenticate'] = ({ headers }) => {
  const name = tokens[headers.get('authorization') ?? ''];
  return Promise.resolve(name ? { name } : undefined);
};

test.runIf(hasChromium)('a person signs in with a token, and out', async () => {
  const { url } = await serve(chattyAgent([question]), { authenticate, basePath: '/agent' });
  await open(`${url}/chat`);
  await sees('Sign in');
  expect(await focusedId()).toBe('token');
  await type('wrong');
  await sees('This token is not accepted.');
  await type(' right ');
  await sees('What can I do for you?');
  await say('Ship it.');
  await sees('Which environment?');
  await page.reload();
  await sees('Which environment?');
  const stored = 'JSON.stringify([Object.values(sessionStorage), localStorage, document.cookie])';
  expect(await page.evaluate(stored)).toBe('[["right"],{},""]');
  const thread = page.url();
  await page.type('#say', 'private');
  await page.click('#leave');
  await sees('Sign in');
  expect(await textOf('#log')).toBe('');
  expect(await typed()).toBe('');
  expect(await page.evaluate(stored)).toBe('[[],{},""]');
  await type('other');
  await sees('What can I do for you?');
  await page.goto(thread);
  await sees(`There is no thread ${thread.split('#')[1]}`);
  expect(faults).toEqual([]);
});

test.runIf(hasChromium)('a request that is answered elsewhere says how it ended', async () => {
  const { url } = await serve(chattyAgent([deploy, done], { ask: { approvers: ['bob'] } }), {
    authenticate: ({ headers }) => Promise.resolve({ name: headers.get('x-name') ?? 'ada' }),
  });
  await open(`${url}/chat`);
  await say('Ship it.');
  await sees('Who may approve: bob');
  await page.click('.request .main');
  await sees('may not approve', '.outcome');
  const id = await threadId();
  await send(url, 'POST', `/threads/${id}/approvals`, {
    body: { call_id: `${id}:1`, approved: false, comment: 'Too early.' },
    headers: { 'x-name': 'bob' },
  });
  await sees('Denied by bob: Too early.', '.outcome');
  expect(await page.$('.answers')).toBeNull();
});

test.runIf(hasChromium)('a chat goes on after the server was restarted', async () => {
  const agent = chattyAgent([question, done]);
  const { url, port, stop } = await serve(agent);
  await open(`${url}/chat`);
  await say('Ship it.');
  await sees('Which environment?');
  await stop();
  await sees('No connection. Trying again …');
  await say('production');
  await sees('Not sent: there is no connection.');
  await serve(agent, {}, port);
  await page.waitForFunction('!document.querySelector("#status").textContent.includes("again")');
  await page.keyboard.press('Enter');
  await sees('All is well.');
  expect(await textsOf('.person')).toEqual(['Ship it.', 'production']);
});

/** What could run, or move other texts, if it were read as anything but text. */
const evil = [
  '<img src=x onerror="window.ran = 1"><script>window.ran = 1</script>',
  '"><svg onload=window.ran=1> javascript:window.ran=1 </textarea></template>',
  '\u202e\u0000\u200b\ufeff\u2028',
  'x'.repeat(3_000),
].join(' ');

/** Events that have hostile texts in each field that people see. */
function evilEvents(id: string): readonly NewEvent[] {
  const at = new Date().toISOString();
  const call = (number: number) => ({ call_id: `${id}:${number}` });
  const step: Step = { intent: evil, [evil]: evil, list: [{ [evil]: evil }], lines: `${evil}\n` };
  const objection = { ask: evil, approvers: [evil], count: 2 };
  const run = { attempt: 1, by: evil };
  return [
    { type: 'message', channel: evil, from: 'local', text: evil, data: { [evil]: evil } },
    { type: 'tool_call', ...call(1), step, awaits: 'result' },
    { type: 'tool_started', ...call(1), ...run, lease_until: at },
    { type: 'tool_error', ...call(1), attempt: 1, error: evil },
    { type: 'tool_call', ...call(4), step, awaits: 'approval', objection },
    { type: 'endorsed', ...call(4), by: evil },
    { type: 'approval', ...call(4), approved: true, by: evil, comment: evil },
    { type: 'tool_started', ...call(4), ...run, lease_until: at },
    { type: 'tool_result', ...call(4), attempt: 1, result: { [evil]: evil } },
    { type: 'tool_call', ...call(9), step, awaits: 'approval', objection },
    { type: 'approval', ...call(9), approved: false, by: evil, comment: evil },
    { type: 'model_error', error: evil, answer: evil },
    { type: 'tool_call', ...call(12), step, awaits: 'answer' },
    { type: 'human_response', ...call(12), by: evil, text: `${evil}\n\`\`\`${evil}\n${evil}\n` },
    { type: 'handed_over', ...call(14), reason: evil },
    { type: 'message', channel: evil, from: evil, text: evil },
    { type: 'tool_call', ...call(16), step, awaits: 'approval', objection },
    { type: 'expired', ...call(16), outcome: 'denied' },
    { type: 'tool_call', ...call(18), step, awaits: 'approval', objection },
  ];
}

const fill = (store: Store, id: string, events: readonly NewEvent[]) =>
  writeEvents({ store, now: Date.now }, id, events);

const isWide = () => page.evaluate('document.documentElement.scrollWidth > innerWidth');

describe.runIf(hasChromium).each([
  [1280, 'light'],
  [1280, 'dark'],
  [360, 'light'],
  [360, 'dark'],
])('at %d pixels, in %s', (width, scheme) => {
  test('hostile texts are texts', async () => {
    const store = memoryStore();
    await fill(store, 't_evil', evilEvents('t_evil'));
    const { url } = await serve(chattyAgent([], { store }));
    await open(`${url}/chat#t_evil`, { width, scheme });
    await sees('Approve', '.request .main');
    await page.$$eval('details', (all) => all.forEach((one) => (one.open = true)));
    expect(await page.evaluate('window.ran')).toBeUndefined();
    expect(await page.$('#log img, #log script, #log svg, #log a')).toBeNull();
    expect(await isWide()).toBe(false);
    const shown = await textOf('.request:last-of-type dl');
    // JSON escapes a control character by itself.
    expect(shown).toContain('\\u{202e}\\u0000\\u{200b}\\u{feff}\\u{2028}');
    expect(await page.$$eval('#log > *', (all) => all.length)).toBe(13);
    expect(await textsOf('.outcome')).toContain('Expired: no answer came in time.');
    expect(faults).toEqual([]);
  });

  test('texts can be read, and nothing is wider than the page', async () => {
    const { url } = await serve(chattyAgent([check, question, deploy, done]));
    await open(`${url}/chat`, { width, scheme });
    await sees('What can I do for you?');
    await say('Ship it.');
    await sees('Which environment?');
    await say('production');
    await sees('Approve deploy?');
    expect(await isWide()).toBe(false);
    const contrasts = (await page.evaluate(contrastsOfTexts)) as Contrast[];
    expect(contrasts.length).toBeGreaterThan(10);
    for (const { text, contrast } of contrasts) expect(contrast, text).toBeGreaterThanOrEqual(4.5);
    const sizes = await page.$$eval('button, summary, textarea', (all) =>
      all.filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect().height),
    );
    for (const height of sizes) expect(height).toBeGreaterThanOrEqual(44);
  });
});

test.runIf(hasChromium)('long chats and long texts are shown whole', async () => {
  const store = memoryStore();
  const long = 'word '.repeat(200_000);
  const messages = Array.from({ length: 500 }, (_, index): NewEvent => {
    const text = index === 250 ? long : `message ${index}`;
    return { type: 'message', channel: 'http', from: 'local', text };
  });
  await fill(store, 't_long', messages);
  const { url } = await serve(chattyAgent([done], { store }));
  await open(`${url}/chat#t_long`, { width: 360 });
  await sees('message 499', '.person:last-child');
  await say('Thanks.');
  await sees('All is well.', '.agent');
  const lengths = await page.$$eval('.person', (all) => all.map((one) => one.innerText.length));
  expect(lengths).toHaveLength(501);
  expect(Math.max(...lengths)).toBeGreaterThan(999_000);
  const isAtEnd = 'Math.abs(document.querySelector("#chat").scrollTop) < 2';
  expect(await page.evaluate(isAtEnd)).toBe(true);
});
