import { packageJson, small, strictBundler } from './small.ts';
import type { Host } from '../host.ts';

// Small hosts with the settings that a generator writes.

const nextLike = small('next-like', 'the tsconfig of create-next-app, TypeScript 5', {
  packages: { typescript: '^5', '@types/node': '^20', '@types/react': '^19' },
  compilerOptions: {
    target: 'ES2017',
    lib: ['dom', 'dom.iterable', 'esnext'],
    allowJs: true,
    skipLibCheck: true,
    strict: true,
    noEmit: true,
    esModuleInterop: true,
    module: 'esnext',
    moduleResolution: 'bundler',
    resolveJsonModule: true,
    isolatedModules: true,
    jsx: 'react-jsx',
    incremental: true,
    paths: { '@/*': ['./src/*'] },
  },
  files: { 'src/app/page.tsx': 'export default function Page() {\n  return <p>Shop</p>;\n}\n' },
});

const nestService = `import { Injectable } from '@nestjs/common';

@Injectable()
export class ShopService {
  constructor(private readonly name: string) {}
  open(): string {
    return this.name;
  }
}
`;

const nestLike = small('nest-like', 'the tsconfig of Nest 10: CommonJS, decorators, no lib', {
  packages: { typescript: '^5.1.3', '@types/node': '^20.3.1' },
  manifest: {
    type: undefined,
    dependencies: {
      '@nestjs/common': '^10.0.0',
      'reflect-metadata': '^0.2.0',
      rxjs: '^7.8.1',
    },
  },
  files: {
    'tsconfig.json': {
      compilerOptions: {
        module: 'commonjs',
        declaration: true,
        removeComments: true,
        emitDecoratorMetadata: true,
        experimentalDecorators: true,
        allowSyntheticDefaultImports: true,
        target: 'ES2021',
        sourceMap: true,
        outDir: './dist',
        baseUrl: './',
        incremental: true,
        skipLibCheck: true,
        strictNullChecks: false,
        noImplicitAny: false,
        strictBindCallApply: false,
        forceConsistentCasingInFileNames: false,
        noFallthroughCasesInSwitch: false,
      },
    },
    'tsconfig.build.json': {
      extends: './tsconfig.json',
      exclude: ['node_modules', 'test', 'dist', '**/*spec.ts'],
    },
    'src/shop.service.ts': nestService,
  },
  checks: ['npx tsc -p tsconfig.build.json', 'npx tsc --noEmit'],
});

/** What both tsconfigs of a Vite project have. */
const viteOptions = {
  ...strictBundler,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  moduleDetection: 'force',
  noUnusedLocals: true,
  noUnusedParameters: true,
  erasableSyntaxOnly: true,
  noFallthroughCasesInSwitch: true,
  noUncheckedSideEffectImports: true,
};

const viteLike = small('vite-like', 'a Vite project with references, TypeScript 5.9', {
  packages: { vite: '^8.0.0', '@types/node': '^24.0.0' },
  manifest: { scripts: { build: 'tsc -b && vite build' } },
  files: {
    'tsconfig.json': {
      files: [],
      references: [{ path: './tsconfig.app.json' }, { path: './tsconfig.node.json' }],
    },
    'tsconfig.app.json': {
      compilerOptions: {
        ...viteOptions,
        tsBuildInfoFile: './node_modules/.tmp/tsconfig.app.tsbuildinfo',
        lib: ['ES2022', 'DOM', 'DOM.Iterable'],
        types: ['vite/client'],
      },
      include: ['src'],
    },
    'tsconfig.node.json': {
      compilerOptions: {
        ...viteOptions,
        tsBuildInfoFile: './node_modules/.tmp/tsconfig.node.tsbuildinfo',
        target: 'ES2023',
        lib: ['ES2023'],
        types: ['node'],
      },
      include: ['vite.config.ts'],
    },
    'vite.config.ts': "import { defineConfig } from 'vite';\n\nexport default defineConfig({});\n",
    'index.html': '<!doctype html><script type="module" src="/src/index.ts"></script>\n',
    'src/index.ts': 'document.body.textContent = import.meta.env.MODE;\nexport {};\n',
  },
  checks: ['npm run build'],
});

const reactRouter = small('react-router', 'the tsconfig of React Router: types of Node and Vite', {
  packages: { '@types/node': '^22', '@types/react': '^19.2.7', vite: '^7.1.7' },
  files: {
    'tsconfig.json': {
      include: ['**/*', '**/.server/**/*', '**/.client/**/*', '.react-router/types/**/*'],
      compilerOptions: {
        ...strictBundler,
        module: 'ES2022',
        lib: ['DOM', 'DOM.Iterable', 'ES2022'],
        types: ['node', 'vite/client'],
        jsx: 'react-jsx',
        rootDirs: ['.', './.react-router/types'],
        paths: { '~/*': ['./app/*'] },
        esModuleInterop: true,
        verbatimModuleSyntax: true,
        resolveJsonModule: true,
      },
    },
    'app/root.tsx': 'export default function Root() {\n  return <p>Shop</p>;\n}\n',
  },
});

