import { join } from 'node:path';
import {
  type Config,
  type Lock,
  moveLockedFiles,
  parseConfig,
  parseLock,
} from '../pipeline/lock/lock-file.ts';
import { ownPaths } from '../pipeline/lock/own-paths.ts';
import { readText } from './read-text.ts';

/** The parsed lock file and configuration of a root, and the two texts by path. */
export type Installed = {
  readonly lock: Lock | undefined;
  readonly config: Config | undefined;
  readonly texts: ReadonlyMap<string, string | undefined>;
};

/** The state of a root that has neither a lock file nor a configuration. */
export const nothingInstalled: Installed = {
  lock: undefined,
  config: undefined,
  texts: new Map([
    [ownPaths.lock, undefined],
    [ownPaths.config, undefined],
  ]),
};

/**
 * Reads the lock file and the configuration of a root. If the configuration names another folder
 * than the lock file, the lock file's paths are moved there. @throws UserError if one is damaged
 */
export async function readInstalled(root: string): Promise<Installed> {
  const [lockText, configText] = await Promise.all([
    readText(join(root, ownPaths.lock)),
    readText(join(root, ownPaths.config)),
  ]);
  const texts = new Map([
    [ownPaths.lock, lockText],
    [ownPaths.config, configText],
  ]);
  const lock = lockText === undefined ? undefined : parseLock(lockText);
  const parsedConfig = configText === undefined ? undefined : parseConfig(configText);
  if (lock === undefined) return { lock, config: parsedConfig, texts };
  const config = parsedConfig ?? { dir: lock.dir, registries: {} };
  return { lock: moveLockedFiles(lock, config), config, texts };
}
