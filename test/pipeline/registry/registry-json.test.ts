import { describe, expect, it } from 'vitest';
import { parseComponent, parseTemplate } from '../../../src/pipeline/registry/manifest.ts';
import { checkRegistry } from '../../../src/pipeline/registry/check-registry.ts';
import { formatRegistry, parseRegistry } from '../../../src/pipeline/registry/registry-json.ts';
import { component, wire } from '../../support/pipeline/fixtures.ts';

const about = { version: '0.1.0', homepage: 'https://example.org' };
const manifest = {
  name: 'loop',
  summary: 'goes round',
  factors: [8],
  changes: [{ version: '0.1.0', sentence: 'First.' }],
  files: {},
};
const read = (some: object) =>
  parseComponent(JSON.stringify({ ...manifest, ...some }), 'loop.json');

describe('a manifest', () => {
  it('may leave out what it does not have', () => {
    expect(read({})).toEqual(
      component('loop', { summary: 'goes round', factors: [8], changes: manifest.changes }),
    );
  });

  it('names files by what they are for, in the folder of all', () => {
    expect(read({ files: { source: ['loop.ts'], test: ['loop.test.ts'] } }).files).toEqual([
      { from: 'agent/loop.ts', to: 'loop.ts', role: 'source' },
      { from: 'agent/loop.test.ts', to: 'loop.test.ts', role: 'test' },
    ]);
  });

  it('marks the tests that are copied only with all', () => {
    expect(read({ files: { test: ['a.test.ts'], moreTests: ['b.test.ts'] } }).files).toEqual([
      { from: 'agent/a.test.ts', to: 'a.test.ts', role: 'test' },
      { from: 'agent/b.test.ts', to: 'b.test.ts', role: 'test', onlyWithAllTests: true },
    ]);
  });

  it.each<[string, object]>([
    ['a key that is not known', { hooks: {} }],
    ['a name that is no name', { name: '../loop' }],
    ['a name in capitals', { name: 'Loop' }],
    ['a name that every object has', { name: 'constructor' }],
    ['no changes', { changes: [] }],
    ['a factor that there is not', { factors: [14] }],
    ['a summary of two lines', { summary: 'a\nb' }],
    ['a summary that steers the terminal', { summary: '\u001B[2J' }],
    ['a package that is an option', { dependencies: { '--registry=http://x': '1' } }],
    ['a package from elsewhere', { dependencies: { zod: 'git+ssh://x' } }],
    ['a package by tag', { dependencies: { zod: 'latest' } }],
    ['a package by file', { dependencies: { zod: 'file:../x' } }],
    ['an alias', { dependencies: { zod: 'npm:evil@1' } }],
    ['a script that npm runs by itself', { scripts: { postinstall: 'curl x' } }],
    ['a script called prepare', { scripts: { prepare: 'curl x' } }],
    ['a fold of nothing', { renamed: { 'loop.ts': [] } }],
    ['a move from no path', { renamed: { 'loop.ts': 1 } }],
    ['a variable in small letters', { env: [{ name: 'path', about: 'x' }] }],
    ['a wire to another place', { wires: [wire('model', 'x', { from: '../../x.ts' })] }],
    ['a wire that is no identifier', { wires: [wire('model', 'x', { name: 'x; evil()' })] }],
    ['a wire of two lines', { wires: [wire('model', 'x', { value: 'x\nevil()' })] }],
  ])('with %s is refused', (_, some) => {
    expect(() => read(some)).toThrow(expect.objectContaining({ code: 'bad-registry' }));
  });

  it.each(['__proto__', 'constructor', 'prototype'])('with the key %s is refused', (key) => {
    expect(() => parseComponent(`{"name":"loop","scripts":{"${key}":"x"}}`, 'loop.json')).toThrow(
      `"${key}" is not allowed as a key`,
    );
  });

  it('that is refused says where and what', () => {
    expect(() => read({ factors: ['x'] })).toThrow(/^loop\.json is refused: factors\.0: /);
  });

  it('that is no JSON is refused', () => {
    expect(() => parseComponent('{', 'loop.json')).toThrow(/^loop\.json is refused: /);
  });

  it('of a template says where each file lands', () => {
    const text = JSON.stringify({
      ...manifest,
      title: 'Loop',
      files: [{ from: 'loop/_gitignore', to: '.gitignore' }],
    });
    expect(parseTemplate(text, 'template.json').files).toEqual([
      { from: 'loop/_gitignore', to: '.gitignore', role: 'seed' },
    ]);
  });
});

