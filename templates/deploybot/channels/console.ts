import { without } from '../core/event.ts';
import { escapeControls } from '../core/sanitize.ts';
import type { Channel, Notice } from './channel.ts';

/**
 * Prints notices with their links where the server runs. For a first play: a reader of a link can
 * act as its person, so take this out before others read the output.
 */
export function consoleChannel(print: (text: string) => void = console.log): Channel {
  return {
    send(notice: Notice) {
      print(`\n${linesOf(notice).join('\n')}\n`);
      return Promise.resolve(undefined);
    },
  };
}

function linesOf({ to, kind, thread, text, about, step, link }: Notice): readonly string[] {
  const lines = [indented(`To ${to}: ${thread} ${says[kind]}: ${text}`)];
  if (step) lines.push(`${step.intent} ${JSON.stringify(without(step, 'intent'), null, 2)}`);
  if (about) lines.push(indented(`Asked for by ${about}`));
  if (link) lines.push(link);
  return lines.map(escapeControls);
}

/** Indents further lines of a text: none can pass for another part. */
const indented = (text: string) => text.replace(/\n/g, '\n  ');

const says = {
  approval: 'needs approval',
  question: 'asks',
  handed_over: 'needs a person',
  answered: 'has an answer',
  ended: 'is done',
  failed: 'failed',
} as const;
