import { statSync } from 'node:fs';

/** Reads `.env`, before anything else looks at the environment. What is set already stays as it is. */
if (statSync('.env', { throwIfNoEntry: false })?.isFile()) process.loadEnvFile('.env');
