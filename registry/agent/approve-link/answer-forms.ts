import { html, raw } from 'hono/html';
import { choicesOf } from '../channels/notices.ts';
import { endorsersOf } from '../core/policy.ts';
import { without } from '../core/event.ts';
import { escapeUnseen, redact } from '../core/sanitize.ts';
import { show, type Html } from './html-page.ts';
import { mayAnswer, type RequestView } from './linked-request.ts';

/** The action of a form. Its field `text` has the reason, the arguments or the answer. */
export type Act = 'approve' | 'deny' | 'edit' | 'answer';

/** Renders the forms with which a person can answer an open request. */
export function answerForms(view: RequestView): Html {
  const { request, thread, person } = view;
  const title = html`<h2>Your answer</h2>`;
  if (!mayAnswer(view)) return html`<p>Only an approver can say how a run ended.</p>`;
  if (!request.isApproval) return html`${title} ${choices(view)} ${answer(view)}`;
  if (endorsersOf(request.open.call_id, thread.events).includes(person))
    return html`${title}
      <p>You have approved. Others have to, too.</p>
      ${deny(view)}`;
  return html`${title} ${approve(view)} ${deny(view)} ${edit(view)}`;
}

function approve(view: RequestView): Html {
  return form(view, 'approve', html`<button class="yes">Approve</button>`);
}

function deny(view: RequestView): Html {
  const reason = textarea(view, 'deny', 'Reason to deny');
  return form(view, 'deny', html`${reason}<button class="no">Deny</button>`);
}

/** Arguments with a secret cannot be edited: the form would show it. */
function edit(view: RequestView): Html | '' {
  const { step = { intent: '' } } = view.request.open;
  const json = JSON.stringify(without(step, 'intent'), null, 2);
  if (redact(json) !== json) return '';
  const text = textarea(view, 'edit', 'Arguments as JSON', escapeInJson(json));
  const fields = html`${text}<button>Change and approve</button>`;
  const open = view.typed?.get('act') === 'edit' ? raw('open') : '';
  return html`<details ${open}>
    <summary>Edit the arguments</summary>
    ${form(view, 'edit', fields)}
  </details>`;
}

/** Escapes unseen characters, so that the JSON still means the same. */
function escapeInJson(json: string): string {
  const escapeUnit = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const escape = (one: string) => one.split('').map(escapeUnit).join('');
  const isUnseen = (one: string) => one !== '\n' && escapeUnseen(one) !== one;
  return Array.from(json, (one) => (isUnseen(one) ? escape(one) : one)).join('');
}

function answer(view: RequestView): Html {
  const label = choicesOf(view.request.open.step) ? 'Another answer' : 'Answer';
  const text = textarea(view, 'answer', label);
  return form(view, 'answer', html`${text}<button class="yes">Send</button>`);
}

function choices(view: RequestView): Html | '' {
  const buttons = choicesOf(view.request.open.step)?.map(
    (choice) => html`<button name="text" value="${choice}">${show(choice)}</button>`,
  );
  return buttons ? form(view, 'answer', html`${buttons}`) : '';
}

/** The form names its call: it answers no other. */
function form({ request }: RequestView, act: Act, fields: Html): Html {
  return html`<form method="post">
    <input type="hidden" name="call" value="${request.open.call_id}" />
    <input type="hidden" name="act" value="${act}" />
    ${fields}
  </form>`;
}

/** A field that has again what was typed, if it was not saved. */
function textarea({ typed, error }: RequestView, act: Act, label: string, text = ''): Html {
  const isWrong = error !== undefined && typed?.get('act') === act;
  const value = (isWrong && typed.get('text')) || text;
  const state = isWrong ? 'aria-invalid="true" aria-describedby="error" autofocus' : '';
  return html`<label for="${act}">${label}</label>
    <textarea id="${act}" name="text" required ${raw(state)}>${value}</textarea>`;
}
