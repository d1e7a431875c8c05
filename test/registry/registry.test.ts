import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isBundle } from '../../src/pipeline/registry/find-component.ts';
import { checkRegistry } from '../../src/pipeline/registry/check-registry.ts';
import { newProject } from '../../src/pipeline/resolve/new-project.ts';
import { resolve } from '../../src/pipeline/resolve/resolve.ts';
import { convertImports } from '../../src/pipeline/text/module-specifiers.ts';
import type { Component, FileRef } from '../../src/pipeline/registry/component.ts';
import { asked, request } from '../support/pipeline/fixtures.ts';
import { folderCycles } from '../support/registry/folder-cycles.ts';
import { importsOf } from '../support/registry/imports.ts';
import { components, home, renderOurs, templates } from '../support/registry/package.ts';
import { specifierSpans } from '../support/registry/specifier-spans.ts';

// What every project that runs tests has.
const toolchain = ['vitest', 'typescript'];

const agent = join(home, 'registry/agent');
const onDisk = readdirSync(agent, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(agent.length + 1))
  .toSorted();
const owned = components.flatMap((component) =>
  component.files.map((file) => ({ component, file })),
);
const owners = new Map(owned.map(({ component, file }) => [file.to, { component, file }]));
const code = owned.filter(({ file }) => file.to.endsWith('.ts'));
const imports = (file: FileRef) => importsOf(file.to, readFileSync(join(agent, file.to), 'utf8'));
/** Opens a store by its name, which need not be installed: tsx and Node find its `.ts`. */
const opensStores = 'terminal/transfer.ts';
const relative = (file: FileRef) =>
  imports(file).specifiers.flatMap((one) =>
    one.startsWith('.') ? [posix.join(posix.dirname(file.to), one)] : [],
  );
/** A component, what it requires, and what fills its slots when nobody says. */
const closure = (component: Component) =>
  resolve(request({ components: asked(component.name) }), components).components.map(
    (one) => one.component,
  );

it('holds together', () => {
  expect(() => checkRegistry(components, 'registry')).not.toThrow();
});

it('each file belongs to exactly one component, and is there', () => {
  expect(owned.map(({ file }) => file.to).toSorted()).toEqual(onDisk);
});

describe.each(code.map(({ component, file }) => ({ component, file, path: file.to })))(
  '$path',
  ({ component, file }) => {
    it('imports in the one way that can be rewritten', () => {
      const odd = imports(file).specifiers.filter(
        (one) => one.startsWith('.') && !/^\.\.?\/.*\.ts$/.test(one),
      );
      const others = file.to === opensStores ? [] : imports(file).forbidden;
      expect([...others, ...odd]).toEqual([]);
    });

    it.each(['.js', ''] as const)(
      'has its own imports, and nothing else, rewritten to "%s"',
      (ending) => {
        const text = readFileSync(join(agent, file.to), 'utf8');
        const spans = specifierSpans(file.to, text).filter(({ specifier }) =>
          specifier.startsWith('.'),
        );
        // From the end, so that the places before stay where they are.
        const rewritten = spans.toReversed().reduce((whole, { specifier, start, end }) => {
          const quote = whole[start] ?? '';
          return (
            whole.slice(0, start) +
            quote +
            specifier.replace(/\.ts$/, ending) +
            quote +
            whole.slice(end)
          );
        }, text);
        expect(convertImports(text, ending)).toBe(rewritten);
      },
    );

    it('imports only what its component requires', () => {
      const allowed = closure(component);
      const foreign = relative(file).filter(
        (path) => !allowed.some((one) => one.files.some(({ to }) => to === path)),
      );
      expect(foreign).toEqual([]);
    });

    it('imports only packages that its component names', () => {
      const named = closure(component).flatMap((one) =>
        Object.keys({ ...one.dependencies, ...one.devDependencies }),
      );
      const packages = imports(file).specifiers.filter(
        (one) => !one.startsWith('.') && !one.startsWith('node:'),
      );
      const known = file.role === 'test' || file.role === 'seed' ? [...named, ...toolchain] : named;
      expect(
        packages.filter((one) => !known.some((name) => one === name || one.startsWith(`${name}/`))),
      ).toEqual([]);
    });
  },
);

