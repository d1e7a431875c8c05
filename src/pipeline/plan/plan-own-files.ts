import { isDeepStrictEqual } from 'node:util';
import type { Change } from './change.ts';
import type { Config, Lock } from '../lock/lock-file.ts';
import type { Project } from '../decide/project-state.ts';
import configSchema from './config-schema.json' with { type: 'json' };
import { hash } from '../text/hash.ts';
import { same } from '../text/line-endings.ts';
import { ownPaths } from '../lock/own-paths.ts';

// Without it `core.autocrlf` would change the bytes of the pristine copies, and a diff would show each of them.
const attributes = 'base/** -text -diff linguist-generated\n';

/** The writes that keep our own files in step with a lock; without a component in it nothing of them stays. */
export function planOwnFiles(
  lock: Lock,
  config: Config,
  texts: readonly string[],
  project: Project,
): readonly Change[] {
  const isEmpty = Object.keys(lock.components).length === 0;
  const used = new Set(isEmpty ? [] : Object.values(lock.files).map((file) => file.base));
  const pristine = new Map(texts.map((text) => [hash(text), text]));
  const { bases, disk } = project;
  const added = [...pristine].filter(([sha256]) => used.has(sha256) && !bases.has(sha256));
  const unused = [...bases].filter(([sha256]) => !used.has(sha256));
  const fresh = json({ $schema: `./${ownPaths.schema}`, ...config });
  const kept = (path: string, text: string) =>
    isEmpty ? remove(path, disk) : write(path, text, disk);
  return [
    ...added.map(([sha256, text]): Change => ({
      kind: 'create',
      path: ownPaths.base(sha256),
      role: 'own',
      text,
    })),
    ...unused.map(([sha256, mine]): Change => ({
      kind: 'delete',
      path: ownPaths.base(sha256),
      role: 'own',
      mine,
    })),
    ...kept(ownPaths.attributes, attributes),
    ...kept(ownPaths.schema, json(configSchema)),
    ...(isEmpty && !same(disk.get(ownPaths.config), fresh)
      ? []
      : kept(ownPaths.config, disk.get(ownPaths.config) ?? fresh)),
    ...kept(ownPaths.lock, lockText(lock, project)),
  ];
}

/** Another version of the tool alone is no reason to write. */
function lockText(lock: Lock, { lock: before, disk }: Project): string {
  const isSame = before !== undefined && isDeepStrictEqual({ ...lock, tool: before.tool }, before);
  return (isSame ? disk.get(ownPaths.lock) : undefined) ?? json(lock);
}

function write(path: string, text: string, disk: Project['disk']): readonly Change[] {
  const mine = disk.get(path);
  if (mine === undefined) return [{ kind: 'create', path, role: 'own', text }];
  return [
    same(mine, text)
      ? { kind: 'unchanged', path, role: 'own' }
      : { kind: 'take-theirs', path, role: 'own', text, mine },
  ];
}

function remove(path: string, disk: Project['disk']): readonly Change[] {
  const mine = disk.get(path);
  return mine === undefined ? [] : [{ kind: 'delete', path, role: 'own', mine }];
}

const widest = 80;

/** As most formatters write it: a list that fits a line is on one. */
function json(value: object): string {
  const text = JSON.stringify(value, undefined, 2);
  const flat = text.replaceAll(
    /^( *)(.*)\[\n((?:\s+"[^"\n]*",?\n)+)\s*\](,?)$/gm,
    (whole, indent: string, head: string, items: string, comma: string) => {
      const line = `${indent}${head}[${items.trim().split(/\n\s*/).join(' ')}]${comma}`;
      return line.length <= widest ? line : whole;
    },
  );
  return flat + '\n';
}
