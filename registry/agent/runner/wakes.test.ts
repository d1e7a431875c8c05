import { expect, test } from 'vitest';
import { StoreAway } from '../worker/advance-thread.ts';
import { WorkerStopping } from '../worker/releasing-store.ts';
import { advanceWoken, type Wake } from './advance-woken.ts';
import { wakeSender } from './wake-sender.ts';

const { signal } = new AbortController();
const log = () => undefined;

test.each(Array.from({ length: 12 }, (_, turns) => turns))(
  'a wake that comes %i turns after another one is sent, too',
  async (turns) => {
    const sent: string[] = [];
    const send = (wakes: readonly Wake[]) =>
      Promise.resolve(sent.push(...wakes.map(({ id }) => id)));
    const { wake, flush } = wakeSender(send, { log, signal });
    wake('a');
    for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
    wake('b');
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(sent).toEqual(['a', 'b']);
    await flush();
  },
);

const failing = (error: Error) => ({ retryMs: 100, advance: () => Promise.reject(error) });

test.each<[string, Wake, Error, readonly [Wake, number]]>([
  [
    'fails is woken again later',
    { id: 't', owner: 'ada' },
    new Error('no'),
    [{ id: 't', owner: 'ada', failures: 1, hasWaited: true }, 100],
  ],
  [
    'fails again waits for twice as long',
    { id: 't', failures: 3 },
    new Error('no'),
    [{ id: 't', owner: undefined, failures: 4, hasWaited: true }, 800],
  ],
  [
    'has no store has not failed',
    { id: 't', failures: 3 },
    new StoreAway(),
    [{ id: 't', owner: undefined, failures: 3, hasWaited: true }, 800],
  ],
  [
    'is released is woken at once',
    { id: 't', failures: 3 },
    new WorkerStopping(),
    [{ id: 't', owner: undefined, failures: 3 }, 0],
  ],
])('a thread that %s', async (_, wake, error, expected) => {
  const again: unknown[] = [];
  const wakeAgain = (...one: readonly unknown[]) => Promise.resolve(again.push(one));
  await advanceWoken(wake, failing(error), wakeAgain);
  expect(again).toEqual([expected]);
});

test('a thread that has waited becomes a wake like others, and does not run beside one', async () => {
  const again: unknown[] = [];
  const wakeAgain = (...one: readonly unknown[]) => Promise.resolve(again.push(one));
  const waited = { id: 't', failures: 3, hasWaited: true };
  await advanceWoken(waited, failing(new Error('it ran')), wakeAgain);
  expect(again).toEqual([[{ id: 't', owner: undefined, failures: 3 }, 0]]);
});
