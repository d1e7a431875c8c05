import { build } from 'esbuild';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startServed, writeServed } from '../support/generated/served-agent.ts';

const root = mkdtempSync(join(tmpdir(), 'inspector-'));
const folder = join(root, 'agent');

beforeAll(async () => {
  writeServed(folder);
  const starter = new URL('../../registry/agent/agent.ts', import.meta.url);
  const agent = readFileSync(starter, 'utf8')
    .replace('/**', "import { inspectorTrigger } from './inspector/trigger.ts';\n/**")
    .replace('  now: Date.now,\n', '$&  triggers: { inspector: inspectorTrigger },\n');
  writeFileSync(join(folder, 'agent.ts'), agent);
  // As `npm run build` does.
  await build({
    entryPoints: [join(folder, 'server/main.ts')],
    outfile: join(folder, 'bundle.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    logLevel: 'silent',
  });
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

test.each(['server/main.ts', 'bundle.cjs'])(
  'a server started from %s prints the address, and has all files of the page',
  async (entry) => {
    const { child, url, err, ended } = await startServed(folder, {}, entry);
    await vi.waitFor(() => expect(err()).toContain(`Inspector: ${url}/inspector`), 5_000);
    for (const file of ['', 'script.js', 'style.css']) {
      const response = await fetch(`${url}/inspector/${file}`);
      expect(response.status).toBe(200);
      expect((await response.text()).length).toBeGreaterThan(1_000);
    }
    child.kill();
    await ended;
  },
);
