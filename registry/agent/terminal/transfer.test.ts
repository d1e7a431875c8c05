import { Buffer } from 'node:buffer';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { start } from '../core/people.ts';
import { advance } from '../core/loop.ts';
import type { Agent } from '../core/agent.ts';
import { Damaged } from '../core/store.ts';
import { ask, done, toyAgent, write } from '../testing/toy-agent.ts';
import { commands } from './commands.ts';
import { toyTerminal } from './toy-terminal.ts';
import { exportCommand, importFrom, importFromCommand, linesOf } from './transfer.ts';

/** A terminal with both commands. Without `input`, a person would have to type it. */
function terminalOf(agent: Agent, input?: readonly Uint8Array[]) {
  const read = () => Readable.from(input ?? [])[Symbol.asyncIterator]();
  const stdin = { [Symbol.asyncIterator]: read, isTTY: !input };
  const transfer = {
    export: exportCommand,
    import: importFrom(stdin),
    'import-from': importFromCommand,
  };
  return toyTerminal(agent, { commands: { ...commands, ...transfer } });
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** An agent with a thread that waits for a person. */
async function waiting(text = 'go'): Promise<Agent> {
  const { agent } = toyAgent([write, ask, done]);
  const { id } = await start(agent, { channel: 'test', from: 'ada', text });
  await advance(agent, id);
  return agent;
}

const exported = (agent: Agent) => terminalOf(agent).raw('export');

test('threads move to another store, wait there as they did, and do not run', async () => {
  const lines = await exported(await waiting());
  expect(lines).toMatch(/^\{"id":"t_\w{8}","events":\[.*\]\}\n$/);
  const { agent, ran } = toyAgent([write, done]);
  const terminal = terminalOf(agent, [Buffer.from(lines)]);
  expect(await terminal.run('import')).toBe(
    '  1 imported, 0 continued, 0 already here, 0 refused.',
  );
  expect(await terminal.run('import')).toBe(
    '  0 imported, 0 continued, 1 already here, 0 refused.',
  );
  expect(await exported(agent)).toBe(lines);
  expect(await agent.store.list({ limit: 9 })).toMatchObject([{ status: 'waiting_for_approval' }]);
  expect(ran).toEqual([]);
});

test('what acts on a terminal is escaped, and means the same', async () => {
  const hostile = 'a\u001b[2J\u009b31m\u202eb\u2028c';
  const lines = await exported(await waiting(hostile));
  expect(lines).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
  expect(JSON.parse(lines)).toMatchObject({ events: [{ text: hostile }, { type: 'tool_call' }] });
});

test('each line that is refused is named, and the summary is an error', async () => {
  const lines = `${await exported(await waiting())}{}\nno\n`;
  const terminal = terminalOf(toyAgent([]).agent, [Buffer.from(lines)]);
  await expect(terminal.run('import')).rejects.toThrow(
    '1 imported, 0 continued, 0 already here, 2 refused.',
  );
  expect(terminal.printed()).toBe(
    '  line 2: This is no thread: it has no id of one.\n  line 3: This is not JSON.',
  );
});

test('a store that agent.ts does not use is opened by its name', async () => {
  const terminal = terminalOf(toyAgent([]).agent);
  expect(await terminal.run('import-from', 'memory')).toBe('  There are no threads to import.');
});

test.each([
  ['contract', 'store/contract.ts has no contractStore().'],
  ['none', 'The store none cannot be opened: '],
  ['../agent', '../agent is not the name of a store, such as file.'],
])('import-from %s says that this is no store', async (name, said) => {
  const terminal = terminalOf(toyAgent([]).agent);
  await expect(terminal.run('import-from', name)).rejects.toThrow(said);
});

test.each([
  ['nothing is piped in', undefined, 'Usage: npm start import < threads.jsonl'],
  [
    'what is piped in is not UTF-8',
    [Buffer.from('{}', 'utf16le'), Buffer.from([0xff])],
    'This is not UTF-8.',
  ],
])('where %s, it says so', async (_, input, why) => {
  const terminal = terminalOf(toyAgent([]).agent, input);
  await expect(terminal.run('import')).rejects.toThrow(why);
});

test('no threads are no error', async () => {
  const { agent } = toyAgent([]);
  expect(await exported(agent)).toBe('');
  expect(await terminalOf(agent, []).run('import')).toBe('  There are no threads to import.');
});

test('a damaged thread is named once the others are exported', async () => {
  const agent = await waiting();
  const [info] = await agent.store.list({ limit: 1 });
  const store = {
    ...agent.store,
    list: () => Promise.resolve(info ? [info, { ...info, id: 'x' }] : []),
    load: (id: string) =>
      id === 'x' ? Promise.reject(new Damaged('x is damaged', [])) : agent.store.load(id),
  };
  const terminal = terminalOf({ ...agent, store });
  await expect(terminal.run('export')).rejects.toThrow(
    'Damaged threads, not exported:\n  x is damaged',
  );
  expect(terminal.printed()).toContain('"events"');
});

test.each([1, 2, 3, 7, 1_000])('lines are whole, read %i bytes at a time', async (size) => {
  const bytes = Buffer.from('\ufeffzwölf\n\n🙂\u2028\r\n"end"');
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  );
  expect(await all(linesOf(Readable.from(chunks)))).toEqual(['zwölf', '', '🙂\u2028\r', '"end"']);
});
