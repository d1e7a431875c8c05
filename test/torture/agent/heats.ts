import type { Random } from '../../support/random.ts';
import type { Racer } from './racer.ts';
import type { Play } from './victim.ts';

/** A kind of race: the step that the thread waits at, and what everybody then does at once. */
export type Kind = {
  readonly name: string;
  readonly step: Play;
  readonly does: readonly [Racer['does'], ...Racer['does'][]];
};

const asked: Play = { intent: 'careful', what: 'production', ends: 'well', gate: 'ask' };

export const kinds: readonly Kind[] = [
  { name: 'approve or deny', step: asked, does: ['approve', 'deny'] },
  { name: 'answer', step: { intent: 'ask', question: 'Which one?' }, does: ['answer'] },
  {
    name: 'report',
    step: { intent: 'careful', what: 'payment', ends: 'later', gate: 'run' },
    does: ['arrive', 'fail'],
  },
  { name: 'too late or not', step: asked, does: ['approve', 'deny', 'expire'] },
  { name: 'everything', step: asked, does: ['approve', 'deny', 'say', 'cancel', 'expire'] },
];

/** Many racers of one kind, in an order that follows from the seed. */
export function racersOf({ does }: Kind, count: number, { one }: Random): readonly Racer[] {
  return Array.from({ length: count }, (_, n) => ({
    n,
    does: one(does),
    by: one(['ada', 'bob', 'eve']),
  }));
}
