import { mkdir, writeFile } from 'node:fs/promises';
import { draw } from './picture/draw.js';
import { play } from './picture/story.js';

// Plays the story of the README, and draws the terminals to docs/story.svg.
const target = new URL('../docs/story.svg', import.meta.url);
await mkdir(new URL('.', target), { recursive: true });
await writeFile(target, draw(await play()));
console.log('docs/story.svg is what the starter says now.');
