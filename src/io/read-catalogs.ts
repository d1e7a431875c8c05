import { join } from 'node:path';
import { catalogsOfPackageJson, type VersionCatalogs } from '../pipeline/repo/version-catalogs.ts';
import { readPackageJson } from './read-package-json.ts';
import { readText } from './read-text.ts';

/** Reads the version catalogs of the folders. The last folder that has a catalog wins. */
export async function readCatalogs(
  folders: readonly (string | undefined)[],
): Promise<VersionCatalogs> {
  const known = folders.filter((folder) => folder !== undefined);
  const all = await Promise.all(known.map(catalogsOf));
  return Object.assign({}, ...all) as VersionCatalogs;
}

async function catalogsOf(folder: string): Promise<VersionCatalogs> {
  const names = ['pnpm-workspace.yaml', '.yarnrc.yml'];
  const inYaml = await Promise.all(names.map((name) => readYaml(join(folder, name))));
  const packageJson = (await readPackageJson(folder).catch(() => undefined)) ?? {};
  return Object.assign(catalogsOfPackageJson(packageJson), ...inYaml) as VersionCatalogs;
}

/** Reads the catalogs of a YAML file. None if there is no such file. */
async function readYaml(path: string): Promise<VersionCatalogs> {
  const text = await readText(path).catch(() => undefined);
  // The YAML parser is slow to load.
  if (!text?.includes('catalog')) return {};
  const { catalogsOfYaml } = await import('../pipeline/repo/workspace-globs.ts');
  return catalogsOfYaml(text);
}
