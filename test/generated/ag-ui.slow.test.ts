import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { frontEnd } from '../support/generated/ag-ui.ts';
import { startServed, writeServed } from '../support/generated/served-agent.ts';

const root = mkdtempSync(join(tmpdir(), 'ag-ui-'));
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));

/** Writes an agent that plays the steps in its first message, with the trigger. */
function writeAgent(): string {
  const folder = writeServed(join(root, 'agent'));
  const path = join(folder, 'agent.ts');
  const text = readFileSync(path, 'utf8').replace(
    'triggers: {',
    "triggers: { 'ag-ui': agUiTrigger,",
  );
  writeFileSync(path, `import { agUiTrigger } from './ag-ui/trigger.ts';\n${text}`);
  return folder;
}

const steps = [
  { intent: 'read' },
  { intent: 'read' },
  { intent: 'ask', question: 'Which one?' },
  { intent: 'ask', question: 'Really?' },
];
const folder = writeAgent();

test.each(['RUN_STARTED', 'MESSAGES_SNAPSHOT', 'TOOL_CALL_START', 'TOOL_CALL_RESULT'])(
  'a server killed at %s: after a restart, the page has everything once',
  async (type) => {
    const env = { STORE: 'file', THREADS: join(root, type), MODEL_MS: '200', TOOL_MS: '200' };
    const first = await startServed(folder, env);
    onTestFinished(() => void first.child.kill('SIGKILL'));
    const page = frontEnd(first.url, 'ada', 'chat', (event) => {
      if (event.type === type) first.child.kill('SIGKILL');
    });
    const cut = await page.say(JSON.stringify(steps), 'u1');
    expect(await first.ended).toBe('SIGKILL');
    expect(cut.outcome).toBeUndefined();

    // The lease of the tool that ran is over.
    const second = await startServed(folder, { ...env, SKEW_MS: '600000' });
    onTestFinished(() => void second.child.kill('SIGKILL'));
    page.agent.url = `${second.url}/ag-ui`;
    expect(await page.look()).toMatchObject({ outcome: { type: 'interrupt' }, error: undefined });
    const call = ['call: read {}', 'tool: ok'];
    const shown = [`user: ${JSON.stringify(steps)}`, ...call, ...call, 'assistant: Which one?'];
    expect(page.shown()).toEqual(shown);
    expect(new Set(page.ids()).size).toBe(6);
    await page.answer({ text: 'this' });
    expect(page.shown()).toEqual([...shown, 'user: this', 'assistant: Really?']);
    const fresh = frontEnd(second.url, 'ada', 'chat');
    await fresh.look();
    expect(fresh.agent.messages).toEqual(page.agent.messages);
  },
);
