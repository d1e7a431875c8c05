import { describe, expect, it } from 'vitest';
import {
  type InstalledState,
  type ChangeRequest,
  requestNothing,
  requestUpdate,
  withAllTests,
} from '../../../src/pipeline/resolve/change-request.ts';
import { requestAdd } from '../../../src/pipeline/resolve/request-add.ts';
import { requestRemove } from '../../../src/pipeline/resolve/request-remove.ts';
import { combineRegistries } from '../../../src/pipeline/resolve/catalogue.ts';
import { resolve } from '../../../src/pipeline/resolve/resolve.ts';
import { resolveChange } from '../../../src/pipeline/resolve/resolve-change.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { Lock, LockedComponent } from '../../../src/pipeline/lock/lock-file.ts';
import type { ComponentAction } from '../../../src/pipeline/resolve/request.ts';
import {
  component,
  installed,
  lock,
  registry,
  template,
  wire,
} from '../../support/pipeline/fixtures.ts';

const more: readonly Component[] = [
  ...registry,
  component('server', { requires: ['loop'] }),
  component('slack', { requires: ['server'] }),
  component('email', { requires: ['server'] }),
  component('both', { wires: [wire('model', 'both'), wire('store', 'both')] }),
];
const named = { source: 'built-in', version: '0.2.0', components: more, read: async () => '' };
/** A project with components and their requesters. Those that `named` does not have are orphans. */
function base(
  by: Record<string, string | LockedComponent>,
  some: Partial<Lock> = {},
): InstalledState {
  const there = lock({
    template: 'starter',
    slots: { model: 'model-remote', store: 'store-file' },
    components: Object.fromEntries(
      Object.entries(by).map(([name, one]) => [
        name,
        typeof one === 'string' ? installed(one) : one,
      ]),
    ),
    ...some,
  });
  return {
    lock: there,
    config: { dir: 'lib/bot', registries: {} },
    tests: false,
    canRunTests: false,
    templates: [template('starter')],
    catalogue: combineRegistries({ named, replaces: false, locked: new Map() }, there),
  };
}
const bare: InstalledState = { ...base({}), lock: undefined };
const none: ReadonlySet<string> = new Set();
const agent = {
  loop: 'agent',
  tools: 'agent',
  agent: 'template',
  'model-remote': 'you',
  'store-file': 'agent',
};
const chat = { ...agent, server: 'slack', slack: 'you' };
/** The components that a change selects, with their requesters. */
const selected = ({ request }: ChangeRequest, { catalogue }: InstalledState = bare) =>
  Object.fromEntries(
    resolve(request, catalogue.components).components.map((one) => [one.component.name, one.by]),
  );
/** The owners with an action, sorted. */
const ownersWith = ({ actions }: ChangeRequest, which: ComponentAction) =>
  [...actions].flatMap(([name, one]) => (one === which ? [name] : [])).toSorted();
const wired = (change: ChangeRequest, state: InstalledState) => resolveChange(change, state).wiring;
const refused = (code: string, message: string, hint: string) =>
  expect.objectContaining({
    code,
    message: expect.stringContaining(message),
    hint: expect.stringContaining(hint),
  });

describe('what is installed', () => {
  it('is asked for as it is', () => {
    expect(requestNothing(base(chat)).request).toMatchObject({
      dir: 'lib/bot',
      template: { name: 'starter' },
      slots: { model: 'model-remote', store: 'store-file' },
      tests: true,
    });
    expect(selected(requestUpdate(base(chat), [], none))).toEqual(chat);
  });

  it('is nothing without a lock, and then the repo says whether it has tests', () => {
    const { request } = requestNothing(bare);
    expect(request).toMatchObject({ template: undefined, slots: {}, tests: false });
    expect(resolve(request, more).components).toEqual([]);
  });

  it('keeps what was brought by one that no registry has any more', () => {
    const there = base({ gone: 'you', loop: 'gone' });
    expect(selected(requestUpdate(there, [], none), there)).toHaveProperty('loop');
  });

  it('stays as it is where nothing is asked for', () => {
    const change = requestNothing(base(chat));
    expect([selected(change), ownersWith(change, 'keep')]).toEqual([
      chat,
      [...Object.keys(chat), 'starter'].toSorted(),
    ]);
  });
});

