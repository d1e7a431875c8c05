import { EventEmitter } from 'node:events';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Draft } from '../core/model.ts';
import type { Store } from '../core/store.ts';
import { memoryStore } from '../store/memory.ts';
import { shareDrafts, type SharedDraft } from './shared-drafts.ts';

/** Processes on one store. Each sees what any of them broadcasts, except what `isLost` says. */
function processes(isLost: (text: string) => boolean = () => false) {
  const line = new EventEmitter();
  const sent: string[] = [];
  const store: Store = {
    ...memoryStore(),
    broadcast(text) {
      sent.push(text);
      if (!isLost(text)) line.emit('text', text);
    },
    listen(onText) {
      line.on('text', onText);
      return () => line.off('text', onText);
    },
  };
  const ending = new AbortController();
  onTestFinished(() => ending.abort());
  const open = () => shareDrafts(store, ending.signal) ?? expect.unreachable();
  return { open, sent, line, ending };
}

const draft = (message: string): Draft => ({
  intent: 'done',
  texts: { message },
});

/** Listens to a thread in a process. `last` is the text of its draft. */
function listening({ hear }: ReturnType<ReturnType<typeof processes>['open']>, id = 't_1') {
  let last: SharedDraft | undefined;
  const stop = hear(id, (one) => (last = one));
  onTestFinished(stop);
  return {
    last: () => last?.texts['message'],
    whole: () => last,
    stop,
  };
}

test('a store that cannot broadcast shares no drafts', () => {
  expect(shareDrafts(memoryStore(), new AbortController().signal)).toBeUndefined();
});

test('a process knows who listens to which thread', () => {
  const { open } = processes();
  const [server, worker] = [open(), open()];
  expect(worker.isHeard('t_1')).toBe(false);
  listening(server);
  expect(worker.isHeard('t_1')).toBe(true);
  expect(worker.isHeard('t_2')).toBe(false);
  // Its own clients get drafts without the store.
  expect(server.isHeard('t_1')).toBe(false);
});

test('a draft reaches the process that listens, and a withdrawal, too', async () => {
  const { open } = processes();
  const [server, worker] = [open(), open()];
  const { last, whole } = listening(server);
  const write = worker.senderFor('t_1', 4);
  write(draft('Shi'));
  expect(whole()).toMatchObject({
    version: 4,
    intent: 'done',
    texts: { message: 'Shi' },
  });
  write(draft('Shipped'));
  await vi.waitFor(() => expect(last()).toBe('Shipped'));
  write(undefined);
  expect(last()).toBeUndefined();
  write(draft('Again'));
  await vi.waitFor(() => expect(last()).toBe('Again'));
});

test('at most five messages a second are sent, of at most 7 KB', async () => {
  const { open, sent } = processes();
  const [server, worker] = [open(), open()];
  const { last } = listening(server);
  sent.splice(0);
  const write = worker.senderFor('t_1', 4);
  const text = '\u0001漢🚀'.repeat(600);
  const startedAt = performance.now();
  for (let end = 0; end <= text.length; end += 4) write(draft(text.slice(0, end)));
  await vi.waitFor(() => expect(last()).toBe(text), 5_000);
  const seconds = (performance.now() - startedAt) / 1_000;
  expect(sent.length).toBeLessThanOrEqual(Math.ceil(seconds * 5) + 1);
  for (const one of sent) expect(Buffer.byteLength(one)).toBeLessThanOrEqual(7_000);
});

test('who listens late gets the text so far', async () => {
  const { open } = processes();
  const [one, worker] = [open(), open()];
  listening(one);
  const write = worker.senderFor('t_1', 4);
  write(draft('Shipped'));
  const { last } = listening(open());
  await vi.waitFor(() => expect(last()).toBe('Shipped'));
});

test('nothing is sent while no other process listens, and then all of it', async () => {
  const { open, sent } = processes();
  const worker = open();
  const write = worker.senderFor('t_1', 4);
  write(draft('Shipped'));
  write(undefined);
  write(draft('Shipped.'));
  expect(sent).toEqual([]);
  const { last } = listening(open());
  write(draft('Shipped. Live.'));
  await vi.waitFor(() => expect(last()).toBe('Shipped. Live.'));
});

test('an answer that was lost before it was saved is no part of the next one', () => {
  const { open } = processes();
  const [server, worker] = [open(), open()];
  const { whole } = listening(server);
  worker.senderFor('t_1', 4)({ intent: 'mail', texts: { body: 'Hi' } });
  worker.senderFor('t_1', 4)(draft('No'));
  expect(whole()).toMatchObject({ intent: 'done', texts: { message: 'No' } });
  expect(whole()?.texts).not.toHaveProperty('body');
});

const part = { id: 't_1', intent: 'done', field: 'message' };
test.each([
  ['of an earlier step', { ...part, from: 'b', version: 3, offset: 0, text: 'Old' }, 'New'],
  [
    'of a process that began before',
    { ...part, from: 'b', version: 4, offset: 3, text: '!' },
    'New',
  ],
  ['of a process that begins', { ...part, from: 'b', version: 4, offset: 0, text: 'B' }, 'B'],
  ['of a later step', { ...part, from: 'b', version: 5, offset: 0, text: 'B' }, 'B'],
  ['that another process withdraws', { id: 't_1', from: 'b', isWithdrawn: true }, 'New'],
])('of two processes that write, a draft is shown: one %s', (_, message, text) => {
  const { open, line } = processes();
  const { last } = listening(open());
  const first = { ...part, from: 'a', version: 4, offset: 0, text: 'New' };
  for (const one of [first, message]) line.emit('text', JSON.stringify(one));
  expect(last()).toBe(text);
});

test('after a message was lost, the text is sent again', async () => {
  let isLossy = false;
  const { open } = processes((text) => isLossy && text.includes('offset'));
  const [server, worker] = [open(), open()];
  const { last } = listening(server);
  const write = worker.senderFor('t_1', 4);
  write(draft('one'));
  isLossy = true;
  write(draft('one two'));
  await new Promise((resolve) => setTimeout(resolve, 250));
  isLossy = false;
  write(draft('one two three'));
  await vi.waitFor(() => expect(last()).toBe('one two three'), 5_000);
});

test.each(['', 'not JSON', '{}', '[]', '{"id":"t_1","from":"x","offset":-1}', 'null', '"x"'])(
  'what is no message changes nothing: %s',
  (text) => {
    const { open, line } = processes();
    const { whole } = listening(open());
    line.emit('text', text);
    expect(whole()).toBeUndefined();
  },
);

test('a process that ends listens no longer', () => {
  const { open, line, ending } = processes();
  listening(open());
  expect(line.listenerCount('text')).toBe(1);
  ending.abort();
  expect(line.listenerCount('text')).toBe(0);
});
