import type { EventOf } from '../../../registry/agent/core/event.ts';
import { initial, reduce } from '../../../registry/agent/core/thread.ts';
import type { Played } from './episode.ts';
import { AGAIN, type Play } from './victim.ts';

/**
 * `lost`: something acknowledged is not there. `twice`: a tool ran that must not. `other`: what
 * else is wrong.
 */
export type Fault = { readonly kind: 'lost' | 'twice' | 'other'; readonly what: string };

type Ran = Pick<Played, 'events' | 'effects'>;

/** What is wrong with a thread that was played to its end by processes that were killed. */
export function judge(record: Played, script: readonly Play[]): readonly Fault[] {
  return [
    ...record.complaints.map((what): Fault => ({ kind: 'other', what })),
    ...losses(record),
    ...replay(record),
    ...runs(record, script),
    ...ending(record, script),
  ];
}

/**
 * Each acknowledged event is at its version, byte for byte, and each version was acknowledged once.
 */
function losses({ acknowledged, events }: Played): readonly Fault[] {
  const seen = new Set<number>();
  return acknowledged.flatMap(({ version, event }): Fault[] => {
    if (JSON.stringify(events[version]) !== event)
      return [{ kind: 'lost', what: `version ${version} was acknowledged as ${event}` }];
    if (seen.has(version))
      return [{ kind: 'lost', what: `version ${version} was acknowledged twice` }];
    seen.add(version);
    return [];
  });
}

/**
 * Every event counted when it came, all of them are listed, and they are what the last process saw.
 */
function replay({ events, listed, seen }: Played): readonly Fault[] {
  let state = initial;
  const idle = events.flatMap((event, version): Fault[] => {
    const before = state;
    state = reduce(before, event);
    return state === before
      ? [{ kind: 'other', what: `${event.type} at ${version} changed nothing` }]
      : [];
  });
  const wrong: string[] = [];
  if (JSON.stringify(state) !== seen)
    wrong.push(`it replays to ${JSON.stringify(state)}, and was ${seen}`);
  if (listed?.version !== events.length || listed.status !== state.status)
    wrong.push(
      `${events.length} events in ${state.status} are listed as ${JSON.stringify(listed)}`,
    );
  return [...idle, ...wrong.map((what): Fault => ({ kind: 'other', what }))];
}

/**
 * Each run was claimed before, by nobody else, and not before the claim ahead of it was over. A
 * process whose claim was saved late claims once more.
 */
export function runs({ events, effects }: Ran, script: readonly Play[]): Fault[] {
  const faults: Fault[] = [];
  const claims = events.filter(
    (event): event is EventOf<'tool_started'> => event.type === 'tool_started',
  );
  const ran = new Set<string>();
  for (const { key, attempt, what } of effects.filter(({ phase }) => phase === 'began')) {
    const isCareful = script.some(
      (step) => 'what' in step && step.what === what && step.intent === 'careful',
    );
    if (ran.has(`${key} ${attempt}`))
      faults.push({ kind: 'twice', what: `attempt ${attempt} of ${key}, ${what}` });
    else if (isCareful && ran.has(key)) faults.push({ kind: 'twice', what: `${key}, ${what}` });
    ran.add(`${key} ${attempt}`).add(key);
    if (!claims.some(({ call_id, ...claim }) => call_id === key && claim.attempt === attempt))
      faults.push({
        kind: 'other',
        what: `attempt ${attempt} of ${key}, ${what}, ran without a claim`,
      });
  }
  for (const [index, claim] of claims.entries()) {
    const before = claims[index - 1];
    const isSameCall = before?.call_id === claim.call_id && before.by !== claim.by;
    if (isSameCall && before.lease_until >= claim.at)
      faults.push({
        kind: 'other',
        what: `${claim.call_id} was claimed at ${claim.at}, before ${before.lease_until}`,
      });
  }
  return faults;
}

/**
 * The whole script was played in order, nothing again but where a person asked for it, and it all
 * took effect.
 */
export function ending({ events, effects }: Ran, script: readonly Play[]): Fault[] {
  const wrong: string[] = [];
  const twice: string[] = [];
  const chosen: string[] = [];
  for (const [version, event] of events.entries()) {
    if (event.type !== 'tool_call') continue;
    const before = events[version - 1];
    const step = JSON.stringify(event.step);
    if (before?.type !== 'human_response' || before.text !== AGAIN) chosen.push(step);
    else if (step !== chosen.at(-1))
      wrong.push(`version ${version} is another step than the one to repeat`);
  }
  if (JSON.stringify(chosen) !== JSON.stringify(script.map((step) => JSON.stringify(step))))
    wrong.push(`not the script was played, but ${chosen.join(' ')}`);
  for (const step of script) {
    if (!('what' in step)) continue;
    const took = effects.filter(({ what, phase }) => what === step.what && phase === 'took').length;
    const isDue = step.ends !== 'badly' && (step.gate === 'run' || step.what === 'production');
    const isTwice = isDue && step.intent === 'careful' && took > 1;
    const isRight = isDue ? took >= 1 && !isTwice : took === 0;
    if (!isRight) (isTwice ? twice : wrong).push(`${step.what} took effect ${took} times`);
  }
  return [
    ...twice.map((what): Fault => ({ kind: 'twice', what })),
    ...wrong.map((what): Fault => ({ kind: 'other', what })),
  ];
}
