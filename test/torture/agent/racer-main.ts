import { race } from './racer.ts';

await race(JSON.parse(process.argv[2] ?? ''));