describe('all tests', () => {
  const inRepo = (canRunTests: boolean, some: Partial<Lock> = {}) => ({
    ...base(chat, some),
    canRunTests,
  });

  it.each<[Lock['tests']]>([[false], [true], ['all']])(
    'are requested in a project that has %s, and the actions stay',
    (tests) => {
      const state = inRepo(true, { tests });
      const update = requestUpdate(state, ['loop'], none);
      const change = withAllTests(update, state);
      expect([change.request.tests, change.actions]).toEqual(['all', update.actions]);
    },
  );

  it.each<[Lock['tests']]>([[false], [true], ['all']])(
    'that the lock says (%s) stay, unless something else is requested',
    (tests) => {
      expect(requestUpdate(inRepo(true, { tests }), [], none).request.tests).toBe(tests);
    },
  );

  it('are refused in a repo that cannot run them', () => {
    const state = inRepo(false);
    expect(() => withAllTests(requestNothing(state), state)).toThrow(
      refused('bad-usage', '--all-tests needs vitest', 'Add vitest'),
    );
  });
});

describe('adding', () => {
  it('brings what is required, for that one’s sake, and nothing else changes', () => {
    const change = requestAdd(base(agent), ['slack'], false, none);
    expect(selected(change)).toEqual({ ...agent, slack: 'you', server: 'slack' });
    expect(ownersWith(change, 'keep')).toEqual(
      expect.arrayContaining(['agent', 'model-remote', 'starter']),
    );
    expect([change.actions.get('slack'), change.actions.get('server')]).toEqual([
      undefined,
      undefined,
    ]);
  });

  it('into an empty repo brings all that is required', () => {
    const change = requestAdd(bare, ['slack'], false, none);
    expect(selected(change)).toEqual({ loop: 'server', server: 'slack', slack: 'you' });
  });

  it('what is here already changes nothing', () => {
    const change = requestAdd(base(chat), ['slack'], false, none);
    expect([selected(change), ownersWith(change, 'update')]).toEqual([chat, []]);
  });

  it('what is there changes nothing, whoever it came for', () => {
    const there = base({ loop: 'server', server: 'slack', slack: 'you' });
    expect(selected(requestAdd(there, ['server'], false, none))).toMatchObject({
      server: 'slack',
      slack: 'you',
    });
  });

  it('renews what it requires', () => {
    expect(ownersWith(requestAdd(base(agent), ['slack'], false, none), 'update')).toEqual(['loop']);
  });

  it('updates what requires something updated, or would call what is gone', () => {
    const change = requestAdd(base(agent), ['slack'], false, new Set(['loop', 'model-remote']));
    expect(ownersWith(change, 'update')).toEqual(['agent', 'loop', 'tools']);
  });

  it('leaves all others as they are, also those with updates that are unrelated', () => {
    const change = requestAdd(base(agent), ['slack'], false, new Set(['store-file', 'agent']));
    expect(ownersWith(change, 'update')).toEqual(['loop']);
  });

  it('what is here already beside what is not brings the other', () => {
    expect(selected(requestAdd(base(chat), ['slack', 'email'], false, none))).toEqual({
      ...chat,
      email: 'you',
    });
  });

  it('a model leaves the slot as it is', () => {
    const change = requestAdd(base(agent), ['model-scripted'], false, none);
    expect(resolve(change.request, more).wiring.model?.key).toBe('remote');
  });

  it.each([
    ['that is new', 'model-scripted', agent],
    ['that is here already', 'model-scripted', { ...agent, 'model-scripted': 'you' }],
  ])('a model %s with --use wires it', (_, name, there) => {
    expect(
      resolve(requestAdd(base(there), [name], true, none).request, more).wiring.model?.key,
    ).toBe('scripted');
  });

  describe('a model', () => {
    const local = component('model-local', { wires: [wire('model', 'local')] });
    const all = [...more, local];
    const slots = { model: 'model-remote', store: 'store-file' };
    const models = (
      names: string,
      use: boolean,
      by: Record<string, string>,
      some: Partial<Lock> = {},
    ) => {
      const there = base({ ...agent, ...by }, some);
      const { request } = requestAdd(
        { ...there, catalogue: { ...there.catalogue, components: all } },
        names.split(' '),
        use,
        none,
      );
      return resolve(request, all).wiring;
    };
    const [yours, listed] = [{ 'model-local': 'you' }, { models: ['model-local'] }];
    const both = { ...yours, 'model-choose': 'you' };

    it.each<
      [string, string, boolean, Record<string, string>, Partial<Lock>, string, readonly string[]]
    >([
      ['is wired beside the one that is there', 'model-local', false, {}, {}, 'remote', ['local']],
      [
        'is, where it came along with another',
        'model-local',
        false,
        { 'model-local': 'x' },
        {},
        'remote',
        ['local'],
      ],
      [
        'is, where a lock from before knows of none',
        'model-local',
        false,
        yours,
        {},
        'remote',
        ['local'],
      ],
      [
        'stays where it is, asked for again',
        'model-local',
        false,
        yours,
        listed,
        'remote',
        ['local'],
      ],
      [
        'stays where it is, as something else is asked for',
        'slack',
        false,
        yours,
        listed,
        'remote',
        ['local'],
      ],
      [
        'stays out, where a lock from before knows of none',
        'slack',
        false,
        yours,
        {},
        'remote',
        [],
      ],
      [
        'that is to be the one leaves its place to the one before',
        'model-local',
        true,
        yours,
        listed,
        'local',
        ['remote'],
      ],
      [
        'that is new and to be the one has the one before listed',
        'model-local',
        true,
        {},
        {},
        'local',
        ['remote'],
      ],
      [
        'that came along is not listed',
        'model-local',
        true,
        { 'model-remote': 'x' },
        {},
        'local',
        [],
      ],
      ['for tests is not listed', 'model-scripted', false, {}, {}, 'remote', []],
      [
        'for tests is not listed as it leaves',
        'model-local',
        true,
        { 'model-scripted': 'you' },
        { slots: { ...slots, model: 'model-scripted' } },
        'local',
        [],
      ],
      [
        'that the agent chose by itself comes back, and the other stays',
        'model-choose',
        true,
        both,
        { slots: { ...slots, model: 'model-local' } },
        'choose',
        ['local'],
      ],
      [
        'that was asked for before there was an agent is there with it',
        'agent',
        false,
        yours,
        { slots: {} },
        'remote',
        ['local'],
      ],
    ])('%s', (_, names, use, by, some, one, others) => {
      const { model, models: beside } = models(names, use, by, some);
      expect([model?.key, beside.map(({ key }) => key)]).toEqual([one, others]);
    });

    it('that is asked for by name is there for its own sake', () => {
      const there = base({ ...agent, 'model-choose': 'you', 'model-remote': 'model-choose' });
      expect(selected(requestAdd(there, ['model-remote'], false, none), there)).toMatchObject({
        'model-remote': 'you',
      });
    });

    it('goes from the list as it is removed, and stays in it else', () => {
      const there = base({ ...agent, ...yours, slack: 'you' }, listed);
      const whole = { ...there, catalogue: { ...there.catalogue, components: all } };
      expect(requestRemove(whole, ['model-local']).request.models).toEqual([]);
      expect(requestRemove(whole, ['slack']).request.models).toEqual(['model-local']);
    });
  });

  it('what fills both slots with --use fills both', () => {
    expect(requestAdd(base(agent), ['both'], true, none).request.slots).toEqual({
      model: 'both',
      store: 'both',
    });
  });

  it('with --use what fills no slot changes none', () => {
    expect(requestAdd(base(agent), ['slack'], true, none).request.slots).toEqual({
      model: 'model-remote',
      store: 'store-file',
    });
  });

  it('two models with --use is refused', () => {
    expect(() => requestAdd(base(agent), ['model-scripted', 'model-remote'], true, none)).toThrow(
      refused('bad-usage', 'model-scripted and model-remote', '--use'),
    );
  });

  it('what nobody has is refused', () => {
    expect(() => requestAdd(base(agent), ['slak'], false, none)).toThrow(
      refused('unknown-component', 'slak', 'slack'),
    );
  });
});

