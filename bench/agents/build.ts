import { join } from 'node:path';
import { build } from 'esbuild';
import { benchFolder, home } from '../places.ts';

/** The agents of other frameworks, and the package of each. */
export const peerAgents = {
  'AI SDK': { file: 'ai-sdk', package: 'ai' },
  'OpenAI Agents': { file: 'openai-agents', package: '@openai/agents' },
  LangGraph: { file: 'langgraph', package: '@langchain/langgraph' },
} as const;
export type PeerAgent = keyof typeof peerAgents;

const common = {
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  logLevel: 'error',
} as const;

/** One of our own programs, `agents/ours` say, with everything in it. Resolves to its path. */
export async function bundleOurs(program: string, folder: string): Promise<string> {
  const outfile = join(folder, `${program}.mjs`);
  await build({ ...common, entryPoints: [join(benchFolder, `${program}.ts`)], outfile });
  return outfile;
}

/** One of our own programs that drives a database: the drivers are imported as they are installed. Resolves to its path. */
export async function bundleWithDrivers(program: string): Promise<string> {
  const outfile = join(home, 'node_modules/.cache/bench', `${program}.mjs`);
  await build({
    ...common,
    packages: 'external',
    entryPoints: [join(benchFolder, `${program}.ts`)],
    outfile,
  });
  return outfile;
}

/** A file of `peers/` as a program; its packages are imported as they are installed. Resolves to its path. */
export async function buildPeer(file: string): Promise<string> {
  const outfile = join(benchFolder, 'node_modules/.cache', `${file}.mjs`);
  const entryPoints = [join(benchFolder, 'peers', `${file}.ts`)];
  await build({ ...common, packages: 'external', entryPoints, outfile });
  return outfile;
}
