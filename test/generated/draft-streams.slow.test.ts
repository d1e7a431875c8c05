import { serve } from '@hono/node-server';
import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { agentClient } from '../../registry/agent/client/client.ts';
import type { Model } from '../../registry/agent/core/model.ts';
import { agentServer } from '../../registry/agent/server/server.ts';
import { toyAgent } from '../../registry/agent/testing/toy-agent.ts';

const READERS = 100;
const PART = 'A sentence that the model goes on with. '.repeat(100);
const PARTS = 2_000;

/** Writes 8 MB, as fast as the process can, once the test lets it. */
function writingModel(started: Promise<unknown>): Model {
  // A long event would be sent in one piece.
  const step = { intent: 'ask', question: 'In short: which one?' };
  return async ({ onText }) => {
    await started;
    let answer = '{"next_step":{"intent":"ask","question":"';
    for (let part = 0; part < PARTS; part += 1) {
      answer += PART;
      onText?.(answer);
      await turn();
    }
    return { step };
  };
}

setFlagsFromString('--expose-gc');

function megabytes(): number {
  runInNewContext('gc()');
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return (arrayBuffers + heapUsed) / 1e6;
}

test('a hundred readers that do not read cost little memory, and one that does gets it all', async () => {
  let begin: () => void = () => undefined;
  const started = new Promise<void>((resolve) => (begin = resolve));
  const agent = { ...toyAgent([]).agent, model: writingModel(started) };
  const server = agentServer(agent, { isPrivate: true, log: () => undefined });
  const listener = serve({ fetch: server.fetch, port: 0, hostname: '127.0.0.1' });
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const client = agentClient({ url: `http://127.0.0.1:${port}`, drafts: true });
  const { id } = await client.launch({ message: 'go' });

  const sockets = Array.from({ length: READERS }, () => {
    const socket = connect(port, '127.0.0.1').pause();
    socket.write(`GET /threads/${id}/events?drafts=true HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
    return socket;
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await server.stop(100);
    listener.close();
  });
  let longest = 0;
  let drafts = 0;
  const stream = client.events(id, {
    onDraft(draft) {
      drafts += 1;
      longest = Math.max(longest, draft?.texts['question']?.length ?? 0);
    },
  });
  await stream.next();
  await vi.waitFor(() => expect(sockets.every((socket) => socket.bytesWritten > 0)).toBe(true));

  const before = megabytes();
  begin();
  let most = 0;
  const timer = setInterval(() => (most = Math.max(most, megabytes() - before)), 500);
  const { value } = await stream.next();
  clearInterval(timer);
  console.log(`${READERS} readers: at most ${most.toFixed(0)} MB more, ${drafts} drafts read`);

  expect(value).toMatchObject({ status: 'waiting_for_human', event: { type: 'tool_call' } });
  expect(longest).toBe(PART.length * PARTS);
  // All of it for each reader would be 800 MB.
  expect(most).toBeLessThan(100);
}, 120_000);
