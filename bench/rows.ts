import type { Row } from './row.ts';
import { adapter } from './rows/adapter.ts';
import { appends, loop, startAgent } from './rows/agent.ts';
import { add, create, start, update } from './rows/commands.ts';
import { firstText } from './rows/first-text.ts';
import { install } from './rows/install.ts';
import { engines } from './rows/engines.ts';
import { launch, million } from './rows/million.ts';
import { publishedPackage } from './rows/package.ts';
import { scale } from './rows/scale.ts';
import { paused } from './rows/paused.ts';
import { server } from './rows/server.ts';
import { stores } from './rows/stores.ts';
import { prefix, tokens } from './rows/tokens.ts';

/** All that is measured: the tool, the generated agent and its stores, and what it sends. */
export const rows: readonly Row[] = [
  start,
  add,
  create,
  update,
  scale,
  publishedPackage,
  loop,
  appends,
  startAgent,
  adapter,
  firstText,
  ...stores,
  server,
  paused,
  million,
  launch,
  engines,
  install,
  tokens,
  prefix,
];
