import { agentFor, type Agent } from '../core/agent.ts';
import type { Draft } from '../core/model.ts';
import { secretsIn } from '../core/sanitize.ts';
import type { Thread } from '../core/store.ts';
import { growingRedactor } from './growing-redactor.ts';
import { stepReader, type GrowingFields } from './step-reader.ts';

/** Gets a draft each time that it has grown, and undefined once it is withdrawn. */
export type OnDraft = (draft: Draft | undefined) => void;

/**
 * Makes a listener for `listenerFor` of an agent: it reads what people may see out of the model's
 * answer. These are the texts of a step for people, and the fields that a tool lists in `drafts`.
 * The listener that the agent has gets each text, too.
 */
export function draftListener(agent: Agent, thread: Thread, onDraft: OnDraft) {
  const { tools } = agentFor(agent, thread);
  const other = agent.listenerFor?.(thread);
  let read = draftReader(tools);
  let shown = '';
  function tell(answer: string): void {
    const draft = answer === '' ? undefined : read(answer);
    if (answer === '') read = draftReader(tools);
    const text = draft ? Object.values(draft.texts).join('') : '';
    if (text === shown) return;
    shown = text;
    onDraft(draft);
  }
  return (answer: string): void => {
    tell(answer);
    other?.(answer);
  };
}

function draftReader(tools: Agent['tools']): (answer: string) => Draft | undefined {
  const read = stepReader();
  const secrets = secretsIn(process.env);
  const redactors = new Map<string, ReturnType<typeof growingRedactor>>();
  let mayShow: ((field: string) => boolean) | undefined;

  function textOf(field: string, fields: GrowingFields): string {
    const growing = fields.get(field);
    const redact = redactors.get(field) ?? growingRedactor(secrets);
    redactors.set(field, redact);
    return growing ? redact(growing) : '';
  }

  return (answer) => {
    const fields = read(answer);
    const intent = fields.get('intent');
    if (!intent?.isWhole) return undefined;
    mayShow ??= shownFields(tools, intent.text);
    const names = [...fields.keys()].filter(mayShow);
    const texts = names.map((name) => [name, textOf(name, fields)] as const);
    return { intent: intent.text, texts: Object.fromEntries(texts) };
  };
}

/** Tells which fields of a step people may see before it is whole, and before policy decides. */
function shownFields({ actionFor }: Agent['tools'], intent: string): (field: string) => boolean {
  const none = () => false;
  try {
    const action = actionFor({ intent });
    if (action.awaits === 'result') return (field) => action.drafts?.includes(field) === true;
    // The intent may be one that no tool has.
    const isForPeople = ['answer', 'message'].includes(action.awaits);
    return isForPeople ? (field) => field !== 'intent' : none;
  } catch {
    // A tool of its own may need the other fields.
    return none;
  }
}
