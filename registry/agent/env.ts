import { existsSync } from 'node:fs';

/** Reads `.env`, before anything else looks at the environment. What is set already stays as it is. */
if (existsSync('.env')) process.loadEnvFile('.env');
