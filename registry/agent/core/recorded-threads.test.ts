import { expect, test } from 'vitest';
import type { Event } from './event.ts';
import { recorded } from './recorded-threads.ts';
import { initial, reduce } from './thread.ts';

test.each(Object.entries(recorded))('%s', (_, { events, state }) => {
  const lines = events.trim().split('\n');
  const replayed = lines.map((line): Event => JSON.parse(line)).reduce(reduce, initial);
  expect({ open: undefined, ...replayed }).toMatchObject({ open: undefined, ...state });
});
