import type { Event } from '../../../registry/agent/core/event.ts';
import { initial, reduce } from '../../../registry/agent/core/thread.ts';
import type { Run } from './racer.ts';

/** A race as it was seen from outside: the first `before` events were there when it began. */
export type Race = {
  readonly before: number;
  readonly call: string;
  readonly events: readonly Event[];
  readonly runs: readonly Run[];
  readonly ran: readonly string[];
};

const answers: readonly Event['type'][] = [
  'approval',
  'human_response',
  'expired',
  'tool_result',
  'tool_error',
];

/**
 * What is wrong with a race for the answer to one call: who was first settles it, and everybody
 * else is told.
 */
export function judgeRace(race: Race): readonly string[] {
  const { before, call, events, runs, ran } = race;
  const winner = events[before];
  const isApproved = winner?.type === 'approval' && winner.approved;
  const settling = events.filter((event) => isAnswer(event, call)).length;
  const isWon = winner !== undefined && isAnswer(winner, call);
  return [
    ...accounts(race),
    ...(winner === undefined ? ['nobody won'] : []),
    // Once approved, the call also has the result of its run.
    ...(settling > Number(isWon) + ran.length ? [`${settling} answers were applied`] : []),
    ...(ran.length > Number(isApproved) ? [`the tool ran ${ran.length} times`] : []),
    ...runs.flatMap((run) => refusal(run, winner)),
  ];
}

/**
 * Every event was appended by one racer, at one version, and counted; every event that a racer
 * appended is there.
 */
export function accounts({ before, events, runs }: Omit<Race, 'call' | 'ran'>): readonly string[] {
  const wrong = runs.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const appended = runs.flatMap((run) => run.appended);
  for (const { version, event } of appended)
    if (JSON.stringify(events[version]) !== event)
      wrong.push(`version ${version} was acknowledged as ${event}`);
  if (new Set(appended.map(({ version }) => version)).size < appended.length)
    wrong.push('a version is there twice');
  if (events.length !== before + appended.length)
    wrong.push(`${events.length} events, of which ${appended.length} were acknowledged`);
  let state = initial;
  for (const [version, event] of events.entries()) {
    const next = reduce(state, event);
    if (next === state) wrong.push(`${event.type} at ${version} changed nothing`);
    state = next;
  }
  return wrong;
}

const isAnswer = (event: Event, call: string) =>
  answers.includes(event.type) && 'call_id' in event && event.call_id === call;

/** Whoever changed nothing was told so, and who was first. */
function refusal(
  { n, does, appended, refused, fault }: Run,
  winner: Event | undefined,
): readonly string[] {
  if (appended.length > 0) return refused === undefined ? [] : [`${n} was refused, and applied`];
  if (refused === undefined)
    return does === 'expire' || does === 'cancel' ? [] : [`${n} ${does} was neither`];
  const isTold =
    does === 'say' ? refused.includes('was cancelled') : refused.includes(firstOf(winner));
  return isTold && fault === 'late' ? [] : [`${n} ${does} was refused as ${fault}: ${refused}`];
}

/** What a refusal says of who was first. */
function firstOf(winner: Event | undefined): string {
  switch (winner?.type) {
    case 'approval':
      return `${winner.approved ? 'approved' : 'denied'} by ${winner.by}`;
    case 'human_response':
      return `by ${winner.by}`;
    case 'expired':
      return 'it expired';
    case 'tool_result':
    case 'tool_error':
      return 'its outcome is known';
    default:
      return 'is not waiting';
  }
}
