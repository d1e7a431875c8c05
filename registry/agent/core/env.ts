import { statSync } from 'node:fs';

// Imported first by agent.ts, so that `.env` is loaded before anything reads the environment.
// Variables that are set already keep their values.
if (statSync('.env', { throwIfNoEntry: false })?.isFile()) process.loadEnvFile('.env');
