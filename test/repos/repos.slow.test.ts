import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sliceHosts } from './hosts/frameworks.ts';
import { playHost } from './journey.ts';
import { releaseMoved } from './upstream.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), '12-factor-repos-next-'));
  await releaseMoved(join(folder, 'registry'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it.each(sliceHosts)(
  '$name gets the agent, keeps its own checks, and is rid of it again',
  { timeout: 600_000 },
  async (host) => {
    const { problems } = await playHost(host, join(folder, 'registry'), false);
    expect(problems).toEqual([]);
  },
);
