import { buildPeer, bundleOurs } from '../agents/build.ts';
import { type Api, apis } from '../calls/job.ts';
import type { Called } from '../calls/play.ts';
import { startProvider } from '../calls/provider.ts';
import { atMost, type Figure, median, ratio } from '../figures.ts';
import { askProcesses, type Contestants, type Ground } from '../measure.ts';
import type { Row } from '../row.ts';

type Peer = { readonly name: string; readonly file: string; readonly apis: readonly Api[] };

/** LangChain has Anthropic's API in another package. */
const peers: readonly Peer[] = [
  { name: 'AI SDK', file: 'ai-sdk-call', apis },
  { name: 'LangChain', file: 'langchain-call', apis: ['openai', 'openai-compatible'] },
];

/** One call of a model over HTTP, beside nothing but `fetch`. */
export const adapter: Row = {
  name: 'adapter',
  about:
    'ms of a call to a provider on this machine that answers at once; 400 calls after 200; floor: fetch',
  peers: [
    'ai',
    '@ai-sdk/anthropic',
    '@ai-sdk/openai',
    '@ai-sdk/openai-compatible',
    '@langchain/openai',
  ],
  async measure(ground) {
    const { origin, stop } = await startProvider();
    try {
      const called = await askProcesses<string, Called>(await contestants(ground, origin), {
        ...ground,
        rounds: Math.min(ground.rounds, 5),
      });
      return apis.map((api) => toFigure(api, called));
    } finally {
      stop();
    }
  },
};

async function contestants({ folder }: Ground, origin: string): Promise<Contestants> {
  const ours = { name: 'ours', apis, program: await bundleOurs('calls/ours', folder) };
  const theirs = await Promise.all(
    peers.map(async (peer) => ({ ...peer, program: await buildPeer(peer.file) })),
  );
  const all = [ours, ...theirs].flatMap(({ name, apis: own, program }) =>
    own.map(
      (api) => [key(name, api), () => ({ args: [program, api, origin], cwd: folder })] as const,
    ),
  );
  return Object.fromEntries(all);
}

const key = (name: string, api: Api) => `${name} ${api}`;

/** Each is judged by the bare calls of its own process. */
function toFigure(api: Api, called: Readonly<Record<string, readonly Called[]>>): Figure {
  const of = (name: string) => called[key(name, api)] ?? [];
  const ms = (name: string) => median(of(name).map((one) => one.ms));
  const bare = (name: string) => of(name).map((one) => one.bare);
  const times = (name: string) =>
    ratio(
      of(name).map((one) => one.ms),
      bare(name),
    );
  const others = peers.filter((peer) => peer.apis.includes(api)).map(({ name }) => name);
  return {
    what: api,
    unit: 'ms',
    ours: ms('ours'),
    floor: median(bare('ours')),
    peers: Object.fromEntries(others.map((name) => [name, ms(name)])),
    judged: [
      { value: times('ours'), of: 'x fetch', bar: atMost(1.2) },
      ...others.map((name) => ({ value: times(name), of: `x for ${name}` })),
    ],
  };
}
