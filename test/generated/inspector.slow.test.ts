import { existsSync } from 'node:fs';
import { launch as launchBrowser, type Browser, type Page } from 'puppeteer-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { load } from '../../registry/agent/core/store.ts';
import type { NewEvent } from '../../registry/agent/core/event.ts';
import { cancel } from '../../registry/agent/core/people.ts';
import { typesOf } from '../../registry/agent/testing/toy-agent.ts';
import { contrastsOfTexts, type Contrast } from '../support/generated/contrast.ts';
import { fillThreads, post, startInspected } from '../support/generated/inspected.ts';
import { writeEvents } from '../support/generated/write-events.ts';

const chromium = '/usr/bin/chromium';
const hasChromium = existsSync(chromium);
if (!hasChromium) console.warn(`Skipped: the tests of the inspector need ${chromium}.`);

/** Holds the model back after it wrote its answer, until the test lets it go on. */
const held = { wait: async (): Promise<unknown> => undefined };
let server: Awaited<ReturnType<typeof startInspected>>;
let browser: Browser;
let page: Page;
const problems: string[] = [];

beforeAll(async () => {
  if (!hasChromium) return;
  server = await startInspected({ wait: () => held.wait() });
  browser = await launchBrowser({ executablePath: chromium, args: ['--no-sandbox'] });
});
afterEach(async () => {
  held.wait = async () => undefined;
  vi.unstubAllEnvs();
  if (page && !page.isClosed()) await page.close();
  expect(problems.splice(0)).toEqual([]);
});
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const deploy = { intent: 'deploy', version: '1.4.2', to: 'production' };
const ask = { intent: 'ask', question: 'Which place?', choices: ['staging', 'production'] };

/** Starts a thread whose model plays `steps`, and waits until it rests. */
async function start(message: string, ...steps: readonly object[]): Promise<string> {
  const { body } = await post(server.url, '/threads', { message, data: { steps } });
  await rests(body.id, /waiting_for|done|failed/);
  return body.id;
}
async function rests(id: string, status: RegExp): Promise<void> {
  await vi.waitFor(async () => expect((await loaded(id)).state.status).toMatch(status), 10_000);
}
const loaded = (id: string) => load(server.agent.store, id);
const typesIn = async (id: string) => typesOf((await loaded(id)).events);
const lastOf = async (id: string, type: string) =>
  (await loaded(id)).events.filter((event) => event.type === type).slice(-1)[0];

async function open(id = '', { width = 1280, url = server.url } = {}): Promise<void> {
  page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (line) => line.type() === 'error' && problems.push(line.text()));
  page.on('dialog', () => problems.push('a dialog was opened by a text'));
  await page.setViewport({ width, height: 800 });
  await page.goto(`${url}/inspector${id && `/#${id}`}`);
}

const textOf = (selector: string) =>
  page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
const textsOf = (selector: string) =>
  page.$$eval(selector, (all) => all.map((one) => one.textContent ?? ''));
/** Waits until the element has this text. */
async function sees(selector: string, text: string | RegExp): Promise<void> {
  await vi.waitFor(async () => {
    const all = (await textsOf(selector)).join('\n');
    if (typeof text === 'string') expect(all).toContain(text);
    else expect(all).toMatch(text);
  }, 10_000);
}
/** Presses the button with this text, as a person with a mouse does. */
async function press(text: string): Promise<void> {
  const button = await page.waitForSelector(`::-p-xpath(//button[normalize-space()="${text}"])`);
  await button?.click();
}
/** Shows the request of each step. By a mouse, a click could miss a row that the last one moves. */
const showAllSeen = () =>
  page.evaluate(
    `for (const one of document.querySelectorAll('[aria-expanded=false]')) one.click()`,
  );
const focusedText = () => page.evaluate('document.activeElement.textContent');

