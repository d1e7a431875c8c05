import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { draw } from '../../scripts/picture/draw.js';

const text = (column: number, words: string, colour?: number) => ({
  column,
  text: words,
  colour,
  dim: false,
});
const picture = draw([
  { title: 'Monday', rows: [[text(0, '$ npm start "a < b"')], [text(0, '  1'), text(5, 'ok', 2)]] },
]);

it('puts each text at its column, in its colour', () => {
  expect(picture).toContain('<tspan x="22" textLength="8.4" class="dim">$</tspan>');
  expect(picture).toContain('class="typed">npm start "a &lt; b"</tspan>');
  expect(picture).toContain('<tspan x="38.8" textLength="8.4">1</tspan>');
  expect(picture).toContain('<tspan x="64" textLength="16.8" class="tool">ok</tspan>');
});

it('says its words to who cannot see it', () => {
  expect(picture).toContain('<desc id="words">Monday\n$ npm start "a &lt; b"\n  1  ok</desc>');
});

it('needs nothing from anywhere, and runs nothing', () => {
  const shown = readFileSync(new URL('../../docs/story.svg', import.meta.url), 'utf8');
  expect(shown).not.toMatch(/<script|@import|href=|url\(|<image|<foreignObject/);
  expect(shown.length).toBeLessThan(20_000);
});
