import { isDeepStrictEqual } from 'node:util';
import { prettifyError } from 'zod';
import { agentFor, type Agent } from './agent.ts';
import { oneLine, Refused } from './errors.ts';
import { isObject, type EditedCall, type Step } from './event.ts';
import { inexactNumber, parseJson } from './json.ts';
import { decide, orFailure } from './model-turn.ts';
import { requireDecidable, threadIdOf, updateThread } from './people.ts';
import type { AgentForPeople, Decision } from './people.ts';
import { approversOf, mayApprove, type Person } from './policy.ts';
import { toJson, type Thread } from './store.ts';
import { actionFor } from './tool-turn.ts';

type AgentForEdits = AgentForPeople & Pick<Agent, 'tools' | 'policy'>;

/** `step` has its intent and all arguments. */
export type Edit = Omit<Decision, 'approved'> & { readonly step: Step };

/** Replaces a call by one with other arguments, and approves that. @throws Refused */
export async function editCall(
  agent: AgentForEdits,
  call_id: string,
  { step, by, comment, isLocal }: Edit,
): Promise<Thread> {
  const person = { name: by, isLocal };
  const said = { call_id, by, ...(comment && { comment }) };
  return await updateThread(agent, threadIdOf(call_id), (thread) => {
    const { open } = requireDecidable(agent, thread, call_id, person);
    const own = agentFor(agent, thread);
    const edited = readEdited(own, open.step, step);
    const edit = openEdited(own, thread, edited, person);
    return { type: 'approval', approved: false, ...said, edit };
  });
}

/** Reads arguments that a person wrote as JSON. @throws Refused */
export function readArguments(json: string): Readonly<Record<string, unknown>> {
  const problem = inexactNumber(json);
  if (problem) throw new Refused(`${problem}: write it as a text.`, 'invalid');
  const args = parseJson(json);
  if (isObject(args) && !Array.isArray(args)) return args;
  throw new Refused('Write the arguments as a JSON object: {"name": "value"}.', 'invalid');
}

/** Returns a step that may take the place of `before`. @throws Refused */
function readEdited(agent: AgentForEdits, before: Step | undefined, edited: Step): Step {
  if (actionFor(agent, before)?.isFixed)
    throw new Refused('The arguments of this step come from code: they cannot be edited.', 'late');
  const step = toJson(edited);
  const { data, error } = agent.tools.schema.safeParse(step);
  if (!data || !actionFor(agent, data) || !isDeepStrictEqual(toJson(data), step)) {
    const why = error ? prettifyError(error) : `it is ${JSON.stringify(data)} to the tool`;
    throw new Refused(oneLine(`Not a step: ${why}.`), 'invalid');
  }
  if (data.intent !== before?.intent) {
    throw new Refused(`An edit keeps the intent, ${before?.intent}.`, 'invalid');
  }
  if (!isDeepStrictEqual(step, before)) return data;
  throw new Refused('This changes nothing: approve the call.', 'invalid');
}

/** Returns the new call. @throws Refused if the policy denies it, or fails */
function openEdited(agent: AgentForEdits, thread: Thread, step: Step, editor: Person): EditedCall {
  const call_id = `${thread.id}:${thread.events.length}`;
  const wait = orFailure(() => decide(agent, thread, step));
  if (typeof wait === 'string') throw new Refused(`${wait}. Nothing was changed.`, 'late');
  const call = { ...wait, call_id, step };
  if (!wait.objection) return { ...call, awaits: 'result' };
  if ('deny' in wait.objection)
    throw new Refused(`The policy denies this: ${wait.objection.deny}.`, 'late');
  const approvers = approversOf(call, thread.events, agent.policy);
  const isApproved = approvers.count === 1 && mayApprove(editor, approvers);
  if (!isApproved) return { ...call, awaits: 'approval' };
  return { call_id, step, objection: wait.objection, awaits: 'result' };
}
