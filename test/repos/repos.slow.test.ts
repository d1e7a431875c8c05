import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sliceHosts } from './hosts/frameworks.ts';
import { playHost } from './journey.ts';
import { releaseMoved } from './upstream.ts';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), '12-factor-repos-'));
  await releaseMoved(join(scratch, 'next'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

it.each(sliceHosts)(
  '$name gets the agent, keeps its own checks, and is rid of it again',
  { timeout: 1_800_000 },
  async (host) => {
    const { problems } = await playHost(host, {
      next: join(scratch, 'next'),
      scratch,
      isKept: false,
    });
    expect(problems).toEqual([]);
  },
);
