import type { Event } from '../../../registry/agent/core/event.ts';

/** A message of ada, at a fixed time. */
export const said = (text: string): Event => ({
  type: 'message',
  channel: 'test',
  from: 'ada',
  text,
  at: '2026-01-01T00:00:00.000Z',
});

/** The index of a thread that waits for its model. */
export const thinking = { status: 'thinking' } as const;
