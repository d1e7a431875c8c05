import { describe, expect, it } from 'vitest';
import { render, type Materials } from '../../src/pipeline/render.ts';
import { resolve } from '../../src/pipeline/resolve.ts';
import type { Component } from '../../src/types.ts';
import { component, registry, request, template } from '../support/fixtures.ts';

const shown = (context: object) => JSON.stringify(context);
const materials: Materials = {
  texts: new Map([
    ['src/agent/loop.ts', 'loop\n'],
    ['src/agent/prompt.ts', 'prompt\n'],
    ['package.json', '{"scripts":{"start":"x"}}'],
    ['.gitignore', 'dist/\n'],
  ]),
  renderers: { 'wiring/agent.ts.hbs': shown, 'wiring/tools.ts.hbs': shown, 'base/README.md.hbs': shown },
  registry: { source: 'built-in' },
  tool: '0.1.0',
  manager: 'pnpm',
};
const base = template('base', {
  files: [
    { from: 'base/package.json', to: 'package.json', role: 'seed' },
    { from: 'base/_gitignore', to: '.gitignore', role: 'seed' },
    { from: 'base/README.md.hbs', to: 'README.md', role: 'seed' },
  ],
});
const starter = template('starter', { requires: ['agent'], nextSteps: ['Go on.'] });
const created = render(resolve(request({ template: starter }), registry, base), materials);
const textOf = (path: string) => created.files.find((file) => file.path === path)?.text;

describe('a file', () => {
  it('is copied as it is', () => expect(textOf('src/agent/loop.ts')).toBe('loop\n'));

  it('that follows from the selection is filled with the wiring', () => {
    expect(JSON.parse(textOf('src/agent/agent.ts') ?? '')).toMatchObject({ model: 'choose()', store: 'file()' });
  });

  it('of a template that ends in .hbs is filled with the project', () => {
    expect(JSON.parse(textOf('README.md') ?? '')).toMatchObject({
      name: 'my-agent',
      dir: 'src/agent',
      template: { name: 'starter', example: 'hello' },
      run: { start: 'pnpm start' },
      env: [{ name: 'REMOTE_API_KEY', about: 'A key.', value: '' }],
    });
  });

  it('that is edited by key is not among the files', () => {
    expect(created.files.map((file) => file.path)).not.toContain('package.json');
    expect(created.packageJson.start).toBe('{"scripts":{"start":"x"}}');
    expect(created.gitignore).toEqual({ start: 'dist/\n', add: ['.12-factor/tmp/'] });
  });
});

it('the lock says what fills the slots and who asked', () => {
  expect(created.lock).toMatchObject({
    tool: '0.1.0',
    template: 'starter',
    slots: { model: 'model-choose', store: 'store-file' },
    components: { agent: { source: 'built-in', requestedBy: 'template' } },
  });
});

it('next steps come in order, the template last', () => {
  expect(created.nextSteps).toEqual(['Go on.']);
});

describe("a component's hash", () => {
  const hashOf = (loop: Component, text: string) => {
    const texts = new Map([['src/agent/loop.ts', text]]);
    return render(resolve(request({ components: ['loop'] }), [loop]), { ...materials, texts }).lock.components.loop
      ?.hash;
  };
  const files = [{ from: 'agent/loop.ts', to: 'loop.ts', role: 'source' as const }];

  it('is the same for the same', () =>
    expect(hashOf(component('loop', { files }), 'a')).toBe(hashOf(component('loop', { files }), 'a')));
  it('differs by a text', () =>
    expect(hashOf(component('loop', { files }), 'a')).not.toBe(hashOf(component('loop', { files }), 'b')));
  it('differs by its manifest', () => {
    expect(hashOf(component('loop', { files }), 'a')).not.toBe(hashOf(component('loop', { files, factors: [6] }), 'a'));
  });
});
