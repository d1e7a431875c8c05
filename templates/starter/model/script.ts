import type { Event, Step } from '../core/event.ts';
import type { NextStep } from '../tools.ts';
import { releases } from '../tools/list_releases.ts';
import { scripted } from './scripted.ts';

const versions = releases.map(({ version }) => version);
const story = /ship|deploy|release|roll|staging|prod|version|\d\.\d/i;

/** Plays the model while there is no key. Takes version and target from the messages. */
export const script = scripted(nextStep, {
  about: 'It knows one story: releases.',
  example: 'ship 1.4.2 to production',
});

function nextStep(events: readonly Event[]): NextStep {
  const types = events.map(({ type }) => type);
  const turn = events.slice(types.lastIndexOf('message'));
  const said = turn.map(wordsOf).join(' ');
  const [version] = events
    .flatMap((event) => wordsOf(event).match(/\d+\.\d+\.\d+/g) ?? [])
    .slice(-1);
  if (!story.test(said))
    return done('I am only a script, and know one story. Try: ship 1.4.2 to production');
  if (!outcomeOf({ intent: 'list_releases' }, turn)) return { intent: 'list_releases' };
  if (version === undefined) return ask(`Which version: ${versions.join(', ')}?`);
  if (!versions.includes(version))
    return ask(`There is no ${version}. Which version: ${versions.join(', ')}?`);

  const targets = /prod/i.test(said)
    ? (['staging', 'production'] as const)
    : (['staging'] as const);
  for (const to of targets) {
    const deploy = { intent: 'deploy' as const, version, to };
    if (isDeployed(outcomeOf(deploy, events))) continue;
    const outcome = outcomeOf(deploy, turn);
    if (outcome === undefined) return deploy;
    if (outcome.type === 'approval' && outcome.edit)
      return done(describeEdit(outcome.edit.step, outcome.by, events));
    return done(`${version} is not on ${to}: ${wordsOf(outcome) || outcome.type}.`);
  }
  return done(`${version} is on ${targets[targets.length - 1]}.`);
}

const ask = (question: string): NextStep => ({ intent: 'request_clarification', question });
const done = (message: string): NextStep => ({ intent: 'done_for_now', message });

/** Says how the step ended that a person wanted in place of another. */
function describeEdit({ version, to }: Step, by: string, events: readonly Event[]): string {
  const [last] = events
    .filter(({ type }) => type === 'tool_result' || type === 'tool_error')
    .slice(-1);
  const isDone = last?.type === 'tool_result';
  return `${version} is ${isDone ? '' : 'not '}on ${to}, as ${by} changed it.`;
}

/** Returns the words of a person or an error. */
function wordsOf(event: Event): string {
  if (event.type === 'message' || event.type === 'human_response') return event.text ?? '';
  if (event.type === 'approval') return event.comment ?? '';
  return event.type === 'tool_error' ? event.error : '';
}

/** Whether a result says so, or a person who was asked to check after a crash. */
const isDeployed = (outcome: Event | undefined): boolean =>
  outcome?.type === 'tool_result' ||
  (outcome?.type === 'human_response' && !/\b(no|not|never|fail)/i.test(outcome.text));

/** Returns the outcome of the last call of exactly this step, its fields in the same order. */
function outcomeOf(step: Step, events: readonly Event[]): Event | undefined {
  const wanted = JSON.stringify(step);
  const calls = events.filter((event) => event.type === 'tool_call');
  const [call] = calls.filter((one) => JSON.stringify(one.step) === wanted).slice(-1);
  if (!call) return undefined;
  const ofCall = events.filter((event) => 'call_id' in event && event.call_id === call.call_id);
  return ofCall.slice(-1)[0];
}
