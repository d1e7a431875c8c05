import { describe, expect, it } from 'vitest';
import type { Status } from '../../../src/pipeline/report/component-status.ts';
import { statusClosing, statusHeadline } from '../../../src/pipeline/report/status-messages.ts';
import { installed, lock } from '../../support/pipeline/fixtures.ts';

describe('status', () => {
  const one = (name: string, some: Partial<Status> = {}): Status => ({
    name,
    you: 'as it was',
    upstream: 'as it was',
    news: [],
    edited: [],
    deleted: [],
    unfinished: [],
    refused: [],
    declined: [],
    moves: [],
    ...some,
  });
  const marked = one('loop', { you: 'edited', unfinished: ['src/agent/loop.ts'] });
  const tool = 'npx create-12-factor-agent@latest';

  it.each([
    ['nothing', [one('loop')], 'all up to date', []],
    ['an orphan', [one('loop', { upstream: 'gone' })], 'no updates', []],
    [
      'an edit',
      [one('loop', { you: 'edited' })],
      'all up to date',
      [`To review your edits: ${tool} diff loop`],
    ],
    [
      'refused hunks',
      [one('loop', { you: 'edited', refused: [{ path: 'src/agent/loop.ts', hunks: 2 }] })],
      'no updates, 2 refused hunks',
      [`To review your edits: ${tool} diff loop`],
    ],
    [
      'updates',
      [one('loop', { upstream: 'newer' }), one('thread', { upstream: 'newer', you: 'edited' })],
      '2 out of date',
      [`To review: ${tool} diff loop`, `To update: ${tool} update`],
    ],
    [
      'conflict markers, which are no update',
      [marked],
      'all up to date',
      [
        'Resolve the conflict markers first: src/agent/loop.ts',
        `To review your edits: ${tool} diff loop`,
      ],
    ],
    [
      'conflict markers and an update',
      [marked, one('thread', { upstream: 'newer' })],
      '1 out of date',
      [
        'Resolve the conflict markers first: src/agent/loop.ts',
        `To review: ${tool} diff thread`,
        `To update: ${tool} update`,
      ],
    ],
  ])('counts %s and names the next commands', (_, all, head, closing) => {
    const here = lock({ components: { loop: installed(), thread: installed() } });
    expect(statusHeadline(here, all, '0.2.0')).toBe(
      `written by 0.1.0 · this is 0.2.0 · 2 components, ${head}`,
    );
    expect(statusClosing(all, 'npm', undefined)).toEqual(closing);
  });
});
