import { join } from 'node:path';
import { build } from 'esbuild';
import { benchFolder } from '../places.ts';

/** The agents of other frameworks, and the package of each. */
export const peerAgents = {
  'AI SDK': { file: 'ai-sdk', package: 'ai' },
  'OpenAI Agents': { file: 'openai-agents', package: '@openai/agents' },
  LangGraph: { file: 'langgraph', package: '@langchain/langgraph' },
} as const;
export type PeerAgent = keyof typeof peerAgents;

const common = { bundle: true, format: 'esm', platform: 'node', target: 'node20.19', logLevel: 'error' } as const;

/** One of our own files of `agents/` as a program, with everything in it. Resolves to its path. */
export async function bundleOurs(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({ ...common, entryPoints: [join(benchFolder, 'agents', `${name}.ts`)], outfile });
  return outfile;
}

/** A peer's agent as a program; its packages are imported as they are installed. Resolves to its path. */
export async function buildPeer(peer: PeerAgent): Promise<string> {
  const { file } = peerAgents[peer];
  const outfile = join(benchFolder, 'node_modules/.cache', `${file}.mjs`);
  const entryPoints = [join(benchFolder, 'peers', `${file}.ts`)];
  await build({ ...common, packages: 'external', entryPoints, outfile });
  return outfile;
}
