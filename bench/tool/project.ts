import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Command, type Contestant, type Ground, runProcess } from '../measure.ts';
import { bin, home } from '../places.ts';

/** Texts by path. */
export type Texts = Readonly<Record<string, string>>;

const agentFolder = 'src/agent';
const bare: Texts = {
  'src/index.ts': 'export const shop = true;\n',
  'package.json': '{ "name": "shop", "type": "module" }\n',
  'tsconfig.json':
    '{ "compilerOptions": { "module": "nodenext", "types": ["node"], "noEmit": true, "allowImportingTsExtensions": true } }\n',
};

/** Writes texts under a folder. */
export function writeTexts(folder: string, texts: Texts): void {
  for (const [path, text] of Object.entries(texts)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A folder with nothing in it but texts. */
export function freshFolder(folder: string, texts: Texts = {}): string {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeTexts(folder, texts);
  return folder;
}

/** The built tool with some arguments. */
export const tool = (cwd: string, ...args: readonly string[]): Command => ({
  args: [bin, ...args],
  cwd,
});

/** The tool in a repository with nothing but a package.json and a tsconfig.json, made anew each time. */
export const inBareRepo =
  ({ folder }: Ground, ...args: readonly string[]): Contestant =>
  () =>
    tool(freshFolder(join(folder, 'repo'), bare), ...args);

/** What a component's files hold, by path from the agent's folder, once the tool has copied them. */
export function textsOf(component: string, ground: Ground): Texts {
  const repo = freshFolder(join(ground.folder, 'copied'), bare);
  runProcess(tool(repo, 'add', component, '--no-install'), ground);
  return textsUnder(join(repo, agentFolder));
}

function textsUnder(folder: string): Texts {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    paths.map((path) => [
      path.slice(folder.length + 1).replaceAll('\\', '/'),
      readFileSync(path, 'utf8'),
    ]),
  );
}

/** A command in a copy, made anew each time, of a repo whose registry is at its next version. */
export function inOutdatedRepo(isEdited: boolean, count: number, ground: Ground): Contestant {
  const place = freshFolder(join(ground.folder, isEdited ? 'edited' : 'untouched'));
  const [registry, installed] = [
    join(place, 'registry'),
    freshFolder(join(place, 'installed'), bare),
  ];
  cpSync(join(home, 'registry'), registry, { recursive: true });
  runProcess(
    tool(installed, 'add', 'terminal', '--no-install', '--registry', '../registry'),
    ground,
  );
  const changed = changeUpstream(registry, textsUnder(join(installed, agentFolder)), count);
  for (const path of isEdited ? changed : []) {
    const file = join(installed, agentFolder, path);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\n// mine\n`);
  }
  return () => {
    const repo = freshFolder(join(place, 'repo'));
    cpSync(installed, repo, { recursive: true });
    return tool(repo, 'update', '--no-install', '--yes');
  };
}

/** A line on top of some source files that are installed and not rendered: the next version of a registry. */
function changeUpstream(registry: string, installed: Texts, count: number): readonly string[] {
  const path = join(registry, 'registry.json');
  const json = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly items: readonly {
      readonly files: readonly { path: string }[];
      readonly meta: { roles: object };
    }[];
  };
  const plain = json.items.flatMap(({ files, meta }) =>
    files.filter((file) => !Object.hasOwn(meta.roles, file.path)),
  );
  const ours = plain
    .map((file) => file.path.slice('agent/'.length))
    .filter((file) => file in installed);
  const changed = ours.slice(0, count);
  if (changed.length < count) throw new Error(`Only ${changed.length} files can change.`);
  for (const file of changed) {
    const at = join(registry, 'agent', file);
    writeFileSync(at, `// upstream\n${readFileSync(at, 'utf8')}`);
  }
  writeFileSync(path, JSON.stringify({ ...json, version: '9.0.0' }));
  return changed;
}
