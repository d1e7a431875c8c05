import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Contestant, type Ground, runProcess } from '../measure.ts';
import { benchFolder } from '../places.ts';
import { freshFolder, type Texts } from './project.ts';

const packages = join(benchFolder, 'node_modules');
const shadcn = join(packages, 'shadcn/dist/index.js');
const jsrepo = join(packages, 'jsrepo/dist/bin.mjs');
const json = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;

/** `shadcn --version`. */
export const shadcnVersion: Contestant = () => ({ args: [shadcn, '--version'], cwd: benchFolder });
/** `jsrepo --version`. */
export const jsrepoVersion: Contestant = () => ({ args: [jsrepo, '--version'], cwd: benchFolder });

const shadcnRepo: Texts = {
  'package.json': json({
    name: 'shop',
    type: 'module',
    dependencies: { next: '15.0.0', react: '19.0.0' },
  }),
  'tsconfig.json': json({
    compilerOptions: { module: 'esnext', baseUrl: '.', paths: { '@/*': ['./src/*'] } },
  }),
  'components.json': json({
    style: 'new-york',
    rsc: true,
    tsx: true,
    tailwind: { config: '', css: 'src/globals.css', baseColor: 'neutral', cssVariables: true },
    aliases: { components: '@/components', utils: '@/lib/utils' },
  }),
};

/** shadcn copies the texts from a registry item in a local file into a repository made anew each time. */
export async function shadcnAdds(texts: Texts, { folder }: Ground): Promise<Contestant> {
  const env = { REGISTRY_URL: `http://127.0.0.1:${await serve()}/r` };
  const files = Object.entries(texts).map(([path, content]) => ({
    path,
    content,
    type: 'registry:file',
    target: `src/agent/${path}`,
  }));
  const name = `item-${files.length}`;
  const registry = freshFolder(join(folder, `shadcn-${name}`), {
    [`${name}.json`]: json({
      $schema: 'https://ui.shadcn.com/schema/registry-item.json',
      name,
      type: 'registry:item',
      files,
    }),
  });
  return () => ({
    args: [shadcn, 'add', join(registry, `${name}.json`), '--yes', '--overwrite'],
    cwd: freshFolder(join(folder, 'shadcn-repo'), shadcnRepo),
    env,
  });
}

let served: Promise<number> | undefined;

/** The port of a server for all runs, which ends with this process. */
function serve(): Promise<number> {
  served ??= (async () => {
    const script = fileURLToPath(new URL('./serve.cjs', import.meta.url));
    const server = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] });
    process.once('exit', () => server.kill());
    const [port] = await once(server.stdout, 'data');
    server.unref();
    server.stdout.destroy();
    return Number(port);
  })();
  return served;
}

/** jsrepo copies the texts from a registry in a folder, built once, into a repository made anew each time. */
export function jsrepoAdds(texts: Texts, ground: Ground): Contestant {
  const place = freshFolder(join(ground.folder, `jsrepo-${Object.keys(texts).length}`));
  const items = Object.keys(texts).map((path) => ({
    path: `src/${path}`,
    dependencyResolution: 'manual',
  }));
  const registry = freshFolder(join(place, 'registry'), {
    'package.json': json({ name: 'registry', type: 'module' }),
    'jsrepo.config.ts': registryConfig([{ name: 'all', type: 'lib', files: items }]),
    ...Object.fromEntries(Object.entries(texts).map(([path, text]) => [`src/${path}`, text])),
  });
  link(registry);
  runProcess({ args: [jsrepo, 'build'], cwd: registry }, ground);
  return () => {
    const repo = freshFolder(join(place, 'repo'), {
      'package.json': json({ name: 'shop', type: 'module' }),
      'jsrepo.config.ts': repoConfig,
    });
    link(repo);
    return { args: [jsrepo, 'add', 'all', '--yes', '--overwrite'], cwd: repo };
  };
}

const link = (folder: string) => symlinkSync(packages, join(folder, 'node_modules'), 'junction');

const registryConfig = (items: readonly object[]) => `import { defineConfig } from 'jsrepo';
import { repository } from 'jsrepo/outputs';
export default defineConfig({
  registry: { name: '@bench/registry', version: '1.0.0', outputs: [repository()], excludeDeps: ['zod'], items: ${JSON.stringify(items)} },
});
`;

const repoConfig = `import { defineConfig } from 'jsrepo';
import { fs } from 'jsrepo/providers';
export default defineConfig({
  registries: ['fs://../registry'],
  providers: [fs()],
  paths: { '*': './src/agent', lib: './src/agent' },
});
`;
