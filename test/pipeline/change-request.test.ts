import { describe, expect, it } from 'vitest';
import {
  type Base,
  installedRequest,
  type Wish,
  wishAdded,
  wishRemoved,
  wishUpdated,
} from '../../src/pipeline/change-request.ts';
import { resolve } from '../../src/pipeline/resolve.ts';
import type { Component, LockedComponent } from '../../src/types.ts';
import { component, installed, lock, registry, template, wire } from '../support/fixtures.ts';

const more: readonly Component[] = [
  ...registry,
  component('server', { requires: ['loop'] }),
  component('slack', { requires: ['server'] }),
  component('email', { requires: ['server'] }),
  component('both', { wires: [wire('model', 'both'), wire('store', 'both')] }),
];
const base = (by: Record<string, string | LockedComponent>, some: Partial<Base> = {}): Base => ({
  lock: lock({
    template: 'starter',
    slots: { model: 'model-remote', store: 'store-file' },
    components: Object.fromEntries(
      Object.entries(by).map(([name, one]) => [name, typeof one === 'string' ? installed(one) : one]),
    ),
  }),
  config: { dir: 'lib/bot', registries: {} },
  tests: false,
  templates: [template('starter')],
  catalogue: { components: more, from: () => ({ source: 'built-in', version: '0.2.0', read: async () => '' }) },
  ...some,
});
const agent = { loop: 'agent', tools: 'agent', agent: 'template', 'model-remote': 'you', 'store-file': 'agent' };
const chat = { ...agent, server: 'slack', slack: 'you' };
/** What a wish selects. */
const selected = ({ request }: Wish, components = more) =>
  Object.fromEntries(resolve(request, components).picked.map((one) => [one.component.name, one.by]));
const refused = (code: string, message: string, hint: string) =>
  expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.stringContaining(hint) });

describe('what is installed', () => {
  it('is asked for as it is', () => {
    expect(installedRequest(base(chat))).toMatchObject({
      dir: 'lib/bot',
      template: { name: 'starter' },
      slots: { model: 'model-remote', store: 'store-file' },
      tests: true,
    });
    expect(selected(wishUpdated(base(chat), []))).toEqual(chat);
  });

  it('is nothing without a lock, and then the repo says whether it has tests', () => {
    const request = installedRequest(base({}, { lock: undefined }));
    expect(request).toMatchObject({ template: undefined, slots: {}, tests: false });
    expect(resolve(request, more).picked).toEqual([]);
  });

  it('keeps what was brought by one that no registry has any more', () => {
    expect(selected(wishUpdated(base({ gone: 'you', loop: 'gone' }), []))).toHaveProperty('loop');
  });

  it('leaves a slot to the tool whose component no registry has any more', () => {
    const before = base({ ...agent, 'model-old': 'you' });
    const old = {
      ...before,
      lock: before.lock && { ...before.lock, slots: { model: 'model-old', store: 'store-file' } },
    };
    expect(installedRequest(old).slots).toEqual({ store: 'store-file' });
  });
});

describe('adding', () => {
  it('brings what is required, for that one’s sake, and nothing else changes', () => {
    const wish = wishAdded(base(agent), ['slack'], false);
    expect(selected(wish)).toEqual({ ...agent, slack: 'you', server: 'slack' });
    expect(wish.scope.has('slack') && wish.scope.has('server')).toBe(true);
    expect(wish.scope.has('agent') || wish.scope.has('model-remote')).toBe(false);
  });

  it('into an empty repo brings all that is required', () => {
    const wish = wishAdded(base({}, { lock: undefined }), ['slack'], false);
    expect(selected(wish)).toEqual({ loop: 'server', server: 'slack', slack: 'you' });
  });

  it('what is here already changes nothing', () => {
    const wish = wishAdded(base(chat), ['slack'], false);
    expect([selected(wish), [...wish.scope]]).toEqual([chat, []]);
  });

  it('what is here already beside what is not brings the other', () => {
    expect(selected(wishAdded(base(chat), ['slack', 'email'], false))).toEqual({ ...chat, email: 'you' });
  });

  it('a model leaves the slot as it is', () => {
    const wish = wishAdded(base(agent), ['model-scripted'], false);
    expect(resolve(wish.request, more).wiring.model?.key).toBe('remote');
  });

  it.each([
    ['that is new', 'model-scripted', agent],
    ['that is here already', 'model-scripted', { ...agent, 'model-scripted': 'you' }],
  ])('a model %s with --use wires it', (_, name, there) => {
    expect(resolve(wishAdded(base(there), [name], true).request, more).wiring.model?.key).toBe('scripted');
  });

  it('what fills both slots with --use fills both', () => {
    expect(wishAdded(base(agent), ['both'], true).request.slots).toEqual({ model: 'both', store: 'both' });
  });

  it('with --use what fills no slot changes none', () => {
    expect(wishAdded(base(agent), ['slack'], true).request.slots).toEqual({
      model: 'model-remote',
      store: 'store-file',
    });
  });

  it('two models with --use is refused', () => {
    expect(() => wishAdded(base(agent), ['model-scripted', 'model-remote'], true)).toThrow(
      refused('bad-usage', 'model-scripted and model-remote', '--use'),
    );
  });

  it('what nobody has is refused', () => {
    expect(() => wishAdded(base(agent), ['slak'], false)).toThrow(refused('unknown-component', 'slak', 'slack'));
  });
});

