import semver from 'semver';
import type { Entries } from '../text/entries.ts';
import { fieldOf } from './field-of.ts';

/** The version catalogs of a workspace: catalog to package to range. */
export type VersionCatalogs = Readonly<Record<string, Entries>>;

/** The catalog that `catalog:` means. */
const unnamed = 'default';

/** Reads the catalogs of bun: in `workspaces` of package.json, or beside it. */
export function catalogsOfPackageJson(packageJson: object): VersionCatalogs {
  return { ...catalogsIn(packageJson), ...catalogsIn(objectIn(packageJson, 'workspaces')) };
}

/** Returns the catalogs in a parsed file. */
export function catalogsIn(value: unknown): VersionCatalogs {
  const named = objectIn(value, 'catalogs') ?? {};
  const found = Object.entries(named).map(([name, one]) => [name, rangesIn(one)] as const);
  const catalog = objectIn(value, 'catalog');
  if (catalog !== undefined) found.push([unnamed, rangesIn(catalog)]);
  return Object.fromEntries(found);
}

function rangesIn(value: unknown): Entries {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).map(([name, range]) => [name, String(range)] as const),
  );
}

/**
 * Returns the semver range that an entry of package.json stands for: behind a catalog, an alias, a
 * patch or `workspace:`. Undefined if it cannot be told, as for a tag, a URL or another package.
 */
export function plainRange(
  name: string,
  range: string,
  catalogs: VersionCatalogs,
): string | undefined {
  const [, catalog] = /^catalog:(.*)$/.exec(range) ?? [];
  if (catalog !== undefined) {
    const entry = catalogs[catalog.trim() || unnamed]?.[name];
    return entry === undefined ? undefined : plainRange(name, entry, {});
  }
  const plain = withoutProtocol(name, range);
  return plain === undefined || semver.validRange(plain) === null ? undefined : plain;
}

function withoutProtocol(name: string, range: string): string | undefined {
  const [, patched] = /^patch:.*@npm(?:%3A|:)([^#]*)/i.exec(range) ?? [];
  if (patched !== undefined) return decoded(patched);
  const plain = range.replace(/^(npm|workspace):/, '');
  if (plain === range || semver.validRange(plain) !== null) return plain;
  if (plain === name) return '*';
  return plain.startsWith(`${name}@`) ? plain.slice(name.length + 1) : undefined;
}

/** Decodes ASCII alone: a version has no other characters, and the text may be malformed. */
function decoded(text: string): string {
  return text.replaceAll(/%([0-7][0-9a-f])/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

function objectIn(value: unknown, name: string): object | undefined {
  const field = fieldOf(value, name);
  return typeof field === 'object' && field !== null ? field : undefined;
}