describe('a registry', () => {
  const tools = component('tools', {
    title: 'Tools',
    requires: ['thread'],
    files: [
      { from: 'agent/tool.ts', to: 'tool.ts', role: 'source' },
      { from: 'agent/tool.test.ts', to: 'tool.test.ts', role: 'test' },
      { from: 'agent/tools.ts', to: 'tools.ts', role: 'rendered' },
      { from: 'agent/more.test.ts', to: 'more.test.ts', role: 'test', onlyWithAllTests: true },
    ],
    dependencies: { zod: '^4.6.7', '@scope/name': '^1.0.0' },
    devDependencies: { vitest: '^4.1.12' },
    scripts: { serve: 'node serve.js' },
    env: [{ name: 'API_KEY', about: 'A key.', value: 'none' }],
    wires: [
      wire('tools', 'done', { from: './tools.ts', uses: [{ name: 'x', from: './tool.ts' }] }),
    ],
    renamed: { 'tool.ts': ['old/tool.ts', 'old/action.ts'], 'tool.test.ts': 'old/tool.test.ts' },
    nextSteps: ['Do.'],
    factors: [1, 4],
  });

  it('reads back as it was written', () => {
    const components = [component('thread'), tools];
    expect(parseRegistry(formatRegistry(components, about), 'registry.json')).toEqual({
      version: '0.1.0',
      components,
    });
  });

  it('is in the format of shadcn, ours under meta', () => {
    const { items, ...rest } = JSON.parse(formatRegistry([tools], about)) as { items: object[] };
    expect(rest).toEqual({
      $schema: 'https://ui.shadcn.com/schema/registry.json',
      name: 'create-12-factor-agent',
      ...about,
    });
    expect(items[0]).toMatchObject({
      type: 'registry:item',
      dependencies: ['zod@^4.6.7', '@scope/name@^1.0.0'],
      registryDependencies: ['thread'],
      files: expect.arrayContaining([
        { path: 'agent/tool.ts', type: 'registry:file', target: 'src/agent/tool.ts' },
      ]) as unknown,
      meta: {
        factors: [1, 4],
        roles: {
          'agent/tools.ts': 'rendered',
          'agent/tool.test.ts': 'test',
          'agent/more.test.ts': 'test',
        },
        moreTests: ['agent/more.test.ts'],
      },
    });
  });

  const files = (...paths: string[]) =>
    paths.map((to) => ({ from: `agent/${to}`, to, role: 'source' as const }));

  it.each([
    ['a path that leads out', [component('a', { files: files('../x.ts') })], 'is not allowed'],
    [
      'a path that is nobody’s',
      [component('a', { files: files('.git/hooks/x') })],
      'is not allowed',
    ],
    [
      'a file of two',
      [component('a', { files: files('x.ts') }), component('b', { files: files('X.ts') })],
      'cannot both exist',
    ],
    ['two components of one name', [component('a'), component('a')], 'the same name'],
    ['a requirement that is not there', [component('a', { requires: ['b'] })], 'requires "b"'],
    [
      'a package in two versions',
      [
        component('a', { dependencies: { zod: '^3' } }),
        component('b', { dependencies: { zod: '^4' } }),
      ],
      'two versions',
    ],
    [
      'too many files',
      [
        component('a', {
          files: files(...Array.from({ length: 501 }, (_, index) => `${index}.ts`)),
        }),
      ],
      '501 files',
    ],
  ])('with %s is refused', (_, components, why) => {
    expect(() => checkRegistry(components, 'registry.json')).toThrow(why);
  });

  it('with a source among moreTests is refused', () => {
    const text = formatRegistry([tools, component('thread')], about).replace(
      '"agent/more.test.ts": "test"',
      '"agent/more.test.ts": "seed"',
    );
    expect(() => parseRegistry(text, 'registry.json')).toThrow(
      'agent/more.test.ts is one of moreTests, but not a test',
    );
  });

  it('with a target outside the agent’s folder is refused', () => {
    const text = formatRegistry([tools, component('thread')], about).replace(
      'src/agent/tool.ts',
      'lib/tool.ts',
    );
    expect(() => parseRegistry(text, 'registry.json')).toThrow(
      'tools has a target outside src/agent/: "lib/tool.ts"',
    );
  });
});
