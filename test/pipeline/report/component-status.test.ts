import { describe, expect, it } from 'vitest';
import { hash } from '../../../src/pipeline/text/hash.ts';
import { hasNews, type Status, statusOf } from '../../../src/pipeline/report/component-status.ts';
import { statusRows } from '../../../src/pipeline/report/status-messages.ts';
import type { Component } from '../../../src/pipeline/registry/component.ts';
import type { Decision, FileAction } from '../../../src/pipeline/decide/decision.ts';
import {
  catalogue,
  component,
  installed,
  lock,
  locked,
  wanted,
} from '../../support/pipeline/fixtures.ts';

const path = 'src/agent/loop.ts';
const marked = '<<<<<<< yours\na\n=======\nb\n>>>>>>> upstream\n';
const changes = [
  { version: '0.3.0', sentence: 'Newest.' },
  { version: '0.2.0', sentence: 'Newer.' },
  { version: '0.1.0', sentence: 'First version.' },
];
const decided = (some: Partial<Decision> = {}): Decision => ({
  path,
  role: 'source',
  owner: 'loop',
  before: locked('a'),
  mine: 'a',
  theirs: 'a',
  base: 'a',
  adaptedTheirs: 'a',
  edited: false,
  action: { kind: 'unchanged' },
  ...some,
});

/** Returns the status of a component `loop` with the hash `then` in the lock, `now` upstream. */
function statusWith(
  now: string,
  decisions: readonly Decision[],
  orphans: readonly Component[] = [],
): Status {
  const here = lock({ components: { loop: installed('you', { hash: hash('then') }) } });
  const { lock: rest } = wanted();
  const wants = wanted([], {
    lock: { ...rest, components: { loop: installed('you', { hash: hash(now) }) } },
  });
  const all = catalogue(orphans.length > 0 ? [] : [component('loop', { changes })], orphans);
  const [status, ...others] = statusOf(here, all, wants, decisions);
  expect(others).toEqual([]);
  if (!status) throw new Error('There is no status.');
  return status;
}
const rowOf = (status: Status) => statusRows([status])[0];

describe('a component', () => {
  it.each<[string, Partial<Decision>, Status['you']]>([
    ['as it was', {}, 'as it was'],
    ['edited', { mine: 'b', edited: true, action: { kind: 'keep-mine' } }, 'edited'],
    ['deleted', { mine: undefined, action: { kind: 'keep-mine' } }, 'deleted'],
    ['new, which nobody edited', { before: undefined, edited: true }, 'as it was'],
  ])('is %s', (_, some, you) => {
    expect(statusWith('then', [decided(some)])).toMatchObject({
      you,
      upstream: 'as it was',
      news: [],
    });
  });

  it('is newer where its registry has another, and says what is new', () => {
    const status = statusWith('now', [decided()]);
    expect(status).toMatchObject({ upstream: 'newer', news: changes.slice(0, 2) });
    expect([rowOf(status), hasNews(status)]).toEqual([
      ['loop', '-', 'newer', 'Newest. (0.3.0, and 1 more)'],
      true,
    ]);
  });

  it('that no registry has is gone, not newer, and stays', () => {
    const status = statusWith('then', [], [component('loop')]);
    expect(status).toMatchObject({ you: 'as it was', upstream: 'gone', news: [] });
    expect([rowOf(status), hasNews(status)]).toEqual([
      ['loop', '-', 'gone', 'not found in its registry: it stays as it is'],
      false,
    ]);
  });

  it('with markers in it is something to do, and no news', () => {
    const status = statusWith('then', [
      decided({ mine: marked, edited: true, action: { kind: 'keep-mine' } }),
    ]);
    expect(status).toMatchObject({ you: 'edited', upstream: 'as it was', unfinished: [path] });
    expect([rowOf(status)?.[3], hasNews(status)]).toEqual([`conflict markers in ${path}`, true]);
  });
});

describe('a file with refused hunks', () => {
  const before = locked('a', { taken: hash('b') });
  const refused = { taken: 'b', hash: hash('b'), hunks: 2 };
  const kept = { before, edited: true, mine: 'm', action: { kind: 'keep-mine' } } as const;

  it('is listed, and is no news', () => {
    const status = statusWith('then', [decided({ ...kept, refused })]);
    expect(status.refused).toEqual([{ path, hunks: 2 }]);
    expect([rowOf(status), hasNews(status)]).toEqual([
      ['loop', 'edited', '-', `2 refused hunks in ${path}`],
      false,
    ]);
  });

  it('is listed beside the news', () => {
    const sentence = `Newest. (0.3.0, and 1 more); 2 refused hunks in ${path}`;
    expect(rowOf(statusWith('now', [decided({ ...kept, refused })]))?.[3]).toBe(sentence);
  });

  it('that update would take now is news', () => {
    const action = { kind: 'merged', text: 'x' } as const;
    expect(hasNews(statusWith('then', [decided({ ...kept, action })]))).toBe(true);
  });
});

it('a file of the user’s own is named, as it is not compared', () => {
  const before = locked('a', { declined: true });
  const status = statusWith('then', [
    decided({ before, mine: 'm', action: { kind: 'keep-mine' } }),
  ]);
  expect([rowOf(status), hasNews(status)]).toEqual([
    ['loop', '-', '-', `not compared, your own: ${path}`],
    false,
  ]);
});

describe('what is wired', () => {
  const text = 'model: claude()';

  it.each<[string, FileAction, Status['upstream']]>([
    ['and would be wired anew is news', { kind: 'take-theirs', text }, 'newer'],
    ['and would be merged with the user’s own is news', { kind: 'merged', text }, 'newer'],
    ['and would be a conflict is news', { kind: 'conflict', why: 'both', theirs: text }, 'newer'],
    ['as it is, is none', { kind: 'unchanged' }, 'as it was'],
    ['and edited by the user is none', { kind: 'keep-mine' }, 'as it was'],
  ])('%s, though the component that has the file is as it was', (_, action, upstream) => {
    expect(statusWith('then', [decided({ role: 'rendered', action })]).upstream).toBe(upstream);
  });
});

it('what is as it was has no row', () => {
  expect(statusRows([statusWith('then', [decided()])])).toEqual([]);
});