describe('updating', () => {
  it('all is of all that is installed, and the template', () => {
    expect(ownersWith(requestUpdate(base(agent), [], none), 'update')).toEqual(
      [...Object.keys(agent), 'starter'].toSorted(),
    );
  });

  it('one is of that and what it requires', () => {
    const change = requestUpdate(base(chat), ['slack'], none);
    expect(ownersWith(change, 'update')).toEqual(['loop', 'server', 'slack']);
    expect(ownersWith(change, 'keep')).toEqual([
      'agent',
      'model-remote',
      'starter',
      'store-file',
      'tools',
    ]);
  });

  it.each([
    ['those that require it', 'loop', ['loop'], ['agent', 'loop', 'server', 'tools']],
    [
      'those that require these where these have news as well',
      'server',
      ['server'],
      ['loop', 'server', 'slack'],
    ],
    ['all the way up', 'loop', ['loop', 'server'], ['agent', 'loop', 'server', 'slack', 'tools']],
    ['not those that require something without news', 'loop', ['tools', 'slack'], ['loop']],
  ])('one that has news is of %s', (_, name, news, renewed) => {
    expect(ownersWith(requestUpdate(base(chat), [name], new Set(news)), 'update')).toEqual(renewed);
  });

  it('brings what an installed one requires now', () => {
    const { server, ...without } = chat;
    expect(server).toBe('slack');
    const change = requestUpdate(base(without), [], none);
    expect(selected(change)).toHaveProperty('server');
  });

  it.each([
    ['slack', 'not-found', 'slack is not installed here', 'agent'],
    ['slak', 'unknown-component', 'slak', 'slack'],
    ['constructor', 'unknown-component', 'constructor', ''],
  ])('%s, which is not installed, is refused', (name, code, message, hint) => {
    expect(() => requestUpdate(base(agent), [name], none)).toThrow(refused(code, message, hint));
  });

  it('with nothing installed is refused', () => {
    expect(() => requestUpdate(bare, ['loop'], none)).toThrow(
      refused('not-found', 'loop is not installed', 'nothing'),
    );
  });
});

