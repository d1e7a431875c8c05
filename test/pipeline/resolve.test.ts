import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { resolve } from '../../src/pipeline/resolve.ts';
import type { Component, Request, Selection } from '../../src/types.ts';
import { component, registry, request, template, wire } from '../support/fixtures.ts';

const names = ({ picked }: Selection) => picked.map((one) => one.component.name);
const starter = template('starter', { requires: ['agent'] });
const asking = (some: Partial<Request>, components: readonly Component[] = registry) =>
  resolve(request(some), components);

describe('components', () => {
  it('come after what they require, each once', () => {
    expect(names(asking({ components: ['agent', 'loop'] }))).toEqual([
      'loop',
      'tools',
      'agent',
      'model-scripted',
      'store-file',
    ]);
  });

  it('say who asked for them', () => {
    const by = Object.fromEntries(
      asking({ components: ['agent', 'tools'] }).picked.map((one) => [one.component.name, one.by]),
    );
    expect(by).toMatchObject({ agent: 'you', loop: 'agent', tools: 'you', 'store-file': 'agent' });
  });

  it('may require each other', () => {
    const circle = [component('a', { requires: ['b'] }), component('b', { requires: ['a'] })];
    expect(names(asking({ components: ['a'] }, circle))).toEqual(['b', 'a']);
  });

  it('of the base template come as well', () => {
    const selection = resolve(
      request({ template: template('starter') }),
      registry,
      template('base', { requires: ['loop'] }),
    );
    expect(names(selection)).toContain('loop');
  });

  it.each([
    [{ components: ['lop'] }, 'There is no component "lop".', 'Did you mean "loop"?'],
    [{ model: 'remot' }, 'There is no model "remot".', 'Did you mean "remote"?'],
    [{ store: 'redis' }, 'There is no store "redis".', 'There is: file, memory.'],
  ])('that are unknown are refused: %j', (some, message, hint) => {
    expect(() => asking(some)).toThrow(expect.objectContaining({ message, hint, code: 'unknown-component' }));
  });
});

describe('an exclusive slot', () => {
  it.each<[string, Partial<Request>, string | undefined, string | undefined]>([
    ['stays empty where nothing needs it', { components: ['loop'] }, undefined, undefined],
    ['that is needed gets the keyless default', { components: ['agent'] }, 'scripted', 'file'],
    ['holds what was asked for', { components: ['agent'], model: 'remote', store: 'memory' }, 'remote', 'memory'],
    ['of a new project is left to the agent, later', { template: starter }, 'choose', 'file'],
    ['of a new project holds an explicit model', { template: starter, model: 'scripted' }, 'scripted', 'file'],
  ])('%s', (_, some, model, store) => {
    const { wiring } = asking(some);
    expect([wiring.model?.key, wiring.store?.key]).toEqual([model, store]);
  });

  it('that was filled unasked is said aloud', () => {
    expect(asking({ components: ['agent'] }).said).toEqual([
      'No model was named: model-scripted is wired, in agent.ts.',
      'No store was named: store-file is wired, in agent.ts.',
    ]);
  });

  it('that was filled as asked is not', () => {
    expect(asking({ components: ['agent'], model: 'remote', store: 'memory' }).said).toEqual([]);
  });

  it('brings an explicit model alone', () => {
    expect(names(asking({ template: starter, model: 'remote' }))).not.toContain('model-scripted');
  });
});

describe('tools', () => {
  const deploy = wire('tools', 'deploy');

  it('of the template come before those of components', () => {
    const { wiring } = asking({ template: template('starter', { requires: ['agent'], wires: [deploy] }) });
    expect(wiring.tools.map((tool) => tool.key)).toEqual(['deploy', 'done']);
  });

  it('of one name are refused', () => {
    const twice = template('starter', { requires: ['agent'], wires: [deploy, deploy] });
    expect(() => asking({ template: twice })).toThrow(UserError);
  });
});

describe('files', () => {
  const seeded = (role: 'seed' | 'source') =>
    template('starter', {
      requires: ['prompt'],
      files: [{ from: 'starter/prompt.ts', to: 'src/agent/prompt.ts', role }],
    });

  it('of components land in dir', () => {
    expect(asking({ components: ['loop'], dir: 'lib/bot' }).files.map((file) => file.to)).toEqual(['lib/bot/loop.ts']);
  });

  it("of a template replace a component's seed", () => {
    const files = asking({ template: seeded('seed') }).files.filter((file) => file.to === 'src/agent/prompt.ts');
    expect(files).toEqual([
      { from: 'starter/prompt.ts', to: 'src/agent/prompt.ts', role: 'seed', origin: 'templates', owner: 'starter' },
    ]);
  });

  it("of a template replace the base's", () => {
    const file = { to: 'README.md', role: 'seed' as const };
    const base = template('base', { files: [{ from: 'base/README.md', ...file }] });
    const mine = template('starter', { files: [{ from: 'starter/README.md', ...file }] });
    expect(resolve(request({ template: mine }), registry, base).files.map(({ from }) => from)).toContain(
      'starter/README.md',
    );
  });

  it("of a template never replace a component's source", () => {
    const bold = template('bold', {
      requires: ['loop'],
      files: [{ from: 'bold/loop.ts', to: 'src/agent/loop.ts', role: 'seed' }],
    });
    expect(() => asking({ template: bold })).toThrow("bold would replace src/agent/loop.ts, which is loop's.");
  });

  it('for tests stay out where nothing runs them', () => {
    const tested = [component('a', { files: [{ from: 'agent/a.test.ts', to: 'a.test.ts', role: 'test' }] })];
    expect(asking({ components: ['a'], tests: false }, tested).files).toEqual([]);
  });
});

it('adds up what package.json and .env.example need', () => {
  const { packages, env } = asking({ components: ['agent'], model: 'remote' });
  expect(packages.dependencies).toEqual({ zod: '^4.6.7' });
  expect(env.map(({ name }) => name)).toEqual(['REMOTE_API_KEY']);
});
