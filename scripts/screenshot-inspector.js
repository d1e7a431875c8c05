import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { launch } from 'puppeteer-core';
import { register } from 'tsx/esm/api';

// Measures the inspector in Chromium with 1,000 threads and with 1,000 events, and draws
// docs/inspector.png. The argument is a folder for more pictures: narrow, dark, the list.
register();
const { fillThreads, longThread, post, startInspected } =
  await import('../test/support/generated/inspected.ts');
const folder = process.argv[2];
const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
const browser = await launch({ executablePath, args: ['--no-sandbox'] });
const full = await startInspected();
const shown = await startInspected();
try {
  await fillThreads(full.agent, 1_000);
  await longThread(full.agent, 't_long', 1_000);
  await measure('1,000 threads', '', '#list', '#list li', 1_001);
  await measure('1,000 events', '#t_long', '#scroll', '#events li', 1_000);
  await draw();
} finally {
  await browser.close();
  await Promise.all([full.stop(), shown.stop()]);
}

/** @param {number} width @param {string} [scheme] */
async function newPage(width, scheme = 'light') {
  const page = await browser.newPage();
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
  await page.setViewport({ width, height: 740 });
  return page;
}

/**
 * Prints ms until the first paint, until all rows are there, and of the longest frame of a scroll
 * from end to end.
 * @param {string} what @param {string} hash @param {string} scroller @param {string} row
 * @param {number} count
 */
async function measure(what, hash, scroller, row, count) {
  const page = await newPage(1280);
  await page.goto(`${full.url}/inspector/${hash}`);
  const rows = `document.querySelectorAll('${row}').length >= ${count} && performance.now()`;
  const all = await (await page.waitForFunction(rows, { polling: 'raf' })).jsonValue();
  const paint = await page.evaluate(
    "performance.getEntriesByName('first-contentful-paint')[0].startTime",
  );
  await sleep(500);
  const frames = await page.evaluate(scrolled, scroller);
  const ms = (/** @type {unknown} */ value) => `${Math.round(Number(value))} ms`;
  const longest = Math.max(...frames);
  const late = frames.filter((frame) => frame > 34).length;
  console.log(
    `${what}: first paint ${ms(paint)}, all there ${ms(all)}, longest frame ${ms(longest)}, ` +
      `${late} of ${frames.length} frames above 34 ms`,
  );
  await page.close();
}

/**
 * Scrolls an element from its start to its end, and returns the ms of each frame.
 * @param {string} selector @returns {Promise<number[]>}
 */
function scrolled(selector) {
  // Runs in the page: its types are not those of this project.
  const { document, requestAnimationFrame } = /** @type {any} */ (globalThis);
  const element = document.querySelector(selector);
  element.scrollTop = 0;
  return new Promise((resolve) => {
    /** @type {number[]} */
    const frames = [];
    let last = 0;
    const step = (/** @type {number} */ now) => {
      if (last > 0) frames.push(now - last);
      last = now;
      const { scrollTop } = element;
      element.scrollTop += 400;
      if (frames.length > 2 && element.scrollTop === scrollTop) resolve(frames);
      else requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
  });
}

async function draw() {
  await fillThreads(shown.agent, 24);
  const deploy = { intent: 'deploy', version: '1.4.2', to: 'staging' };
  const steps = [{ intent: 'list_releases' }, deploy, { ...deploy, to: 'production' }];
  const question = 'Which place do you mean?';
  await post(shown.url, '/threads', {
    message: 'deploy it, please',
    data: { steps: [{ intent: 'ask', question, choices: ['staging', 'production'] }] },
  });
  const { body } = await post(shown.url, '/threads', {
    message: 'ship 1.4.2 to production',
    data: { steps },
  });
  await sleep(1_000);
  const picture = await picturesOf(body.id, 1280, 'light');
  await writeFile(new URL('../docs/inspector.png', import.meta.url), picture);
  console.log(`docs/inspector.png has ${Math.round(picture.length / 1_000)} KB`);
  if (!folder) return;
  await picturesOf(body.id, 360, 'light');
  for (const width of [1280, 360]) await picturesOf(body.id, width, 'dark');
}

/**
 * Draws the list, a thread with an approval, and what the model saw. Returns the last.
 * @param {string} id @param {number} width @param {string} scheme
 */
async function picturesOf(id, width, scheme) {
  const page = await newPage(width, scheme);
  const shoot = async (/** @type {string} */ name) => {
    const picture = await page.screenshot();
    if (folder) await writeFile(`${folder}/${scheme}-${width}-${name}.png`, picture);
    return picture;
  };
  await page.goto(`${shown.url}/inspector/`);
  await page.waitForSelector('#list a');
  await sleep(300);
  await shoot('list');
  await page.goto(`${shown.url}/inspector/#${id}`);
  await page.waitForSelector('#request button');
  await sleep(300);
  await shoot('thread');
  const buttons = await page.$$('::-p-xpath(//button[.="What the model saw"])');
  await buttons.at(-1)?.click();
  await page.waitForSelector('.seen .new');
  await page.$eval('.event:last-child', (row) => row.scrollIntoView({ block: 'end' }));
  await sleep(300);
  const picture = await shoot('seen');
  await page.close();
  return picture;
}