describe.runIf(hasChromium)('the list', () => {
  test('shows threads by status and text, newest first, and new ones by itself', async () => {
    const asked = await start('find the needle', ask);
    await start('just hay', { intent: 'done_for_now', message: 'Found.' });
    await open();
    await sees('#count', /^\d+ threads$/);
    const first = await textsOf('#list li:nth-child(1)');
    expect(first[0]).toContain('just hay');
    await page.type('#search', 'NEEDLE');
    await sees('#count', /^1 of \d+ threads$/);
    expect(await textOf('#list')).toContain('waiting for human: ask');
    expect(await textOf('#list')).toMatch(new RegExp(`local \\d\\d:\\d\\d[^]*${asked}`));
    await page.$eval('#search', (input) => ((input as unknown as { value: string }).value = ''));
    await page.type('#search', ' ');
    await page.select('#status', 'waiting_for_human');
    await vi.waitFor(async () => expect(await textOf('#list')).not.toContain('just hay'), 10_000);
    expect(await textOf('#read')).toMatch(/^read \d\d:\d\d:\d\d$/);
    const later = await start('a later question', ask);
    await sees('#list', later);
    expect((await textsOf('#list li:nth-child(1)'))[0]).toContain('a later question');
  });

  test('says if there are more threads than it reads', async () => {
    const large = await startInspected();
    await fillThreads(large.agent, 5_100);
    await open('', { url: large.url });
    await sees('#count', '5,000 threads. There are more: these are the first by id');
    await page.select('#status', 'waiting_for_approval');
    await sees('#count', /^638 threads$/);
    await page.close();
    await large.stop();
  });

  test('is shown if the address names no thread', async () => {
    await start('Say hello');
    await open('%');
    await page.waitForSelector('#list a');
    expect(problems.splice(0)).toEqual([expect.stringContaining('404')]);
  });

  test('is used by keyboard', async () => {
    await start('keyboard one', ask);
    const two = await start('keyboard two', deploy);
    await open();
    await page.waitForSelector('#list a');
    await page.keyboard.press('/');
    await page.keyboard.type('keyboard');
    await sees('#count', /^2 of/);
    await page.keyboard.press('Escape');
    expect(await focusedText()).toContain('keyboard two');
    await page.keyboard.press('j');
    expect(await focusedText()).toContain('keyboard one');
    await page.keyboard.press('ArrowUp');
    expect(await focusedText()).toContain('keyboard two');
    await page.keyboard.press('Enter');
    await sees('#events', 'keyboard two');
    expect(await focusedText()).toBe(two);
    expect(await page.$eval('#list [aria-current=true]', (one) => one.textContent)).toContain(two);
    await page.keyboard.press('Escape');
    expect(await focusedText()).toContain('keyboard two');
    await page.waitForSelector('body:not(.open)');
  });
});

