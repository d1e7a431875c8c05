import { without, type Step } from '../core/event.ts';
import { redact } from '../core/sanitize.ts';
import type { Json } from './json.ts';

/** Slack's limit for a field. */
const MAX_FIELD_CHARS = 3_000;

/** The id of the one field of a dialog. */
export const FIELD = 'text';

/** Asks why a call is denied. The model reads it. */
export function denyDialog(call_id: string): Json {
  return dialog('deny', call_id, 'Why? The agent reads it.');
}

export function answerDialog(call_id: string): Json {
  return dialog('answer', call_id, 'Your answer');
}

/** Undefined if the arguments do not fit, or have a secret. */
export function editDialog(call_id: string, step: Step): Json | undefined {
  const text = JSON.stringify(without(step, 'intent'), null, 2);
  // Slack may take these for escapes of its own. In JSON their codes mean the same.
  const value = text.replace(/[&<>]/g, (one) => `\\u00${one.charCodeAt(0).toString(16)}`);
  if (value.length > MAX_FIELD_CHARS || redact(text) !== text) return undefined;
  return dialog('edit', call_id, 'Arguments, as JSON', { initial_value: value });
}

/** Its submission has the action as `callback_id`, and the call as `private_metadata`. */
function dialog(action: string, call_id: string, label: string, fields: Json = {}): Json {
  const limits = {
    multiline: true,
    max_length: MAX_FIELD_CHARS,
  };
  const element = {
    type: 'plain_text_input',
    action_id: FIELD,
    ...limits,
    ...fields,
  };
  const input = {
    type: 'input',
    block_id: FIELD,
    label: plainText(label),
    element,
  };
  const title = plainText(`${action.charAt(0).toUpperCase()}${action.slice(1)}`);
  const buttons = {
    submit: plainText('Send'),
    close: plainText('Back'),
  };
  const ids = {
    callback_id: action,
    private_metadata: call_id,
  };
  return {
    type: 'modal',
    ...ids,
    title,
    ...buttons,
    blocks: [input],
  };
}

const plainText = (text: string): Json => ({ type: 'plain_text', text });
