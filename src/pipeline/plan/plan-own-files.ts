import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import type { Config, Lock } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import configSchema from './config-schema.json' with { type: 'json' };
import { withoutBom } from '../text/byte-order-mark.ts';
import { hash } from '../text/hash.ts';
import { same } from '../text/line-endings.ts';
import { ownPaths } from '../lock/own-paths.ts';

// Base copies must keep their bytes, also with `core.autocrlf`, and git shows no diffs of them.
const attributes = 'base/** -text -diff linguist-generated\n';

/**
 * Plans the tool's own files for a lock: base copies, `.gitattributes`, schema,
 * configuration and lock file. Without components all of them are deleted, except a
 * configuration that the user edited. `texts` are the texts that may become base
 * copies.
 */
export function planOwnFiles(
  lock: Lock,
  config: Config,
  texts: readonly string[],
  project: Project,
): readonly Change[] {
  const { disk } = project;
  const defaultConfig = json({ $schema: `./${ownPaths.schema}`, ...config });
  if (Object.keys(lock.components).length === 0)
    return [
      ...planBaseCopies([], new Set(), project),
      ...remove(ownPaths.attributes, disk),
      ...remove(ownPaths.schema, disk),
      ...(isSame(disk.get(ownPaths.config), defaultConfig) ? remove(ownPaths.config, disk) : []),
      ...remove(ownPaths.lock, disk),
    ];
  const used = new Set(Object.values(lock.files).flatMap(({ base, taken }) => [base, taken]));
  return [
    ...planBaseCopies(texts, used, project),
    write(ownPaths.attributes, attributes, disk),
    write(ownPaths.schema, json(configSchema), disk),
    write(ownPaths.config, disk.get(ownPaths.config) ?? defaultConfig, disk),
    write(ownPaths.lock, lockText(lock, project), disk),
  ];
}

/**
 * Adds the base copies that are used and missing, and deletes those that are not
 * used.
 */
function planBaseCopies(
  texts: readonly string[],
  used: ReadonlySet<string | undefined>,
  { bases }: Project,
): readonly Change[] {
  const byHash = new Map(texts.map((text) => [hash(text), text]));
  const missing = [...byHash].filter(([sha256]) => used.has(sha256) && !bases.has(sha256));
  const unused = [...bases].filter(([sha256]) => !used.has(sha256));
  return [
    ...missing.map(([sha256, text]): Change => {
      return { kind: 'create', path: ownPaths.base(sha256), role: 'own', text };
    }),
    ...unused.map(([sha256, mine]): Change => {
      return { kind: 'delete', path: ownPaths.base(sha256), role: 'own', mine };
    }),
  ];
}

/**
 * Returns the text on disk if only the version of the tool differs: that is no
 * reason to write.
 */
function lockText(lock: Lock, { lock: before, disk }: Project): string {
  const isSame = before !== undefined && isDeepStrictEqual({ ...lock, tool: before.tool }, before);
  const current = isSame ? disk.get(ownPaths.lock) : undefined;
  return current ?? json(lock);
}

function write(path: string, text: string, disk: Project['disk']): Change {
  const mine = disk.get(path);
  if (mine === undefined) return { kind: 'create', path, role: 'own', text };
  if (isSame(mine, text)) return { kind: 'unchanged', path, role: 'own' };
  return { kind: 'take-theirs', path, role: 'own', text, mine };
}

/** Whether two texts differ at most in their layout, which the user's formatter may change. */
function isSame(mine: string | undefined, text: string): boolean {
  if (mine === undefined || same(mine, text)) return mine !== undefined;
  const [one, other] = [parse(mine), parse(text)];
  return one !== undefined && isDeepStrictEqual(one, other);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(withoutBom(text));
  } catch {
    return undefined;
  }
}

function remove(path: string, disk: Project['disk']): readonly Change[] {
  const mine = disk.get(path);
  return mine === undefined ? [] : [{ kind: 'delete', path, role: 'own', mine }];
}

const widest = 80;

/** Writes JSON as most formatters do: a list of strings is on one line if it fits. */
function json(value: object): string {
  const text = JSON.stringify(value, undefined, 2);
  const list = /^( *)(.*)\[\n((?:\s+"[^"\n]*",?\n)+)\s*\](,?)$/gm;
  const joined = text.replaceAll(
    list,
    (whole, indent: string, head: string, items: string, comma: string) => {
      const line = `${indent}${head}[${items.trim().split(/\n\s*/).join(' ')}]${comma}`;
      return line.length <= widest ? line : whole;
    },
  );
  return `${joined}\n`;
}
