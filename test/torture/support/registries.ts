import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { home } from '../../support/registry/package.ts';

/** One component in `registry.json`, as far as versions change it. */
export type Item = {
  name: string;
  dependencies: string[];
  devDependencies: string[];
  registryDependencies: string[];
  files: { path: string; type: string; target: string }[];
  meta: {
    env: object[];
    gitignore: string[];
    scripts: Record<string, string>;
    roles: Record<string, string>;
    renamed?: Record<string, string>;
    changes: object[];
  };
};

/** A registry to be: its components, and the texts of its files by path. */
export type Draft = { readonly items: Item[]; readonly texts: Map<string, string> };

/** Writes a copy of our registry with some changes into a folder. */
export async function writeRegistry(folder: string, change: (draft: Draft) => void): Promise<void> {
  const own = join(home, 'registry');
  const registry = JSON.parse(await readFile(join(own, 'registry.json'), 'utf8')) as {
    items: Item[];
  };
  const paths = registry.items.flatMap(({ files }) => files.map(({ path }) => path));
  const read = async (path: string) => [path, await readFile(join(own, path), 'utf8')] as const;
  const draft = { items: registry.items, texts: new Map(await Promise.all(paths.map(read))) };
  change(draft);
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'registry.json'),
    JSON.stringify({ ...registry, items: draft.items }, undefined, 2),
  );
  for (const [path, text] of draft.texts) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
}

/** Every file gets a line at its end. */
export function changeAll({ texts }: Draft): void {
  for (const [path, text] of texts) texts.set(path, `${text}// upstream mends ${path}\n`);
}

/** A TypeScript repo of a user's, with files of their own in unlike permissions. */
export async function writeRepo(root: string): Promise<void> {
  const packageJson = {
    name: 'mine',
    type: 'module',
    scripts: { mine: 'echo mine', test: 'vitest run' },
    dependencies: { express: '^5.0.0' },
    devDependencies: { vitest: '^4.0.0', typescript: '~5.9.0' },
  };
  const files = {
    'package.json': `${JSON.stringify(packageJson, undefined, 4)}\n`,
    'tsconfig.json':
      '{ "compilerOptions": { "module": "nodenext", ' +
      '"allowImportingTsExtensions": true, "noEmit": true } }\n',
    '.gitignore': '# mine\nnode_modules/\n/mine-out\n',
    '.env.example': '# mine\nMINE=1\n',
    'README.md': 'mine\r\n',
    'src/index.ts': "export const mine = 'here';\n",
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { mode: path === '.gitignore' ? 0o640 : 0o644 });
  }
}
