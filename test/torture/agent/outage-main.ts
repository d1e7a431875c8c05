import { work } from './outage-worker.ts';

await work(JSON.parse(process.argv[2] ?? ''));
