import type { Notice } from '../channels/channel.ts';
import { without, type Step } from '../core/event.ts';
import { escapeControls, escapeUnseen, wellFormed } from '../core/sanitize.ts';
import type { Json } from './json.ts';

/** `text` is what notifications show. */
export type SlackMessage = {
  readonly text: string;
  readonly blocks: readonly Json[];
};

// Slack takes 3,000 characters in a section and 75 on a button. All blocks of a message together
// have to stay below 13,000, as JSON.
const MAX_SECTION_CHARS = 2_500;
const MAX_SECTIONS = 3;
const MAX_DATA_CHARS = 1_000;
const MAX_LABEL_CHARS = 75;
const MAX_CHOICES = 8;
const MAX_URL_CHARS = 1_000;
const MAX_LINE_CHARS = 150;

const titles = {
  approval: 'Approval needed',
  question: 'A question',
  handed_over: 'The agent needs a person',
  answered: 'Answered',
  ended: 'Done',
  failed: 'Failed',
} as const;

/**
 * Renders a notice. Texts of the model are escaped: they can neither mention people nor link.
 * Arguments that do not fit cannot be approved here: the message says where to read them.
 */
export function toSlackMessage(notice: Notice): SlackMessage {
  const { kind, step, reminder } = notice;
  const title = reminder > 0 ? `Reminder: ${titles[kind]}` : titles[kind];
  const intent = step ? ` \`${toLine(step.intent)}\`` : '';
  const args = step ? split(formatArguments(step)) : [];
  const body = [
    ...args.map((part) => `\`\`\`${part}\`\`\``),
    ...split(escapeControls(listChoices(notice))),
  ];
  const isWhole = body.length <= MAX_SECTIONS;
  const sections = [
    `*${title}*${intent}`,
    ...body.slice(0, MAX_SECTIONS),
    askedFor(notice),
    footer(notice, isWhole),
  ];
  const blocks = sections.filter((text) => text !== '').map(section);
  return {
    text: `${title}: ${toLine(notice.text)}`,
    blocks: [...blocks, ...buttons(notice, isWhole)],
  };
}

/** Escapes the characters with which Slack's mentions and links begin and end. */
export function escapeText(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}

/** Shows all arguments exactly. */
function formatArguments(step: Step): string {
  return showExactly(JSON.stringify(without(step, 'intent'), null, 2));
}

/** Escapes what cannot be seen, and backticks: one would end the frame around the text. */
function showExactly(text: string): string {
  const lines = text.replace(/`/g, '\\u0060').split('\n');
  return lines.map(escapeUnseen).join('\n');
}

/** Escapes a text and splits it into parts that fit into a section, also as JSON. */
function split(text: string, maxChars = MAX_SECTION_CHARS): string[] {
  const parts: string[] = [];
  let part = '';
  let size = 0;
  for (const character of wellFormed(text.trim())) {
    const escaped = escapeText(character);
    size += JSON.stringify(escaped).length - 2;
    if (size > maxChars) {
      parts.push(part);
      part = '';
      size = escaped.length;
    }
    part += escaped;
  }
  return part === '' ? parts : [...parts, part];
}

/** Escapes a text, on one line, and cuts it. */
function toLine(text: string): string {
  const line = wellFormed(text).replace(/\s+/g, ' ').trim();
  const start = line.length > MAX_LINE_CHARS ? `${line.slice(0, MAX_LINE_CHARS)}…` : line;
  return escapeText(escapeControls(wellFormed(start)));
}

/** `verbatim`: Slack makes no mentions or links of what looks like one. */
function section(text: string): Json {
  return {
    type: 'section',
    text: { type: 'mrkdwn', text, verbatim: true },
  };
}

/** Returns the text, with the choices that do not fit on buttons. */
function listChoices({ text, choices = [] }: Notice): string {
  return areLabels(choices) ? text : [text, ...choices.map((one) => `• ${one}`)].join('\n');
}

function areLabels(choices: readonly string[]): boolean {
  return choices.length <= MAX_CHOICES && choices.every(isLabel);
}

const isLabel = (choice: string) =>
  choice.trim() !== '' && escapeText(choice).length <= MAX_LABEL_CHARS;

/** Says who asked for it, with the values that belong to it. */
function askedFor({ about = '' }: Notice): string {
  if (about === '') return '';
  const [line = '', ...values] = about.split('\n');
  const by = `Asked for by ${toLine(line.replace(/`/g, "'"))}`;
  const [data, ...rest] = split(showExactly(values.join('\n')), MAX_DATA_CHARS);
  if (data === undefined) return by;
  return `${by}\n\`\`\`${data}${rest.length > 0 ? '…' : ''}\`\`\``;
}

/** Says who may approve, until when, and where the rest is. */
function footer(notice: Notice, isWhole: boolean): string {
  const { approvers, needed = 1, due, thread, link } = notice;
  const where = link ? 'Open it' : `Use \`show ${thread}\` in the terminal`;
  const lines: string[] = [];
  if (approvers) lines.push(`Who may approve: ${toLine(approvers.join(', ') || 'no one')}`);
  if (approvers && needed > 1) lines.push(`Approvals needed: ${needed}`);
  if (due) lines.push(`Expires: ${due.slice(0, 16).replace('T', ' ')} UTC`);
  if (!isWhole) lines.push(`This is too long for Slack. ${where} to read all of it.`);
  return lines.join('\n');
}

/** Each button has the id of its call, which stands for the exact arguments. */
function buttons({ kind, call_id, choices = [], link = '' }: Notice, isWhole: boolean): Json[] {
  const elements: Json[] = [];
  if (call_id !== undefined && kind === 'approval') {
    if (isWhole)
      elements.push(
        button('approve', 'Approve', {
          value: call_id,
          style: 'primary',
        }),
      );
    if (isWhole) elements.push(button('edit', 'Edit', { value: call_id }));
    elements.push(
      button('deny', 'Deny', {
        value: call_id,
        style: 'danger',
      }),
    );
  }
  if (call_id !== undefined && (kind === 'question' || kind === 'handed_over')) {
    const labels = areLabels(choices) ? choices : [];
    const chosen = labels.map((one, n) =>
      button(`choice_${n}`, one, {
        value: `${call_id} ${one}`,
      }),
    );
    elements.push(...chosen, button('answer', 'Answer', { value: call_id }));
  }
  const isLink = link !== '' && link.length <= MAX_URL_CHARS;
  if (isLink)
    elements.push(
      button('open', 'Answer in the browser', {
        url: link,
      }),
    );
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}

function button(action_id: string, label: string, fields: Json): Json {
  const text = {
    type: 'plain_text',
    text: escapeText(label),
    emoji: false,
  };
  return {
    type: 'button',
    action_id,
    text,
    ...fields,
  };
}
