import { describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { hash } from '../../../src/pipeline/text/hash.ts';
import {
  type Lock,
  checkAgentDir,
  checkVersion,
  moveLockedFiles,
  parseConfig,
  parseLock,
} from '../../../src/pipeline/lock/lock-file.ts';
import { installed, lock, locked, wire } from '../../support/pipeline/fixtures.ts';

const path = 'src/agent/loop.ts';
const good: Lock = lock({
  template: 'starter',
  slots: { model: 'model-choose' },
  models: ['model-remote'],
  components: { loop: installed() },
  wires: { loop: [wire('tools', 'done', { uses: [{ name: 'z', from: './z.ts' }] })] },
  files: {
    [path]: locked('x'),
    'README.md': locked('y', { role: 'seed', conflicted: true }),
    'src/agent/errors.ts': locked('z', { declined: true, taken: 'a'.repeat(64) }),
  },
});
const json = (value: unknown) => JSON.stringify(value, undefined, 2);
const refused = (code: UserError['code'], message: string | RegExp) =>
  expect.objectContaining({
    name: 'UserError',
    code,
    hint: expect.stringMatching(/./),
    message: expect.stringMatching(message),
  });

describe('a lock', () => {
  it.each([
    ['as we write it', json(good)],
    ['on one line', JSON.stringify(good)],
    ['with carriage returns', json(good).replaceAll('\n', '\r\n')],
    ['with a byte order mark', `\uFEFF${json(good)}`],
  ])('%s is read', (_, text) => expect(parseLock(text)).toEqual(good));

  it('of before there were models to list is read', () => {
    const { models: _, ...before } = good;
    expect(parseLock(json(before))).toEqual(before);
  });

  const ours = '<<<<<<< HEAD\n  "tool": "0.1.0",\n=======\n  "tool": "0.2.0",\n>>>>>>> main\n';
  it.each([
    ['that is empty', '', 'not JSON'],
    ['that is cut off', json(good).slice(0, -20), 'not JSON'],
    ['with a comment', `// mine\n${json(good)}`, 'not JSON'],
    ['with git’s markers', json(good).replace('  "tool": "0.1.0",\n', ours), 'conflict markers'],
    [
      'with git’s markers in CRLF',
      json(good).replace('  "tool": "0.1.0",\n', ours).replaceAll('\n', '\r\n'),
      'conflict markers',
    ],
    [
      'with a key that reaches the prototype',
      json(good).replace('"loop":', '"__proto__":'),
      '__proto__',
    ],
    ['that is null', 'null', 'lock.json is not valid'],
    ['that is a list', '[]', 'lock.json is not valid'],
    ['of another format', json({ ...good, format: 0 }), 'format'],
    ['without files', json({ ...good, files: undefined }), 'files'],
    ['with a key of somebody else’s', json({ ...good, mine: 1 }), /mine|whole/],
    ['with a version that is none', json({ ...good, tool: 'new' }), 'tool'],
    [
      'with a hash that is none',
      json({ ...good, files: { [path]: { ...locked('x'), base: '../../etc/passwd' } } }),
      'sha256',
    ],
    [
      'with a hash in capitals',
      json({ ...good, files: { [path]: { ...locked('x'), base: hash('x').toUpperCase() } } }),
      'sha256',
    ],
    ['without what is wired', json({ ...good, wires: undefined }), 'wires'],
    [
      'with a wire that writes code',
      json({ ...good, wires: { loop: [wire('model', 'a', { name: 'a; rm()' })] } }),
      'wires',
    ],
    [
      'with a wire from elsewhere',
      json({ ...good, wires: { loop: [wire('model', 'a', { from: 'node:fs' })] } }),
      'wires',
    ],
    [
      'with a wire of no slot',
      json({ ...good, wires: { loop: [{ ...wire('model', 'a'), slot: 'x' }] } }),
      'wires',
    ],
    [
      'with a role that is none',
      json({ ...good, files: { [path]: { ...locked('x'), role: 'own' } } }),
      'role',
    ],
    ['with tests that are no choice', json({ ...good, tests: 'some' }), 'tests'],
    [
      'with a number for a range',
      json({ ...good, contributed: { ...good.contributed, dependencies: { zod: 4 } } }),
      'zod',
    ],
  ])('%s is refused', (_, text, message) => {
    expect(() => parseLock(text)).toThrow(refused('bad-lock', message));
  });

  it.each(['constructor', 'toString', 'Loop', ''])('has no component %j', (name) => {
    for (const wrong of [
      { components: { [name]: installed() } },
      { wires: { [name]: [] } },
      { template: name },
      { models: [name] },
      { slots: { store: name } },
      { files: { [path]: locked('x', { owner: name }) } },
    ])
      expect(() => parseLock(json({ ...good, ...wrong }))).toThrow(
        refused('bad-lock', /is not valid|is not allowed as a key/),
      );
  });

  it.each([
    '../out.ts',
    '/etc/passwd',
    'C:/x.ts',
    'a\\b.ts',
    'a//b.ts',
    './a.ts',
    'src/../../x.ts',
    'con.ts',
    'a\u0000b',
    '',
    '.git/hooks/pre-commit',
    '.git/config',
    'node_modules/zod/index.js',
    '.12-factor/lock.json',
    'package.json',
    '.env',
    '.npmrc',
  ])('that names the file %j is refused, for remove would delete it', (hostile) => {
    expect(() => parseLock(json({ ...good, files: { [hostile]: locked('x') } }))).toThrow(
      refused('bad-lock', /./),
    );
  });

  it.each(['../out', '/etc', 'a\\b', '.git', 'node_modules/x', '.12-factor'])(
    'with the folder %j is refused',
    (dir) => {
      expect(() => parseLock(json({ ...good, dir }))).toThrow(refused('bad-lock', 'dir'));
    },
  );

  it.each(['../.env.example', '/etc/hosts', 'a\\b'])('that says we made %j is refused', (made) => {
    const contributed = { ...good.contributed, files: [made] };
    expect(() => parseLock(json({ ...good, contributed }))).toThrow(
      refused('bad-lock', 'plain path'),
    );
  });

  it('may have files that a template put where no component may', () => {
    const files = {
      '.prettierrc': locked('x', { owner: 'base' }),
      'eslint.config.js': locked('x', { owner: 'base' }),
    };
    expect(parseLock(json({ ...good, files })).files).toEqual(files);
  });

  it('in a format of later is a newer tool’s, whatever else it says', () => {
    expect(() => parseLock('{"format":2,"new":true}')).toThrow(refused('older-tool', 'newer'));
  });
});

describe('the configuration', () => {
  it.each([
    ['{"dir":"lib/bot"}', { dir: 'lib/bot', registries: {} }],
    [
      '{"$schema":"./x.json","dir":"src/agent","registries":{"@acme":"../acme"}}',
      { dir: 'src/agent', registries: { '@acme': '../acme' } },
    ],
    ['\uFEFF{\r\n"dir":"a"\r\n}', { dir: 'a', registries: {} }],
  ])('%s is read', (text, config) => expect(parseConfig(text)).toEqual(config));

  it.each([
    '{',
    '{}',
    '[]',
    '{"dir":1}',
    '{"dir":"a","registry":"x"}',
    '{"dir":"../out"}',
    '{"dir":"a/"}',
    '{"dir":"."}',
  ])('%s is refused', (text) =>
    expect(() => parseConfig(text)).toThrow(refused('bad-lock', '12-factor.json')),
  );

  it.each(['node_modules/agent', '.git', '.12-factor/x'])('the folder %s is refused', (dir) => {
    expect(() => parseConfig(json({ dir }))).toThrow(refused('bad-usage', '12-factor.json'));
  });

  it.each(['', '..', '/tmp', 'a\\b', '.git/x', 'con'])(
    'the folder %j of a flag is refused by its name',
    (dir) => {
      expect(() => checkAgentDir(dir, '--dir')).toThrow(refused('bad-usage', '--dir'));
    },
  );

  it('a folder below package.json is taken', () => {
    expect(() => checkAgentDir('packages/x/src/agent', '--dir')).not.toThrow();
  });
});

describe('a tool', () => {
  it.each([
    ['0.4.1', '0.4.1', true],
    ['0.4.1', '0.4.2', true],
    ['0.4.1', '1.0.0', true],
    ['0.10.0', '0.9.0', false],
    ['0.4.1', '0.4.0', false],
    ['0.4.1', '0.4.1-beta.1', false],
    ['0.4.1-beta.1', '0.4.1', true],
  ])('of a project written by %s that is %s may write: %s', (wrote, is, may) => {
    const check = () =>
      checkVersion(lock({ tool: wrote }), is, 'npx create-12-factor-agent@latest');
    if (may) expect(check).not.toThrow();
    else {
      expect(check).toThrow(refused('older-tool', wrote));
      expect(check).toThrow(
        expect.objectContaining({
          hint: expect.stringContaining('npx create-12-factor-agent@latest'),
        }),
      );
    }
  });
});

describe('a folder that was moved', () => {
  const files = {
    'src/agent/loop.ts': locked('a'),
    'src/agent2/x.ts': locked('b'),
    'src/agent': locked('c'),
    'README.md': locked('d'),
  };
  const moved = (dir: string) => moveLockedFiles(lock({ files }), { dir, registries: {} });

  it('has its files where the configuration says, and no others', () => {
    expect(moved('lib/bot')).toMatchObject({ dir: 'lib/bot' });
    expect(Object.keys(moved('lib/bot').files)).toEqual([
      'lib/bot/loop.ts',
      'src/agent2/x.ts',
      'src/agent',
      'README.md',
    ]);
  });

  it('may be moved into itself, and back', () => {
    const deeper = moved('src/agent/inner');
    expect(Object.keys(deeper.files)).toContain('src/agent/inner/loop.ts');
    expect(moveLockedFiles(deeper, { dir: 'src/agent', registries: {} }).files).toEqual(files);
  });

  it('that was not moved is as it was', () => {
    const same = lock({ files });
    expect(moveLockedFiles(same, { dir: 'src/agent', registries: {} })).toBe(same);
  });
});