describe('removing', () => {
  it('takes what came for its sake along', () => {
    expect(selected(requestRemove(base(chat), ['slack']))).toEqual(agent);
  });

  it.each([
    ['something else requires it', { ...chat, email: 'you' }, 'server'],
    ['the user asked for it', { ...chat, server: 'you' }, 'server'],
    ['the template brings it', { ...chat, server: 'template' }, 'server'],
  ])('leaves what came along where %s', (_, there, stays) => {
    const left = selected(requestRemove(base(there), ['slack']));
    expect(left).toHaveProperty(stays);
    expect(left).not.toHaveProperty('slack');
  });

  it('leaves what is required by what stays, and says for whom', () => {
    expect(selected(requestRemove(base({ ...chat, email: 'you' }), ['slack']))).toMatchObject({
      server: 'email',
    });
  });

  it('brings nothing to its registry’s version', () => {
    const change = requestRemove(base(chat), ['slack']);
    expect(ownersWith(change, 'update')).toEqual([]);
    expect(ownersWith(change, 'remove')).toEqual(['server', 'slack']);
    expect(ownersWith(change, 'keep')).toEqual([...Object.keys(agent), 'starter'].toSorted());
  });

  it.each([
    [['server'], 'server is needed by slack', 'Remove slack first'],
    [['loop'], 'loop is needed by agent, server', 'Remove them first'],
  ])('%j, which something needs, is refused', (names, message, hint) => {
    expect(() => requestRemove(base(chat), names)).toThrow(refused('conflict', message, hint));
  });

  it('what something needs together with that is fine', () => {
    expect(selected(requestRemove(base(chat), ['server', 'slack']))).toEqual(agent);
  });

  it('the model that is wired empties its slot', () => {
    const { request } = requestRemove(base(agent), ['model-remote']);
    expect(request.slots).toEqual({ store: 'store-file' });
    expect(resolve(request, more).wiring.model?.key).toBe('scripted');
  });

  it('all leaves nothing', () => {
    expect(selected(requestRemove(base(chat), Object.keys(chat)))).toEqual({});
  });

  it.each([
    ['email', 'not-found', 'email is not installed here'],
    ['emial', 'unknown-component', 'emial'],
    ['toString', 'unknown-component', 'toString'],
  ])('%s, which is not installed, is refused', (name, code, message) => {
    expect(() => requestRemove(base(chat), [name])).toThrow(refused(code, message, ''));
  });
});

