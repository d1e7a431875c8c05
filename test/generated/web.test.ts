import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { page } from '../../registry/agent/web/page.ts';
import { script } from '../../registry/agent/web/script.ts';
import { home } from '../support/registry/package.ts';

const folder = mkdtempSync(join(tmpdir(), 'web-'));
const config = {
  env: { browser: true, es2024: true },
  categories: { correctness: 'error' },
  rules: { 'no-undef': 'error', 'no-unused-vars': ['error', { ignoreRestSiblings: true }] },
};
beforeAll(() => writeFileSync(join(folder, 'config.json'), JSON.stringify(config)));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs the linter over a script for browsers. @returns what it says, if it is not content */
function lint(text: string): string {
  writeFileSync(join(folder, 'script.js'), text);
  const oxlint = join(home, 'node_modules/.bin/oxlint');
  const { status, stdout } = spawnSync(oxlint, ['-c', 'config.json', 'script.js'], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout;
}

test('the script of the chat page uses only names that a browser has', () => {
  expect(lint('docment.title;\n')).toContain('docment');
  expect(lint(script)).toBe('');
});

test('the script of the chat page is formatted as other code is', () => {
  const options = ['--parser=babel', '--print-width=100', '--single-quote'];
  const prettier = join(home, 'node_modules/.bin/prettier');
  const formatted = execFileSync(prettier, options, { input: script.trim(), encoding: 'utf8' });
  expect(script.trim()).toBe(formatted.trim());
});

test('the script finds each element in the page', () => {
  const named = [...script.matchAll(/\bpage\.(\w+)/g)].map(([, name = '']) => name);
  const ids = [...page('chat').matchAll(/ id="(\w+)"/g)].map(([, id = '']) => id);
  expect([...new Set(named)].filter((name) => !ids.includes(name))).toEqual([]);
  expect(named.length).toBeGreaterThan(20);
});
