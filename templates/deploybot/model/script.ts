import * as z from 'zod';
import { callsIn, type Event, type Step } from '../core/event.ts';
import { firstMessage } from '../core/thread.ts';
import type { RollbackStep } from '../rollback/tools.ts';
import { services, type Service } from '../target/target.ts';
import type { NextStep } from '../tools.ts';
import { scripted } from './scripted.ts';

/** Plays the model of both agents while there is no key. */
export const script = scripted(
  (all) => {
    const events = all.filter(({ type }) => type !== 'delivery');
    if (firstMessage(events)?.agent === 'rollback') return rollBackStep(events);
    return deployStep(events);
  },
  { about: 'It knows one story: a release.', example: 'pull request 42 was merged' },
);

const Facts = z.object({ running: z.record(z.string(), z.string()) });

/** Proposes the newest tag, or what people said in place of it. */
function deployStep(events: readonly Event[]): NextStep {
  const { data } = Facts.safeParse(firstMessage(events)?.data);
  if (!data) return done('I deploy for the pipeline only. Try: pull request 42 was merged');
  const said = events.slice(1).map(wordsOf);
  const known = tagsKnown(events);
  const [newest = ''] = known;
  const [tag = newest] = said.flatMap(tagsIn).slice(-1);
  if (!known.includes(tag)) return findTag(tag, events);

  const deployed = stepsThatRan('deploy', events);
  const isDone = (service: Service) =>
    deployed.some((step) => step['service'] === service && step['tag'] === tag) ||
    data.running[service] === tag;
  const report = services.filter(isDone).map((service) => `${service} ${tag}`);
  if (services.every((service) => data.running[service] === tag))
    return done(`${tag} runs already.`);
  const sentence = `I deployed ${report.join(' and ') || 'nothing'}`;
  if (isStopped(events)) return done(`${sentence}: ${said.slice(-1)[0] || 'no answer'}.`);
  const next = orderIn(said).find((service) => !isDone(service));
  if (!next) return done(`${sentence}.`);
  return { intent: 'deploy', service: next, tag };
}

const tagsIn = (value: unknown) => JSON.stringify(value).match(/\d+\.\d+\.\d+/g) ?? [];

/** Looks once more before it asks. */
function findTag(tag: string, events: readonly Event[]): NextStep {
  const [last] = events.filter(({ type }) => type === 'tool_call').slice(-1);
  const hasLooked = last?.type === 'tool_call' && last.step.intent === 'list_tags';
  if (!hasLooked) return { intent: 'list_tags' };
  return ask(`There is no tag ${tag}. Which one?`);
}

/** Takes back what has changed, the frontend first. */
function rollBackStep(events: readonly Event[]): RollbackStep {
  const Failure = z.object({ before: Running, after: Running });
  const { before, after } = Failure.parse(firstMessage(events)?.data);
  if (isStopped(events)) return done('I was told to stop.');
  const changed = orderIn([]).filter((service) => before[service] !== after[service]);
  const back = stepsThatRan('roll_back', events).length;
  const service = changed[back];
  if (!service) return done(`I took back ${changed.join(' and ')}.`);
  return { intent: 'roll_back', service, tag: before[service] };
}

const Running = z.object({ backend: z.string(), frontend: z.string() });

const ask = (question: string) => ({ intent: 'request_clarification' as const, question });
const done = (message: string) => ({ intent: 'done_for_now' as const, message });

/** The services that people want, in their order. */
function orderIn(said: readonly string[]): readonly Service[] {
  const all = said.join('\n');
  if (/only the back ?end/i.test(all)) return ['backend'];
  if (/only the front ?end/i.test(all)) return ['frontend'];
  if (/back ?end first/i.test(all)) return ['backend', 'frontend'];
  return ['frontend', 'backend'];
}

/** Whether the last that happened is a no, without anything to do in place of it. */
function isStopped(events: readonly Event[]): boolean {
  const last = events[events.length - 1];
  if (last?.type === 'expired') return true;
  if (last?.type === 'human_response') return /\b(no|stop|leave)\b/i.test(last.text);
  if (last?.type !== 'approval' || last.approved) return false;
  return !/back ?end first|only the|\d\.\d/i.test(last.comment ?? '');
}

/** Returns the words of a person. The tag of a step that they edited is one. */
function wordsOf(event: Event): string {
  if (event.type === 'message' || event.type === 'human_response') return event.text ?? '';
  if (event.type !== 'approval') return '';
  return [event.comment, event.edit?.step['tag']].join(' ').trim();
}

/** Returns the steps of an intent that took effect. After a crash, a person says so. */
function stepsThatRan(intent: string, events: readonly Event[]): readonly Step[] {
  const calls = callsIn(events).filter(({ step }) => step.intent === intent);
  const ran = calls.filter(({ call_id }) =>
    events.some((event) => 'call_id' in event && event.call_id === call_id && isSuccess(event)),
  );
  return ran.map(({ step }) => step);
}

function isSuccess(event: Event): boolean {
  if (event.type === 'human_response') return !/\b(no|not|never|fail)/i.test(event.text);
  return event.type === 'tool_result';
}

/** Returns the tags that were fetched or listed, in the order in which they came. */
function tagsKnown(events: readonly Event[]): readonly string[] {
  return events.flatMap((event) => {
    if (event.type !== 'prefetched' && event.type !== 'tool_result') return [];
    // Deployments are no lists.
    return Array.isArray(event.result) ? tagsIn(event.result) : [];
  });
}
