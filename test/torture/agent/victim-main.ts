import { play } from './play.ts';

await play(JSON.parse(process.argv[2] ?? ''));