describe('the tests that come without --all-tests', () => {
  const shipped = code.filter(({ file }) => !file.onlyWithAllTests);

  it('import no file that comes only with it', () => {
    const missing = shipped.flatMap(({ file }) =>
      relative(file)
        .filter((path) => owners.get(path)?.file.onlyWithAllTests)
        .map((path) => `${file.to} imports ${path}`),
    );
    expect(missing).toEqual([]);
  });

  it('use all helpers that come with them', () => {
    const used = new Set(shipped.flatMap(({ file }) => relative(file)));
    const helpers = shipped.filter(
      ({ file }) => file.role === 'test' && !file.to.endsWith('.test.ts'),
    );
    expect(helpers.map(({ file }) => file.to).filter((path) => !used.has(path))).toEqual([]);
  });

  it('are those that a user needs', () => {
    const tests = shipped.map(({ file }) => file.to).filter((path) => path.endsWith('.test.ts'));
    expect(tests.map((path) => posix.basename(path)).toSorted()).toEqual([
      'approve-link.test.ts',
      'blocks.test.ts',
      'client.test.ts',
      'context.test.ts',
      'file.test.ts',
      'loop.test.ts',
      'outbox.test.ts',
      'policy.test.ts',
      'postgres.test.ts',
      'prompt.test.ts',
      'redis.test.ts',
      'release.test.ts',
      'server.test.ts',
      'sqlite.test.ts',
      'thread.test.ts',
      'worker.test.ts',
    ]);
  });
});

it.each(components.filter((component) => !isBundle(component)))(
  '$name requires nothing that it does not import, also without all tests',
  (component) => {
    const files = component.files.filter(({ onlyWithAllTests }) => !onlyWithAllTests);
    const wired = component.wires.flatMap((wire) => [wire, ...(wire.uses ?? [])]);
    const paths = [...files.flatMap(relative), ...wired.map(({ from }) => from.slice(2))];
    // Only agent.ts has their slots.
    const isWay = component.wires.some(({ slot }) =>
      ['outbox', 'channels', 'triggers', 'agents', 'prefetch'].includes(slot),
    );
    const used = paths.map((path) => owners.get(path)?.component.name);
    if (isWay) used.push('agent');
    // The user imports it.
    const told = component.nextSteps.join(' ').matchAll(/\{dir\}\/(\S+\.ts)/g);
    used.push(...[...told].map(([, path = '']) => owners.get(path)?.component.name));
    expect(component.requires.filter((name) => !used.includes(name))).toEqual([]);
  },
);

it.each(code.filter(({ file }) => /^(core|store|testing)\//.test(file.to)))(
  '$file.to imports no seed',
  ({ file }) => {
    expect(relative(file).filter((path) => owners.get(path)?.file.role === 'seed')).toEqual([]);
  },
);

it('no folder imports a folder that leads back to it, except in tests', () => {
  const sources = code.filter(({ file }) => file.role !== 'test').map(({ file }) => file);
  expect(folderCycles(sources.map((file) => [file.to, relative(file)]))).toEqual([]);
});

it.each(code.filter(({ file }) => file.to.startsWith('core/') && file.role === 'source'))(
  '$file.to imports no folder except the core, and no package except zod',
  ({ file }) => {
    const packages = imports(file).specifiers.filter((one) => !/^(\.|node:|zod$)/.test(one));
    const outside = relative(file).filter((path) => !path.startsWith('core/'));
    expect([...packages, ...outside]).toEqual([]);
  },
);

describe('the rendered files', async () => {
  const wanted = await renderOurs(request({ components: asked('agent', 'terminal') }));
  const rendered = ['agent.ts', 'tools.ts', 'terminal/commands.ts'];

  it.each(rendered)('%s is what agent and terminal alone render', (name) => {
    expect(readFileSync(join(agent, name), 'utf8')).toBe(
      wanted.files.find((file) => file.path === `src/agent/${name}`)?.text,
    );
  });
});

describe('the templates', () => {
  it.each([templates.base, ...templates.offered])(
    '$name names every file of its folder',
    ({ name, files }) => {
      const folder = join(home, 'templates', name);
      const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter(
        (entry) => entry.isFile(),
      );
      const paths = entries.map((entry) =>
        join(entry.parentPath, entry.name).slice(folder.length + 1),
      );
      const named = files.flatMap(({ from }) =>
        from.startsWith(`${name}/`) ? [from.slice(name.length + 1)] : [],
      );
      expect(paths.filter((path) => path !== 'template.json').toSorted()).toEqual(named.toSorted());
    },
  );

  it.each(templates.offered)('$name selects without a collision', ({ name }) => {
    const answers = { dir: 'bot', template: name, model: undefined };
    const offered = { templates: templates.offered, base: templates.base, components };
    expect(() =>
      resolve(newProject(answers, {}, '/bot', offered), components, templates.base),
    ).not.toThrow();
  });
});