describe('updating', () => {
  it('all is of all that is installed, and the template', () => {
    expect([...wishUpdated(base(agent), []).scope].toSorted()).toEqual([...Object.keys(agent), 'starter'].toSorted());
  });

  it('one is of that and what it requires', () => {
    const { scope } = wishUpdated(base(chat), ['slack']);
    expect([...scope].toSorted()).toEqual(['loop', 'server', 'slack']);
  });

  it('brings what an installed one requires now', () => {
    const { server, ...without } = chat;
    expect(server).toBe('slack');
    const wish = wishUpdated(base(without), []);
    expect(selected(wish)).toHaveProperty('server');
  });

  it('leaves those that no registry has any more, and says which', () => {
    const wish = wishUpdated(base({ ...agent, gone: 'you' }), []);
    expect(Object.keys(wish.gone)).toEqual(['gone']);
    expect(selected(wish)).toEqual(agent);
  });

  it.each([
    ['slack', 'not-found', 'slack is not installed here', 'agent'],
    ['slak', 'unknown-component', 'slak', 'slack'],
    ['constructor', 'unknown-component', 'constructor', ''],
  ])('%s, which is not installed, is refused', (name, code, message, hint) => {
    expect(() => wishUpdated(base(agent), [name])).toThrow(refused(code, message, hint));
  });

  it('with nothing installed is refused', () => {
    expect(() => wishUpdated(base({}, { lock: undefined }), ['loop'])).toThrow(
      refused('not-found', 'loop is not installed', 'nothing'),
    );
  });
});

describe('removing', () => {
  it('takes what came for its sake along', () => {
    expect(selected(wishRemoved(base(chat), ['slack']))).toEqual(agent);
  });

  it.each([
    ['something else requires it', { ...chat, email: 'you' }, 'server'],
    ['the user asked for it', { ...chat, server: 'you' }, 'server'],
    ['the template brings it', { ...chat, server: 'template' }, 'server'],
  ])('leaves what came along where %s', (_, there, stays) => {
    const left = selected(wishRemoved(base(there), ['slack']));
    expect(left).toHaveProperty(stays);
    expect(left).not.toHaveProperty('slack');
  });

  it('leaves what is required by what stays, and says for whom', () => {
    expect(selected(wishRemoved(base({ ...chat, email: 'you' }), ['slack']))).toMatchObject({ server: 'email' });
  });

  it('brings nothing to its registry’s version', () => {
    expect([...wishRemoved(base(chat), ['slack']).scope]).toEqual([]);
  });

  it.each([
    [['server'], 'server is needed by slack', 'Remove slack first'],
    [['loop'], 'loop is needed by agent, server', 'Remove them first'],
  ])('%j, which something needs, is refused', (names, message, hint) => {
    expect(() => wishRemoved(base(chat), names)).toThrow(refused('conflict', message, hint));
  });

  it('what something needs together with that is fine', () => {
    expect(selected(wishRemoved(base(chat), ['server', 'slack']))).toEqual(agent);
  });

  it('the model that is wired empties its slot', () => {
    const { request } = wishRemoved(base(agent), ['model-remote']);
    expect(request.slots).toEqual({ store: 'store-file' });
    expect(resolve(request, more).wiring.model?.key).toBe('scripted');
  });

  it('all leaves nothing', () => {
    expect(selected(wishRemoved(base(chat), Object.keys(chat)))).toEqual({});
  });

  it('one that no registry has any more takes it out, and what came for its sake', () => {
    const wish = wishRemoved(base({ ...agent, gone: 'you', server: 'gone' }), ['gone']);
    expect([selected(wish), wish.gone]).toEqual([agent, {}]);
  });

  it('another leaves those that no registry has any more', () => {
    expect(Object.keys(wishRemoved(base({ ...chat, gone: 'you' }), ['slack']).gone)).toEqual(['gone']);
  });

  it('leaves what came for the sake of one that no registry has any more', () => {
    expect(selected(wishRemoved(base({ ...chat, gone: 'you', email: 'gone' }), ['slack']))).toHaveProperty('email');
  });

  it('what came for the sake of one that no registry has any more is refused while that is here', () => {
    expect(() => wishRemoved(base({ gone: 'you', server: 'gone', loop: 'server' }), ['server'])).toThrow(
      refused('conflict', 'server is needed by gone', 'Remove gone first'),
    );
  });

  it.each([
    ['email', 'not-found', 'email is not installed here'],
    ['emial', 'unknown-component', 'emial'],
    ['toString', 'unknown-component', 'toString'],
  ])('%s, which is not installed, is refused', (name, code, message) => {
    expect(() => wishRemoved(base(chat), [name])).toThrow(refused(code, message, ''));
  });
});