describe.runIf(hasChromium)('a thread', () => {
  test('shows steps with arguments, rules, results, tokens and money', async () => {
    const steps = [{ intent: 'list_releases' }, { ...deploy, to: 'nowhere' }, deploy];
    const id = await start('ship it', ...steps);
    await open(id);
    await sees('#facts', '3 steps');
    const rows = await textsOf('.event');
    const row = (text: string) => rows.find((one) => one.includes(text)) ?? '';
    expect(row('ship it')).toContain('local');
    expect(row('{"version":"1.4.2","to":"production"}')).toContain(
      'needs approval: production needs a person',
    );
    expect(row('{"version":"1.4.2","to":"production"}')).toMatch(
      /3agentdeploy.*1,\d+ \/ \d+ \/ 42\$0\.00/s,
    );
    expect(row('"tests":"passed"')).toContain('tool');
    expect(await textsOf('.event .bad')).toEqual(['there is no such place']);
    expect(await textOf('#facts')).toMatch(
      /^waiting for approval.*tokens in.*cached.*out.*\$0\.0/s,
    );
  });

  test('shows an event and a draft as they come', async () => {
    let goOn: () => void = () => undefined;
    const id = await start('talk to me', { intent: 'done_for_now', message: 'First answer.' });
    await open(id);
    await sees('#events', 'First answer.');
    const going = new Promise<void>((resolve) => (goOn = resolve));
    held.wait = () => going;
    const steps = [{ ...ask, question: 'A question that takes its time to be written?' }];
    const data = { steps };
    await post(server.url, `/threads/${id}/messages`, { message: 'and now?', data });
    await sees('#events', 'and now?');
    await sees('#draft:not([hidden])', 'A question that takes its time to be written?');
    expect(await typesIn(id)).toMatch(/message$/);
    goOn();
    await page.waitForSelector('#draft[hidden]');
    await sees('#request', 'A question that takes its time to be written?');
  });

  test('says that new events are below, and goes there', async () => {
    const steps = Array.from({ length: 8 }, (_, n) => ({
      ...deploy,
      version: `1.${n}`,
      to: 'staging',
    }));
    const id = await start('many steps', ...steps, ask);
    await open(id);
    await sees('#request', 'Which place?');
    expect(await page.$('#newest[hidden]')).not.toBeNull();
    // Rows that get their height just now keep the page at the end.
    await vi.waitFor(async () => {
      await page.$eval('#scroll', (one) => one.scrollTo(0, 0));
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(await page.$eval('#scroll', (one) => one.scrollTop)).toBe(0);
    }, 5_000);
    const { url } = server;
    const message = { message: 'forget it', data: { steps: [...steps, deploy, deploy] } };
    await post(url, `/threads/${id}/messages`, message);
    await page.waitForSelector('#newest:not([hidden])');
    expect(await page.$eval('#scroll', (one) => one.scrollTop)).toBe(0);
    await rests(id, /waiting_for_approval/);
    await press('New events below');
    await page.waitForSelector('#newest[hidden]');
    const leftBelow = () =>
      page.$eval('#scroll', (one) => one.scrollHeight - one.scrollTop - one.clientHeight);
    await vi.waitFor(async () => expect(await leftBelow()).toBeLessThan(2), 5_000);
  });

  test('shows what the model saw, and which blocks were new', async () => {
    const id = await start('look', { intent: 'list_releases' }, deploy);
    await open(id);
    await sees('#facts', '2 steps');
    const buttons = await page.$$('::-p-xpath(//button[.="What the model saw"])');
    await buttons[1]?.click();
    await sees('.seen', 'The model saw this');
    expect(await textOf('.seen')).toMatch(/tokens, 120 of them not cached/);
    expect(await textsOf('.seen .new')).toEqual([
      expect.stringContaining('<tool_call>'),
      expect.stringContaining('1.4.1'),
    ]);
    expect(await textOf('.seen')).toContain('1 block as in the request before');
    expect((await textsOf('.seen details')).join()).toContain('You deploy releases.');
    await buttons[1]?.click();
    expect(await page.$('.seen')).toBeNull();
  });

  test('says that the code has changed, or that no hash was saved', async () => {
    const step = { intent: 'done_for_now', message: 'ok' };
    const call = { type: 'tool_call', step, awaits: 'message' } as const;
    const id = await writeEvents(server.agent, 't_old', [
      { type: 'message', channel: 'test', from: 'ada', text: 'go' },
      { ...call, call_id: 't_old:1' },
      { type: 'message', channel: 'test', from: 'ada', text: 'again' },
      { ...call, call_id: 't_old:3', request_hash: '0123456789abcdef' },
    ]);
    await open(id);
    await sees('#facts', '2 steps');
    await showAllSeen();
    await sees('.seen', 'No hash was saved');
    await sees('.seen', 'The code has changed since');
  });

  test('links to the threads it started, and back', async () => {
    await writeEvents(server.agent, 't_parent', [
      { type: 'message', channel: 'test', from: 'ada', text: 'go' },
      { type: 'tool_call', call_id: 't_parent:1', step: { intent: 'delegate' }, awaits: 'result' },
      { type: 'child_started', call_id: 't_parent:1', agent: 'helper', thread: 't_child' },
      { type: 'delivery', delivery: 'x/1/mail', attempt: 1, state: 'failed', error: 'no such box' },
    ]);
    const parent = { call_id: 't_parent:1' };
    await writeEvents(server.agent, 't_child', [
      { type: 'message', channel: 'agent', from: 'ada', text: 'help', agent: 'main', parent },
    ]);
    await open('t_parent');
    await sees('#events', 'no such box');
    await (await page.waitForSelector('#events a'))?.click();
    await sees('#events', 'help');
    await (await page.waitForSelector('#facts a'))?.click();
    await sees('#events', 'helper works in t_child');
  });
});