const references = small('references', 'project references: a library and an app, composite', {
  packages: { '@types/node': '^22' },
  files: {
    'tsconfig.json': { files: [], references: [{ path: './lib' }, { path: './src' }] },
    'tsconfig.base.json': {
      compilerOptions: {
        composite: true,
        declarationMap: true,
        target: 'ES2022',
        module: 'nodenext',
        strict: true,
        skipLibCheck: true,
      },
    },
    'lib/tsconfig.json': {
      extends: '../tsconfig.base.json',
      compilerOptions: { rootDir: '.', outDir: '../dist/lib' },
    },
    'lib/price.ts': 'export const price = 3;\n',
    'src/tsconfig.json': {
      extends: '../tsconfig.base.json',
      compilerOptions: { rootDir: '.', outDir: '../dist/src' },
      references: [{ path: '../lib' }],
    },
    'src/index.ts': "export { price } from '../lib/price.js';\n",
  },
  checks: ['npx tsc -b'],
});

const nx = small('nx', 'a library of the Nx preset ts: composite, nodenext, importHelpers', {
  at: 'packages/bot',
  files: {
    'package.json': packageJson(
      { typescript: '~5.9.2', tslib: '^2.3.0', '@types/node': '^22.0.0' },
      { workspaces: ['packages/*'] },
    ),
    'tsconfig.base.json': {
      compilerOptions: {
        composite: true,
        declarationMap: true,
        emitDeclarationOnly: true,
        importHelpers: true,
        isolatedModules: true,
        lib: ['es2022'],
        module: 'nodenext',
        moduleResolution: 'nodenext',
        noEmitOnError: true,
        noFallthroughCasesInSwitch: true,
        noImplicitOverride: true,
        noImplicitReturns: true,
        noUnusedLocals: true,
        skipLibCheck: true,
        strict: true,
        target: 'es2022',
        customConditions: ['@shop/source'],
      },
    },
    'tsconfig.json': {
      extends: './tsconfig.base.json',
      compileOnSave: false,
      files: [],
      references: [{ path: './packages/bot' }],
    },
    'packages/bot/package.json': {
      name: '@shop/bot',
      version: '0.0.1',
      type: 'module',
      main: './dist/index.js',
      dependencies: { tslib: '^2.3.0' },
    },
    'packages/bot/tsconfig.json': {
      extends: '../../tsconfig.base.json',
      files: [],
      include: [],
      references: [{ path: './tsconfig.lib.json' }],
    },
    'packages/bot/tsconfig.lib.json': {
      extends: '../../tsconfig.base.json',
      compilerOptions: {
        rootDir: 'src',
        outDir: 'dist',
        tsBuildInfoFile: 'dist/tsconfig.lib.tsbuildinfo',
        emitDeclarationOnly: false,
        types: ['node'],
      },
      include: ['src/**/*.ts'],
    },
    'packages/bot/src/index.ts': 'export const bot = true;\n',
    '.gitignore': 'node_modules\ndist\n',
  },
  checks: ['npx tsc --build'],
});

const bun = small('bun', 'bun init: module Preserve, types of bun; installed by bun', {
  manager: 'bun@1.4.5',
  packages: { '@types/bun': '^1.3.0' },
  files: {
    'tsconfig.json': {
      compilerOptions: {
        lib: ['ESNext'],
        target: 'ESNext',
        module: 'Preserve',
        moduleDetection: 'force',
        jsx: 'react-jsx',
        allowJs: true,
        moduleResolution: 'bundler',
        allowImportingTsExtensions: true,
        verbatimModuleSyntax: true,
        noEmit: true,
        isolatedModules: true,
        strict: true,
        skipLibCheck: true,
        noFallthroughCasesInSwitch: true,
        noUncheckedIndexedAccess: true,
        noImplicitOverride: true,
        noUnusedLocals: false,
        noUnusedParameters: false,
        noPropertyAccessFromIndexSignature: false,
      },
    },
    'bunfig.toml': '[install]\nsaveTextLockfile = true\n',
    'index.ts': "console.log('Hello via Bun!');\n",
  },
});

const worker = `export default {
  async fetch(request, env, ctx): Promise<Response> {
    return new Response(new URL(request.url).pathname);
  },
} satisfies ExportedHandler;
`;

const workers = small('workers', 'Cloudflare Workers: es2021, types of the runtime, none of Node', {
  packages: { '@cloudflare/workers-types': '^5.20261001.0', typescript: '^5.5.2' },
  files: {
    'tsconfig.json': {
      compilerOptions: {
        target: 'es2021',
        lib: ['es2021'],
        jsx: 'react',
        module: 'es2022',
        moduleResolution: 'Bundler',
        types: ['@cloudflare/workers-types'],
        resolveJsonModule: true,
        allowJs: true,
        checkJs: false,
        noEmit: true,
        isolatedModules: true,
        allowSyntheticDefaultImports: true,
        forceConsistentCasingInFileNames: true,
        strict: true,
        skipLibCheck: true,
      },
      exclude: ['test'],
    },
    'src/index.ts': worker,
  },
});

/** Hosts that need few packages: `npm run test:all` plays them. */
export const sliceHosts: readonly Host[] = [nextLike, nestLike, viteLike];

export const frameworkHosts: readonly Host[] = [reactRouter, references, nx, bun, workers];
