import type { Channel, Notice } from './channel.ts';

/**
 * Prints notices with their links where the server runs. For a first play: a reader of a link can
 * act as its person, so take this out before others read the output.
 */
export function consoleChannel(print: (text: string) => void = console.log): Channel {
  return {
    send({ to, text, step, link }: Notice) {
      const what = step ? `${JSON.stringify(step)} ` : '';
      print(`\nTo ${to}: ${what}${text}\n${link ?? ''}\n`);
      return Promise.resolve(undefined);
    },
  };
}