describe.runIf(hasChromium)('a person', () => {
  test('approves', async () => {
    const id = await start('approve this', deploy);
    await open(id);
    await press('Approve');
    await sees('#events', '{"deployed":"1.4.2","to":"production"}');
    expect(await lastOf(id, 'approval')).toMatchObject({ approved: true, by: 'local' });
    await page.waitForSelector('#request:empty');
  });

  test('denies with a reason, which is needed', async () => {
    const id = await start('deny this', deploy);
    await open(id);
    await press('Deny');
    expect(await page.evaluate('document.activeElement.placeholder')).toBe('Reason to deny');
    await page.keyboard.type('Not on a Friday.');
    await press('Deny');
    await sees('#events', 'denied: Not on a Friday.');
    expect(await lastOf(id, 'approval')).toMatchObject({ comment: 'Not on a Friday.' });
  });

  test('edits the arguments, and hears why an edit is refused', async () => {
    const id = await start('edit this', { ...deploy, version: '1\u200b4' });
    await open(id);
    await sees('#request pre', '1\\u{200b}4');
    await page.click('#request summary');
    const type = async (text: string) => {
      await page.click('#request textarea', { count: 3 });
      await page.$eval(
        '#request textarea',
        (one) => ((one as unknown as { value: string }).value = ''),
      );
      await page.type('#request textarea', text);
      await press('Change and approve');
    };
    const value = (one: unknown) => (one as { value: string }).value;
    expect(await page.$eval('#request textarea', value)).toContain('"1\\u200b4"');
    await type('{}');
    await sees('#problem', /Not a step/);
    await type('{"version": 12345678901234567890, "to": "production"}');
    await sees('#problem', '12345678901234567890 cannot be kept exactly as a number');
    await type('not json');
    await sees('#problem', 'The body is not JSON.');
    await type('{ "version": "1.4.1", "to": "production" }');
    await sees('#events', '{"deployed":"1.4.1","to":"production"}');
    expect(await textOf('#problem')).toBe('');
    expect(problems.splice(0)).toHaveLength(3);
  });

  test('answers by a choice, and in words', async () => {
    const id = await start('ask me', ask, { ...ask, question: 'And why?' });
    await open(id);
    await sees('#request', 'Which place?');
    await press('staging');
    await sees('#request', 'And why?');
    await page.type('#request textarea', 'Because.');
    await press('Answer');
    await rests(id, /done/);
    expect(await lastOf(id, 'human_response')).toMatchObject({ text: 'Because.', by: 'local' });
  });

  test('says more, which keeps what others type', async () => {
    const id = await start('hello', deploy);
    await open(id);
    await page.type('#request input', 'half a reas');
    await page.type('#always input', 'never mind');
    await writeEvents(server.agent, 't_other', [
      { type: 'message', channel: 'test', from: 'ada', text: 'noise' },
    ]);
    expect(
      await page.$eval('#request input', (one) => (one as unknown as { value: string }).value),
    ).toBe('half a reas');
    await page.keyboard.press('Enter');
    await sees('#events', 'never mind');
    expect(await lastOf(id, 'message')).toMatchObject({ text: 'never mind', channel: 'http' });
    expect(
      await page.$eval('#always input', (one) => (one as unknown as { value: string }).value),
    ).toBe('');
  });

  test('forks, as it is or before a step, and goes to the copy', async () => {
    const id = await start('fork this', { intent: 'list_releases' }, deploy);
    await open(id);
    await press('Fork');
    await sees('#events', `copied what is above from ${id}`);
    const copied = await focusedText();
    expect(copied).not.toBe(id);
    expect(await typesIn(String(copied))).toContain('forked');
    await page.goBack();
    await sees('#title', id);
    const before = await page.waitForSelector('::-p-xpath((//button[.="Fork before this"])[2])');
    await before?.click();
    await sees('#events', `copied what is above from ${id}`);
    const { events } = await loaded(String(await focusedText()));
    expect(events.findIndex(({ type }) => type === 'forked')).toBe(4);
    const seen = await page.waitForSelector('::-p-xpath(//button[.="What the model saw"])');
    await seen?.click();
    await sees('.seen', 'The model saw this');
  });

  test('lets the steps of a copy run again', async () => {
    const staging = { ...deploy, to: 'staging' };
    const id = await start('copy this', deploy, staging, staging);
    await open(id);
    await press('Fork');
    await sees('#events', `copied what is above from ${id}`);
    await press('Approve');
    await sees('#request', 'each step of a copied thread needs a person');
    await press('Let all steps of this copy run as the policy says');
    await sees('#events', 'lifted');
    await press('Approve');
    await sees('#events', 'All steps are played.');
  });

  test('cancels only after a confirmation, with a reason', async () => {
    const id = await start('stop this', deploy);
    await open(id);
    await press('Cancel');
    await press('Back');
    expect(await typesIn(id)).not.toContain('cancelled');
    await press('Cancel');
    await page.keyboard.type('not today');
    await press('Cancel it');
    await sees('#events', 'cancelled: not today');
    expect(await lastOf(id, 'cancelled')).toMatchObject({ by: 'local', reason: 'not today' });
  });

  test('hears who was first if two act at once', async () => {
    const id = await start('twice', { ...deploy }, ask);
    await open(id);
    await page.waitForSelector('#request button');
    // The page has not heard of it yet: its request is still on the way.
    await page.setRequestInterception(true);
    page.on('request', async (request) => {
      if (new URL(request.url()).pathname.endsWith('/approvals')) {
        const { open: call } = (await loaded(id)).state;
        const body = { call_id: call?.call_id, approved: false, comment: 'no' };
        await post(server.url, `/threads/${id}/approvals`, body);
      }
      await request.continue();
    });
    await press('Approve');
    await sees('#problem', /^Already answered: denied by local, .* Nothing was changed\.$/);
    await sees('#events', 'denied: no');
    expect(problems.splice(0)).toHaveLength(1);
  });

  test('gives a token where the server asks for one', async () => {
    vi.stubEnv('API_TOKEN', 'a-token-for-this-test');
    await open('', { url: server.url });
    await page.waitForSelector('dialog[open] input');
    await Promise.all([page.waitForNavigation(), page.keyboard.type('wrong\n')]);
    await page.waitForSelector('dialog[open] input');
    await Promise.all([page.waitForNavigation(), page.keyboard.type('a-token-for-this-test\n')]);
    await page.waitForSelector('#list a');
    expect(await page.$('dialog[open]')).toBeNull();
    problems.splice(0);
  });
});

