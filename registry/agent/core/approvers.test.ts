import { expect, test } from 'vitest';
import {
  approversOf,
  endorsersOf,
  lacksApprovers,
  mayApprove,
  withLack,
  type ApproverRules,
} from './policy.ts';
import type { Event, Objection } from './event.ts';

const at = '2026-01-01T00:00:00.000Z';
const call_id = 't:1';
const step = { intent: 'write' };
/** Ada asks. */
const asked: Event = { type: 'message', channel: 'test', from: 'ada', text: 'go', at };
const endorsed = (by: string, id = call_id): Event => ({ type: 'endorsed', call_id: id, by, at });
const edited = (by: string): Event => ({
  type: 'approval',
  call_id: 't:0',
  approved: false,
  by,
  at,
  edit: { call_id, step, awaits: 'approval' },
});
const teams: Record<string, unknown> = { ops: ['ada', 'bob', ''], bad: Promise.resolve(['eve']) };
const groups = (name: string) => {
  if (name === 'down') throw new Error('no directory');
  return teams[name] as readonly string[];
};
const named: ApproverRules = { approvers: ['ada', 'bob'], groups };
const local: ApproverRules = { approvers: [], groups };

type Rights = Omit<Extract<Objection, { ask: string }>, 'ask'>;
type Row = [
  name: string,
  rights: Rights,
  policy: ApproverRules,
  events: readonly Event[],
  expected: { names: readonly string[]; given?: readonly string[]; lack?: string },
];

test.each<Row>([
  ['the policy alone', {}, named, [], { names: ['ada', 'bob'] }],
  ['its own names', { approvers: ['eve'] }, named, [], { names: ['eve'] }],
  ['a name twice', { approvers: ['eve', 'eve'] }, named, [], { names: ['eve'] }],
  ['a group', { approvers: ['@ops'] }, named, [], { names: ['ada', 'bob'] }],
  ['a group and its member', { approvers: ['bob', '@ops'] }, named, [], { names: ['bob', 'ada'] }],
  ['a group in the policy', {}, { ...named, approvers: ['@ops'] }, [], { names: ['ada', 'bob'] }],
  [
    'an unknown group',
    { approvers: ['@none'] },
    named,
    [],
    { names: [], lack: '1 needed, no one may' },
  ],
  [
    'a group that is a promise',
    { approvers: ['@bad'] },
    named,
    [],
    { names: [], lack: '1 needed, no one may' },
  ],
  [
    'a group that throws',
    { approvers: ['@down'] },
    named,
    [],
    { names: [], lack: '1 needed, no one may' },
  ],
  [
    'a group without `groups`',
    { approvers: ['@ops'] },
    { approvers: ['bob'] },
    [],
    { names: [], lack: '1 needed, no one may' },
  ],
  ['no one', { approvers: [] }, local, [], { names: [], lack: '1 needed, no one may' }],
  ['not the requester', { not_requester: true }, named, [], { names: ['bob'] }],
  ['two', { count: 2 }, named, [], { names: ['ada', 'bob'] }],
  [
    'two, not the requester',
    { count: 2, not_requester: true },
    named,
    [],
    { names: ['bob'], lack: '2 needed, only bob may' },
  ],
  ['one of two', { count: 2 }, named, [endorsed('bob')], { names: ['ada', 'bob'], given: ['bob'] }],
  [
    'the same twice',
    { count: 3 },
    named,
    [endorsed('bob'), endorsed('bob')],
    {
      names: ['ada', 'bob'],
      given: ['bob'],
      lack: '3 needed, only ada, bob may',
    },
  ],
  ['another call', { count: 2 }, named, [endorsed('bob', 't:9')], { names: ['ada', 'bob'] }],
  ['one who may not', { count: 2 }, named, [endorsed('eve')], { names: ['ada', 'bob'] }],
  ['the editor', { count: 2 }, named, [edited('bob')], { names: ['ada', 'bob'], given: ['bob'] }],
  ['the editor, who may not', {}, named, [edited('eve')], { names: ['ada', 'bob'] }],
  ['the person at this machine', {}, local, [], { names: [] }],
  [
    'two at this machine',
    { count: 2 },
    local,
    [endorsed('ada'), endorsed('bob')],
    { names: [], lack: '2 needed, only you at this machine may' },
  ],
])('who may approve, by a rule that wants %s', (_, rights, policy, events, expected) => {
  const objection = { ask: 'why', ...rights };
  const call = { call_id, objection };
  const approvers = approversOf(call, [asked, ...events], policy);
  const { names, given } = approvers;
  expect(lacksApprovers(approvers)).toBe(expected.lack !== undefined);
  const { lack, ...people } = expected;
  expect({ names, given }).toEqual({ given: [], ...people });
  const text = lack === undefined ? '' : ` (too few can approve it: ${lack})`;
  expect(withLack(objection, [asked], policy)).toEqual({ ...objection, ask: `why${text}` });
});

test.each<[string, { name: unknown; isLocal?: boolean }, Rights, ApproverRules, boolean]>([
  ['a name in the list', { name: 'ada' }, {}, named, true],
  ['another name', { name: 'eve' }, {}, named, false],
  ['another name at this machine', { name: 'eve', isLocal: true }, {}, named, false],
  ['the person at this machine, without a list', { name: 'you', isLocal: true }, {}, local, true],
  ['any name, without a list', { name: 'local' }, {}, local, false],
  ['a member of a group', { name: 'bob' }, { approvers: ['@ops'] }, local, true],
  ['the name of a group', { name: '@ops' }, { approvers: ['@ops'] }, local, false],
  [
    'the person at this machine, if a rule names others',
    { name: 'you', isLocal: true },
    {
      approvers: ['eve'],
    },
    local,
    false,
  ],
  [
    'the person at this machine, if a rule names no one',
    { name: 'you', isLocal: true },
    {
      approvers: [],
    },
    local,
    false,
  ],
  ['the requester', { name: 'ada' }, { not_requester: true }, named, false],
  [
    'the requester at this machine',
    { name: 'ada', isLocal: true },
    {
      not_requester: true,
    },
    local,
    false,
  ],
  ['an empty name that is listed', { name: '' }, { approvers: [''] }, named, false],
  ['no name', { name: undefined }, {}, named, false],
])('%s', (_, person, rights, policy, may) => {
  const objection = { ask: 'why', ...rights };
  const approvers = approversOf({ call_id, objection }, [asked], policy);
  expect(mayApprove(person as never, approvers)).toBe(may);
});

test('a person who approved is counted once', () => {
  expect(endorsersOf(call_id, [edited('bob'), endorsed('bob'), endorsed('ada')])).toEqual([
    'bob',
    'ada',
  ]);
});
