import { fileURLToPath } from 'node:url';

/** Our own package. */
export const home = fileURLToPath(new URL('..', import.meta.url));
/** This folder, where the peers are installed. */
export const benchFolder = fileURLToPath(new URL('.', import.meta.url));
/** The built tool, as `npx` would start it. */
export const bin = fileURLToPath(new URL('../bin/create-12-factor-agent.js', import.meta.url));