const attack =
  '<img src=x onerror="alert(1)"><script>alert(2)</script>\u202e"\'><svg onload=alert(3)>';
const wide = 'w'.repeat(3_000);

/** One event of each kind, whose every text is `text`. */
function hostileEvents(id: string, text: string): readonly NewEvent[] {
  const step = { intent: text, [text]: text, question: text, choices: [text] };
  const call_id = `${id}:3`;
  const usage = { model: text, input_tokens: 1, output_tokens: 1 };
  const objection = { ask: text, approvers: [text] };
  return [
    { type: 'message', channel: text, from: text, text, data: { [text]: text }, agent: text },
    { type: 'prefetched', name: text, result: [text] },
    { type: 'model_error', error: text, answer: text, usage, request_hash: text },
    { type: 'tool_call', call_id, step, awaits: 'approval', objection, usage },
    { type: 'endorsed', call_id, by: text, comment: text },
    { type: 'tool_result', call_id, attempt: 1, result: { [text]: text } },
    { type: 'tool_error', call_id, attempt: 1, error: text },
    { type: 'child_started', call_id, agent: text, thread: text },
    { type: 'part_ended', call_id, part: text, result: text, error: text },
    { type: 'delivery', delivery: text, attempt: 1, state: 'failed', error: text },
    { type: 'handed_over', call_id, reason: text },
  ];
}

