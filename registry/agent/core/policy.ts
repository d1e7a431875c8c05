import type { Ask, Call, Event, Step } from './event.ts';
import { ownerOf, type State } from './thread.ts';
import type { ThreadView } from './thread-view.ts';

/** Limits since a person last spoke. `repeats` counts exactly the same step in a row. */
export type Budgets = Readonly<{
  steps: number;
  errorsInARow: number;
  repeats: number;
  tokens: number;
  usd?: number;
}>;

/** The answer of a rule. `notRequester`: the owner of the thread may not approve. */
export type Verdict =
  | 'run'
  | (Omit<Ask, 'not_requester'> & { readonly notRequester?: boolean })
  | { readonly deny: string };

/** Rules that code decides and no prompt can change. Your `policy.ts` has them. */
export type Policy<S extends Step = Step> = {
  /** Called once for each step that would run. The loop always passes `thread`. */
  needsApproval(this: void, step: S, state: State, thread?: ThreadView): Verdict;
  /** Names of the people who may approve or deny. If empty, only the person at this machine may. */
  readonly approvers: readonly string[];
  /** Returns the people of a group, when an answer comes: `ops` for the approver `@ops`. */
  groups?: (name: string) => readonly string[];
  readonly budgets: Budgets;
  /** The outcome of a request that no one answers in time. After `denied` the model goes on. */
  readonly expiry: { readonly afterMs: number; readonly outcome: 'denied' | 'failed' };
  /** Returns false if the agent is going in circles: the thread is handed to a person. */
  progress?: (state: State) => boolean;
  /** Returns the name in `agent.models` that takes the next step; undefined for `agent.model`. */
  modelFor?: (state: State) => string | undefined;
};

/** Returns why a person has to look before the model goes on. A budget of NaN is used up. */
export function reasonToHandOver(state: State, { budgets, progress }: Policy): string | undefined {
  const { steps, errors, repeats, tokens, usd } = state.spent;
  if (!(errors < budgets.errorsInARow)) return `${errors} errors in a row`;
  if (!(repeats < budgets.repeats)) return `the same step ${repeats} times in a row`;
  if (!(steps < budgets.steps)) return `${steps} steps used`;
  if (!(tokens < budgets.tokens)) return `${tokens} tokens used`;
  if (!(usd < (budgets.usd ?? Infinity))) return `${formatUsd(usd)} spent`;
  return progress?.(state) === false ? 'no progress' : undefined;
}

/** Formats dollars, to the cent or, below one, to two digits. */
export function formatUsd(usd: number): string {
  return `$${usd > 0 && usd < 0.01 ? usd.toPrecision(2) : usd.toFixed(2)}`;
}

/** Reads names that are separated by commas. */
export function namesIn(list = ''): readonly string[] {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** A person who acts. `isLocal`: signed in by being at this machine, not by a name of their own. */
export type Person = { readonly name: string; readonly isLocal?: boolean | undefined };

const MAX_NAME_CHARS = 255;

/** Whether a value can be the name of a person. */
export function isName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '' && name.length <= MAX_NAME_CHARS;
}

export type ApproverRules = Pick<Policy, 'approvers' | 'groups'>;

/**
 * `count` of `names` have to approve; those in `given` have. `isLocal`: no one is named, so the
 * person at this machine may. `excluded` is the requester, if the rule leaves it out.
 */
export type Approvers = Readonly<{
  names: readonly string[];
  count: number;
  given: readonly string[];
  isLocal: boolean;
  excluded?: string | undefined;
}>;

/** Returns the people who may approve a call of a thread. */
export function approversOf(
  { call_id, objection }: Pick<Call, 'call_id' | 'objection'>,
  events: readonly Event[],
  policy: ApproverRules,
): Approvers {
  const rule = objection && 'ask' in objection ? objection : { ask: '' };
  const { approvers = policy.approvers, count = 1, not_requester = false } = rule;
  const excluded = not_requester ? ownerOf(events) : undefined;
  const people = approvers.flatMap((entry) => membersOf(entry, policy));
  const names = [...new Set(people)].filter((name) => isName(name) && name !== excluded);
  const isLocal = rule.approvers === undefined && approvers.length === 0;
  const endorsers = endorsersOf(call_id, events);
  const given = names.filter((name) => endorsers.includes(name));
  return { names, count, given, isLocal, excluded };
}

/** Resolves a group. It is empty if it is unknown, or if `groups` fails. */
function membersOf(entry: string, policy: ApproverRules): readonly string[] {
  if (!entry.startsWith('@')) return [entry];
  try {
    const members = policy.groups?.(entry.slice(1));
    return Array.isArray(members) ? members : [];
  } catch {
    return [];
  }
}

/** Returns the people who endorsed a call, or edited it. */
export function endorsersOf(call_id: string, events: readonly Event[]): readonly string[] {
  const names = events.flatMap((event) => {
    if (event.type === 'endorsed') return event.call_id === call_id ? event.by : [];
    return event.type === 'approval' && event.edit?.call_id === call_id ? event.by : [];
  });
  return [...new Set(names)];
}

/** Whether a person may approve. Without approvers, no name is trusted. */
export function mayApprove({ name, isLocal = false }: Person, approvers: Approvers): boolean {
  if (!isName(name) || name === approvers.excluded) return false;
  return approvers.isLocal ? isLocal : approvers.names.includes(name);
}

/** Whether more people are needed than may approve. */
export function lacksApprovers({ names, isLocal, count }: Approvers): boolean {
  return (isLocal ? 1 : names.length) < count;
}

/** Is in the text of a request that lacks approvers. */
export const TOO_FEW = 'too few can approve it';

/** Adds to a request that it lacks approvers, if it does. */
export function withLack(request: Ask, events: readonly Event[], policy: ApproverRules): Ask {
  const call = { call_id: '', objection: request };
  const approvers = approversOf(call, events, policy);
  if (!lacksApprovers(approvers)) return request;
  const { names, isLocal, count } = approvers;
  const who = isLocal ? 'you at this machine' : names.join(', ');
  const may = who === '' ? 'no one may' : `only ${who} may`;
  return { ...request, ask: `${request.ask} (${TOO_FEW}: ${count} needed, ${may})` };
}
