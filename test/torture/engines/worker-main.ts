import { work } from './worker.ts';

await work(JSON.parse(process.argv[2] ?? ''));