describe.runIf(hasChromium)('hostile texts', () => {
  test.each([
    ['t_attack', attack, 1280],
    ['t_attack_small', attack, 360],
    ['t_wide', wide, 1280],
    ['t_wide_small', wide, 360],
  ])('run no script and break no layout: %s', async (id, text, width) => {
    await writeEvents(server.agent, id, hostileEvents(id, text));
    await open(id, { width });
    await sees('#facts', '11 events');
    await page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    await showAllSeen();
    await page.waitForNetworkIdle({ idleTime: 300, concurrency: 2 });
    expect(
      await page.$('#events img, #events svg, #list img, #request img, main script'),
    ).toBeNull();
    const overflow = 'document.documentElement.scrollWidth - innerWidth';
    expect(await page.evaluate(overflow)).toBeLessThanOrEqual(0);
    const wider =
      "[...document.querySelectorAll('#scroll, #acts, #list')].map((one) => one.scrollWidth - one.clientWidth)";
    expect(await page.evaluate(wider)).toEqual([0, 0, 0]);
    expect(await textOf('#events')).not.toContain('\u202e');
    problems.splice(0, problems.length, ...problems.filter((one) => !one.includes('409')));
  });

  test('of a megabyte are cut, with a button to see all', async () => {
    const result = 'm'.repeat(1_048_576);
    await writeEvents(server.agent, 't_large', [
      { type: 'message', channel: 'test', from: 'ada', text: 'go' },
      { type: 'tool_result', call_id: 't_large:9', attempt: 1, result },
    ]);
    await open('t_large');
    await sees('#events', 'Show all 1,048,576 characters');
    expect((await textOf('#events')).length).toBeLessThan(3_000);
    await press('Show all 1,048,576 characters');
    expect(await page.$eval('#events pre', (one) => one.textContent?.length)).toBe(1_048_576);
  });
});

test.runIf(hasChromium)('on a telephone, list and thread take turns', async () => {
  const id = await start('small', { intent: 'list_releases' }, deploy);
  await open('', { width: 360 });
  const narrow = 'document.documentElement.scrollWidth <= innerWidth';
  await (await page.waitForSelector(`#list a[href="#${id}"]`))?.click();
  await sees('#request', 'production needs a person');
  expect(await page.evaluate(narrow)).toBe(true);
  expect(await page.$eval('nav', (one) => one.checkVisibility())).toBe(false);
  await page.click('#back');
  await page.waitForSelector('nav', { visible: true });
  expect(await page.evaluate(narrow)).toBe(true);
  expect(await page.$eval('main', (one) => one.checkVisibility())).toBe(false);
});

test.runIf(hasChromium)(
  'a cancelled thread is told to the end, and no longer asked for',
  async () => {
    const id = await start('to be ended', deploy);
    await cancel(server.agent, id, { by: 'ada' });
    await open(id);
    await sees('#facts', 'cancelled');
    await page.waitForSelector('#request:empty');
  },
);

test.runIf(hasChromium).each(['light', 'dark'])('each text has contrast, %s', async (value) => {
  const id = await start('look', { ...deploy, to: 'nowhere' }, deploy);
  await open(id);
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
  await sees('#facts', '2 steps');
  await showAllSeen();
  await page.waitForSelector('.seen .new');
  const all = (await page.evaluate(contrastsOfTexts)) as readonly Contrast[];
  expect(all.length).toBeGreaterThan(50);
  expect(all.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
});
