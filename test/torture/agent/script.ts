import type { Thread } from '../../../registry/agent/core/store.ts';
import { AGAIN, type Play } from './victim.ts';

const well = { ends: 'well', gate: 'run' } as const;
const late = { ends: 'later', gate: 'run' } as const;
const asked = { ends: 'well', gate: 'ask' } as const;

/** One of everything that a thread can meet. */
export const script: readonly Play[] = [
  { intent: 'repeatable', what: 'notes', ...well },
  { intent: 'careful', what: 'staging', ...well },
  { intent: 'careful', what: 'production', ...asked },
  { intent: 'repeatable', what: 'mail', ends: 'badly', gate: 'run' },
  { intent: 'careful', what: 'database', ends: 'well', gate: 'deny' },
  { intent: 'careful', what: 'archive', ...asked },
  { intent: 'ask', question: 'Which one? \u{1f642}\u2028\0"\\' },
  { intent: 'repeatable', what: 'export', ...late },
  { intent: 'careful', what: 'payment', ...late },
  { intent: 'repeatable', what: 'silence', ...late },
  { intent: 'ask', question: 'Is nobody there?' },
  { intent: 'careful', what: 'detour', ...asked },
  { intent: 'done' },
];

/**
 * What a person or the outside does; the process that they ask carries it out. `aheadMs` moves its
 * clock forward.
 */
export type Order = { readonly aheadMs: number; readonly deed?: Deed };
export type Deed =
  | {
      readonly do: 'approve';
      readonly call: string;
      readonly approved: boolean;
      readonly by: string;
    }
  | { readonly do: 'answer'; readonly call: string; readonly by: string; readonly text: string }
  | { readonly do: 'say'; readonly text: string }
  | { readonly do: 'report'; readonly call: string };

/** A line of what tools did: `began` is written first, `took` is the effect itself. */
export type Effect = {
  readonly phase: 'began' | 'took';
  readonly key: string;
  readonly attempt: number;
  readonly what: string;
};

const MINUTE_MS = 60_000;
const MONTH_MS = 31 * 86_400_000;

/** What comes next in a thread that waits, or that a dead process holds; none once it is over. */
export function next(
  { state }: Thread,
  effects: readonly Effect[],
  aheadMs: number,
): Order | undefined {
  const { status, open } = state;
  const call = open?.call_id ?? '';
  const step = open?.step;
  switch (status) {
    case 'waiting_for_approval':
      if (step?.['what'] === 'detour') return { aheadMs, deed: { do: 'say', text: 'leave that' } };
      return {
        aheadMs,
        deed: { do: 'approve', call, approved: step?.['what'] !== 'archive', by: 'ada' },
      };
    case 'waiting_for_human': {
      if (open?.reason === undefined && step?.['question'] === 'Is nobody there?')
        return { aheadMs: aheadMs + MONTH_MS };
      const isDone =
        open?.reason === undefined ||
        effects.some(({ key, phase }) => key === call && phase === 'took');
      return { aheadMs, deed: { do: 'answer', call, by: 'ada', text: isDone ? 'go on' : AGAIN } };
    }
    case 'waiting_for_result':
      if (step?.['what'] === 'silence' && open?.attempt === 1)
        return { aheadMs: aheadMs + 61 * MINUTE_MS };
      return { aheadMs, deed: { do: 'report', call } };
    case 'running':
      return { aheadMs: aheadMs + MINUTE_MS };
    case 'thinking':
    case 'ready':
      return { aheadMs };
    default:
      return undefined;
  }
}
