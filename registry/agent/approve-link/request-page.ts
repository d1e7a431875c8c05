import type { Thread } from '../core/store.ts';
import { html } from 'hono/html';
import { describeAnswer, taskOf } from '../channels/describe.ts';
import { approversOf, type Approvers } from '../core/policy.ts';
import { without, type Event } from '../core/event.ts';
import { asksHowItEnded, type OpenCall } from '../core/thread.ts';
import { answerForms } from './answer-forms.ts';
import { htmlPage, show, showExactly, showTime, type Html } from './html-page.ts';
import type { LinkedRequest, RequestView } from './linked-request.ts';

/** Renders what was asked, by which rule, and for whom; then the forms, or how it was answered. */
export function requestPage(view: RequestView): Html {
  const { request, person, error, thread } = view;
  const { open, closedBy } = request;
  const title = closedBy ? 'This request is closed' : titleOf(request);
  const alert = error && html`<p class="error" role="alert" id="error">${show(error)}</p>`;
  return htmlPage(
    error ? `Not saved: ${title}` : title,
    html`<h1>${title}</h1>
      ${alert} ${closedBy && closing(closedBy, thread)} ${rule(open)} ${question(open)}
      ${facts(view)} ${closedBy ? '' : answerForms(view)}
      <p class="dim">This link is for <bdi>${show(person)}</bdi>. Do not forward it.</p>`,
  );
}

function titleOf({ open, isApproval }: LinkedRequest): string {
  const intent = show(open.step?.intent ?? '');
  if (isApproval) return `Approve ${intent}?`;
  if (asksHowItEnded(open)) return `How did ${intent} end?`;
  return open.reason === undefined ? 'A question' : 'The agent needs help';
}

/** Says how a request was closed, and when. */
function closing(event: Event, { events }: Thread): Html {
  return html`<p class="words" dir="auto">${show(describeAnswer(event, events))}</p>
    <p>${showTime(event.at)}. This link is used up.</p>`;
}

/** Says by which rule, or why else, a person is asked. */
function rule({ objection, reason }: OpenCall): Html | '' {
  if (reason !== undefined) return html`<p class="words rule" dir="auto">${show(reason)}</p>`;
  if (!objection || !('ask' in objection)) return '';
  return html`<p class="rule">
    Needs approval:
    <bdi>${show(objection.ask)}</bdi> (policy.ts)
  </p>`;
}

/** Shows a question as a text, and any other step with its exact arguments. */
function question({ step, objection, reason }: OpenCall): Html | '' {
  if (!step) return '';
  const values = Object.entries(without(step, 'intent')).filter(([, one]) => one !== undefined);
  const [[, text] = [], more] = values.filter(([name]) => name !== 'choices');
  const isQuestion = !objection && reason === undefined && !more;
  if (isQuestion && typeof text === 'string')
    return html`<p class="words" dir="auto">${show(text)}</p>`;
  const rows = values.map(([name, value]) => {
    const isLong = typeof value === 'string' && value.includes('\n');
    const note = isLong ? ', a text of several lines' : '';
    return row(`${showExactly(name)}${note}`, html`<pre>${showExactly(valueText(value))}</pre>`);
  });
  return html`<h2>Arguments of ${show(step.intent)}</h2>
    <dl>${rows}</dl>`;
}

/** A line that could pass for another value, or for an escaped character. */
const ambiguous = /^\s|\s$|^["'`{[(]|\\u\{|^(?:true|false|null|undefined|NaN)$/i;

/** A text as it is. Any other value, and a text that could pass for one, is JSON. */
function valueText(value: unknown): string {
  const isText = typeof value === 'string' && isClear(value);
  return isText ? value : JSON.stringify(value, null, 2);
}

function isClear(text: string): boolean {
  if (/\p{Surrogate}/u.test(text)) return false;
  if (text.includes('\n')) return true;
  const isNumber = !Number.isNaN(Number(text));
  return !isNumber && !ambiguous.test(text);
}

/** Characters that are shown of the text and of the data of a task. */
const MAX_TASK_CHARS = 2_000;

function facts({ request, thread, policy }: RequestView): Html {
  const { open, isApproval, closedBy } = request;
  const { from, text, data } = taskOf(thread.events, MAX_TASK_CHARS);
  const lines = data.split('\n');
  return html`<h2>About this request</h2>
    <dl class="facts">
      ${row('Asked by', show(from))}
      ${text && row('Task', html`<p class="words" dir="auto">${show(text)}</p>`)}
      ${data && row('Data', html`<pre>${lines.map(dataLine)}</pre>`)}
      ${!closedBy && isApproval && approvals(approversOf(open, thread.events, policy))}
      ${!closedBy && open.due && row('Expires', showTime(open.due))}
    </dl>`;
}

/** Is indented where it is wrapped: no part of it can pass for a line. */
function dataLine(line: string): Html {
  return html`<span class="line">${showExactly(line)}</span>`;
}

function approvals({ names, count, given }: Approvers): Html {
  const by = given.length > 0 ? ` (${given.join(', ')})` : '';
  return html`${row('Who may approve', show(names.join(', ')))}
  ${row('Approvals', show(`${given.length} of ${count}${by}`))}`;
}

function row(name: string, value: Html | string): Html {
  return html`<dt>${name}</dt>
    <dd>${value}</dd>`;
}
