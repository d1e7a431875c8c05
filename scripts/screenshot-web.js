import { launch } from 'puppeteer-core';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

// Plays a chat in the page of the component web, and saves a picture of it as docs/web.png. It
// needs Chromium: CHROMIUM is its path.
register();
const { webTrigger } = await import('../registry/agent/web/trigger.ts');
const { chattyAgent } = await import('../test/support/generated/chatty-agent.ts');
const { serveAgent } = await import('../test/support/generated/serve-agent.ts');

const agent = chattyAgent(
  [
    { intent: 'check_release', version: '1.4.2' },
    { intent: 'question', text: '1.4.2 passed all checks. What should the notes say?' },
    { intent: 'deploy', version: '1.4.2', to: 'production', notes: 'Search is faster.' },
  ],
  { ask: { ask: 'Production needs a person.', approvers: ['ada', 'bob'] } },
);
const server = await serveAgent({ ...agent, triggers: { chat: webTrigger } });
const browser = await launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  // Chromium refuses its sandbox to root.
  args: ['--no-sandbox'],
});
const page = await browser.newPage();
await page.setViewport({ width: 800, height: 680, deviceScaleFactor: 1.5 });
await page.goto(`${server.url}/chat`);
/** @type {readonly (readonly [string, string])[]} */
const said = [
  ['Please ship 1.4.2 to production.', '#log .agent'],
  ['That search is faster.', '.request'],
];
for (const [text, next] of said) {
  await page.type('#say', text);
  await page.keyboard.press('Enter');
  await page.waitForSelector(next);
}
// The focus ring would draw the eye to the input.
await page.$eval('#say', (input) => input.blur());
const path = fileURLToPath(new URL('../docs/web.png', import.meta.url));
await page.screenshot({ path });
await browser.close();
await server.stop();
console.log(`The chat page is in ${path}.`);
process.exit();