describe('what no registry has', () => {
  const old = installed('you', { source: '../reg' });
  const gone = base(
    { ...agent, 'model-old': old, 'tool-old': old, email: 'model-old' },
    {
      slots: { model: 'model-old', store: 'store-file' },
      wires: { 'model-old': [wire('model', 'old')], 'tool-old': [wire('tools', 'old')] },
    },
  );
  const changes: readonly (readonly [string, (there: InstalledState) => ChangeRequest])[] = [
    ['nothing', requestNothing],
    ['an update', (there) => requestUpdate(there, [], none)],
    [
      'an update of itself',
      (there) => requestUpdate(there, ['model-old'], new Set(['model-old', 'tool-old'])),
    ],
    ['an update of another', (there) => requestUpdate(there, ['agent'], new Set(['model-old']))],
    ['another', (there) => requestAdd(there, ['slack'], false, none)],
    ['itself', (there) => requestAdd(there, ['model-old'], false, none)],
    ['a removal of another', (there) => requestRemove(there, ['store-file'])],
  ];

  it.each(changes)('stays as it is, whoever asks for %s', (_, asking) => {
    const change = asking(gone);
    expect([change.actions.get('model-old'), change.actions.get('tool-old')]).toEqual([
      'keep',
      'keep',
    ]);
    expect(selected(change, gone)).toMatchObject({
      'model-old': 'you',
      'tool-old': 'you',
      email: 'model-old',
    });
  });

  it.each(changes)('keeps what it has wired, and its slot, whoever asks for %s', (_, asking) => {
    const change = asking(gone);
    expect(change.request.slots).toHaveProperty('model', 'model-old');
    const { model, tools } = wired(change, gone);
    expect([model?.key, tools.map(({ key }) => key)]).toEqual([
      'old',
      expect.arrayContaining(['old']),
    ]);
  });

  it('gives its slot to another that is to have it', () => {
    const change = requestAdd(gone, ['model-scripted'], true, none);
    expect(wired(change, gone).model?.key).toBe('scripted');
  });

  it('leaves when that is asked, with what came for its sake, and what it has wired', () => {
    const change = requestRemove(gone, ['model-old']);
    expect([ownersWith(change, 'remove'), selected(change, gone)]).toEqual([
      ['email', 'model-old'],
      expect.not.objectContaining({ 'model-old': 'you' }),
    ]);
    expect(wired(change, gone).model?.key).not.toBe('old');
  });

  it('keeps what came for its sake when another goes', () => {
    const there = base({ ...chat, gone: 'you', email: 'gone' });
    expect(selected(requestRemove(there, ['slack']), there)).toMatchObject({
      gone: 'you',
      email: 'gone',
    });
  });

  it('keeps what came for its sake from being removed', () => {
    expect(() =>
      requestRemove(base({ gone: 'you', server: 'gone', loop: 'server' }), ['server']),
    ).toThrow(refused('conflict', 'server is needed by gone', 'Remove gone first'));
  });

  const needed = base({ ...chat, server: installed('slack', { source: '../reg' }) });
  it.each<[string, (there: InstalledState) => ChangeRequest]>([
    ['nothing', requestNothing],
    ['an update', (there) => requestUpdate(there, [], none)],
    ['an update of what requires it', (there) => requestUpdate(there, ['slack'], none)],
    ['what requires it', (there) => requestAdd(there, ['email'], false, none)],
    ['a removal of another', (there) => requestRemove(there, ['model-remote'])],
  ])('and is required here is no error, whoever asks for %s', (_, asking) => {
    expect(selected(asking(needed), needed)).toMatchObject({ server: 'slack', slack: 'you' });
  });

  it('and is required here goes with what requires it', () => {
    expect(selected(requestRemove(needed, ['slack']), needed)).toEqual(agent);
  });
});
