import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { draw } from '../../scripts/picture/draw.js';
import { play } from '../../scripts/picture/story.js';

it('the picture in the README shows what the starter says; if not: npm run picture', async () => {
  const shown = await readFile(new URL('../../docs/story.svg', import.meta.url), 'utf8');
  expect(shown.replaceAll('\r\n', '\n')).toBe(draw(await play()));
});
