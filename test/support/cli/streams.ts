import { PassThrough, Writable } from 'node:stream';
import type { Streams } from '../../../src/ui/terminal.ts';

/** The properties of a terminal's streams. A pipe has none. */
export type Kind = { readonly isTTY?: boolean; readonly columns?: number };

/** Streams that keep what is written to them. */
export function captureStreams(kind: Kind = {}): {
  readonly texts: { stdout: string; stderr: string };
  readonly streams: Streams;
} {
  const texts = { stdout: '', stderr: '' };
  const capture = (name: keyof typeof texts) =>
    new Writable({
      decodeStrings: false,
      write: (chunk, _, done) => {
        texts[name] += String(chunk);
        done();
      },
    });
  return {
    texts,
    streams: {
      stdin: Object.assign(new PassThrough(), kind),
      stdout: Object.assign(capture('stdout'), kind),
      stderr: Object.assign(capture('stderr'), kind),
    },
  };
}
