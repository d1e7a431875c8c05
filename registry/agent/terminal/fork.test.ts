import { expect, test } from 'vitest';
import type { Agent } from '../core/agent.ts';
import { advance } from '../core/loop.ts';
import { start } from '../core/people.ts';
import { done, read, toyAgent, write } from '../testing/toy-agent.ts';
import { commands } from './commands.ts';
import { forkCommand, liftCommand } from './fork.ts';
import { toyTerminal } from './toy-terminal.ts';

const terminalOf = (agent: Agent, typed?: readonly string[]) =>
  toyTerminal(agent, {
    commands: { ...commands, fork: forkCommand, lift: liftCommand },
    ...(typed && { typed }),
  });

/** An agent, and its thread as far as it goes. */
async function begin(steps: Parameters<typeof toyAgent>[0]) {
  const { agent } = toyAgent(steps, { policy: { approvers: [] } });
  const { id } = await start(agent, { channel: 'test', from: 'bob', text: 'go' });
  await advance(agent, id);
  return { agent, id };
}

/** Returns the id of the thread that has been copied last. */
async function copyIn({ store }: Agent, source: string): Promise<string> {
  const threads = await store.list({ limit: 9 });
  return threads.find(({ id }) => id !== source)?.id ?? '';
}

test('a person goes back to a step, approves it, and lets the rest run', async () => {
  const { agent, id } = await begin([read, read, done]);
  const terminal = terminalOf(agent);
  expect(await terminal.run('fork', id, '1')).toBe(`\
  t_1 is a copy of t_1. Each of its steps needs approval.
  1  read               {}
     needs your approval: each step of a copied thread needs a person, until one
     lifts that
  Waiting. Nothing is running; it is saved. Answer by DATE:
    npm start approve t_1:2
    npm start deny t_1:2 "why"
    npm start lift t_1`);
  const copy = await copyIn(agent, id);
  expect(await terminal.run('lift', copy)).toContain('  t_1 runs as the policy says.\n');
  expect(await terminal.run('approve', `${copy}:2`)).toMatch(/ 2 {2}read {15}\{\} +ok$/m);
  const shown = await terminal.run('show', copy);
  expect(shown).toContain('bob     go');
  expect(shown).toContain('ada     copied t_1 up to event 1');
  expect(shown).toContain('so each step needs approval');
  expect(shown).toContain('ada     lifted the approval of each step');
  expect(shown).toContain('needs approval: each step of a copied thread');
  expect(shown).not.toContain('policy.ts');
});

test('a copy of a thread that has ended says how to go on', async () => {
  const { agent, id } = await begin([done]);
  expect(await terminalOf(agent).run('fork', id)).toContain(`\
  It is done. To go on:
    npm start say t_1 "text"`);
});

test('a person at a terminal is asked in place', async () => {
  const { agent, id } = await begin([read, done]);
  const printed = await terminalOf(agent, ['y']).run('fork', id, '1');
  expect(printed).toContain('needs your approval: each step of a copied thread');
  expect(printed).toContain('done');
});

test('the rule of the policy is named where it asks', async () => {
  const { agent, id } = await begin([write, done]);
  expect(await terminalOf(agent).run('fork', id)).toContain('it writes (policy.ts)');
});

test('--json prints the copy only', async () => {
  const { agent, id } = await begin([done]);
  const printed = await terminalOf(agent).raw('fork', id, '--json');
  expect(JSON.parse(printed)).toMatchObject({ status: 'done', version: 3 });
});

test.each([
  ['fork', ['t_none'], 'There is no thread t_none.'],
  ['fork', ['ID', 'last'], 'Usage: npm start fork <thread> ["version"], such as 7'],
  ['fork', ['ID', '9'], 'can be copied up to event 1 to 2.'],
  ['fork', [], 'Usage: npm start fork <thread>'],
  ['lift', ['ID'], 'is not held: its steps run as the policy says.'],
])('%s %j is refused', async (command, given, why) => {
  const { agent, id } = await begin([done]);
  const words = given.map((word) => word.replace('ID', id));
  await expect(terminalOf(agent).run(command, ...words)).rejects.toThrow(why);
});
