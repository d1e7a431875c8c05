import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import type { ModelRequest } from '../core/model.ts';

const Count = z.number().nonnegative();

/** A text as it arrived: at these ms since the start, it had these lengths. */
const ArrivedText = z.object({ text: z.string(), beats: z.array(z.tuple([Count, Count])) });

/** How an answer arrived. A text that was withdrawn has no length at the end; another follows. */
export const Rhythm = z.array(ArrivedText);
export type Rhythm = z.infer<typeof Rhythm>;

/** Returns a listener that keeps the rhythm of the redacted text, and passes the text on. */
export function rhythmKeeper(
  onText: (text: string) => void,
  redact: (text: string) => string,
  now = () => performance.now(),
) {
  const rhythm: Rhythm = [];
  const startedAt = now();
  let open: Rhythm[number] | undefined;
  function listener(text: string): void {
    onText(text);
    if (text === '' && !open) return;
    if (!open) rhythm.push((open = { text: '', beats: [] }));
    const said = redact(text);
    open.beats.push([Math.round(now() - startedAt), said.length]);
    if (said !== '') open.text = said;
    // The last word may be a part of a secret, which is not recognised.
    else open.text = open.text.replace(/\S*$/, '');
    if (said === '') open = undefined;
  }
  return { rhythm, listener };
}

/** Plays a rhythm in real time. Rejects with the reason of the signal as soon as it fires. */
export async function playRhythm(
  rhythm: Rhythm,
  { signal }: Pick<ModelRequest, 'signal'>,
  onText: (text: string) => void,
): Promise<void> {
  const startedAt = performance.now();
  for (const { text, beats } of rhythm) {
    for (const [ms, length] of beats) {
      const waitMs = Math.max(0, startedAt + ms - performance.now());
      await sleep(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
      onText(text.slice(0, length));
    }
  }
}
