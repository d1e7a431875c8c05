import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Event } from '../../registry/agent/core/event.ts';
import { atLeast, atMost, type Figure } from '../figures.ts';
import { benchFolder } from '../places.ts';
import type { Row } from '../row.ts';
import { reuseOf, type Size, sizesOf } from '../tokens/count.ts';

const threadsFolder = fileURLToPath(new URL('../threads/', import.meta.url));
const threeErrors = 'errors';

/** The committed threads by name. */
export const threads: Readonly<Record<string, readonly Event[]>> = Object.fromEntries(
  readdirSync(threadsFolder).map((file) => [
    file.replace('.json', ''),
    JSON.parse(readFileSync(join(threadsFolder, file), 'utf8')) as readonly Event[],
  ]),
);

/** What the model is sent. */
export const tokens: Row = {
  name: 'tokens',
  about:
    'o200k tokens sent for the next step of five threads, with instructions and schema or tools; peer: a chat',
  peers: ['gpt-tokenizer'],
  async measure() {
    const size = await tokenizer();
    const all = Object.entries(threads).map(([name, events]) => ({
      name,
      ...sizesOf(events, size),
    }));
    const sum = (key: 'ours' | 'wire' | 'billed') =>
      all.reduce((total, sizes) => total + sizes[key], 0);
    const total = { name: 'all five', ours: sum('ours'), wire: sum('wire'), billed: sum('billed') };
    return [...all, total].map(({ name, ours, wire, billed }): Figure => ({
      what: name,
      unit: '',
      ours,
      peers: { 'on the wire': wire, 'billed (estimated)': billed },
      judged: [
        { value: ours / wire, of: 'x wire', ...(name === total.name && { bar: atMost(0.65) }) },
        { value: ours / billed, of: 'x billed', ...(name === total.name && { bar: atMost(1.15) }) },
      ],
    }));
  },
};

/** What providers' prompt caches can reuse of it. */
export const prefix: Row = {
  name: 'prefix',
  about:
    'replayed step by step: steps whose context starts with the one before, and the share of tokens so reused',
  peers: ['gpt-tokenizer'],
  async measure() {
    const size = await tokenizer();
    return Object.entries(threads).map(([name, events]): Figure => {
      const { sent, cached, steps, whole } = reuseOf(events, size);
      const share = (100 * cached) / sent;
      const reused = (100 * whole) / steps;
      const hasErrors = events.some(({ type }) => type === 'tool_error' || type === 'model_error');
      return {
        what: `${name} (${steps} steps)`,
        unit: '% cached',
        ours: share,
        judged: [
          { value: reused, of: '% of steps reuse all', ...(!hasErrors && { bar: atLeast(100) }) },
          ...(name === threeErrors ? [{ value: share, of: '% cached', bar: atLeast(88) }] : []),
        ],
      };
    });
  },
};

/** By address, since types are checked where no peer is installed. */
async function tokenizer(): Promise<Size> {
  const path = join(benchFolder, 'node_modules/gpt-tokenizer/esm/encoding/o200k_base.js');
  const { encode } = (await import(pathToFileURL(path).href)) as {
    encode(text: string): readonly number[];
  };
  return (text) => encode(text).length;
}
