import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allCommands } from '../support/generated/terminal-commands.ts';
import { helpFor } from '../../registry/agent/terminal/program.ts';
import { home } from '../support/registry/package.ts';
import { commandsOf } from '../support/docs/check-command.ts';
import { matches } from '../support/docs/matches.ts';
import { problemsOf } from '../support/docs/problems-of.ts';
import { blockOf, readDoc, type Doc } from '../support/docs/read-doc.ts';
import { createdFiles, openWorld } from '../support/docs/world.ts';

const world = await openWorld();
const open = (path: string): Doc => readDoc(path, readFileSync(join(home, path), 'utf8'));
const pagesIn = (folder: string) =>
  readdirSync(join(home, folder)).filter((name) => name.endsWith('.md'));
const names = pagesIn('docs');
const docs = names.map((name) => open(`docs/${name}`));
const factors = pagesIn('docs/factors').map((name) => open(`docs/factors/${name}`));
const readme = open('README.md');
const all = [readme, ...docs, ...factors].map((doc) => [doc.path, doc] as const);

describe.each(all)('%s', (path, doc) => {
  it('names nothing that is not there', () => expect(problemsOf(doc, world)).toEqual([]));

  it('has one heading of the first level', () => {
    const text = readFileSync(join(home, path), 'utf8').replaceAll(/```[\s\S]*?```/g, '');
    expect(text.match(/^# /gm)).toHaveLength(1);
  });
});

describe.each(['starter', 'deploybot', 'minimal', 'empty'])(
  'a new project of %s',
  async (template) => {
    const files = await createdFiles(template);
    // Its README says how to write the first of these; a run makes the second.
    const made = ['src/agent/tools/restart.ts', '.agent/target.jsonl'];
    const empty = made.map((path) => [path, ''] as const);
    const project = new Map([...world.project, ...files, ...empty]);
    const own = (path: string) => files.get(path);

    it.each(['AGENTS.md', 'README.md'])('has %s, which names nothing that is not there', (path) => {
      expect(problemsOf(readDoc(path, files.get(path) ?? ''), { ...world, project, own })).toEqual(
        [],
      );
      expect(files.get(path)).toContain('core/loop.ts');
    });
  },
);

it('every page is in the index', () => {
  const index = readFileSync(join(home, 'docs/README.md'), 'utf8');
  expect(names.filter((name) => name !== 'README.md' && !index.includes(`(${name})`))).toEqual([]);
});

it('every command and every flag is in the documentation', () => {
  const text = docs.map(({ prose }) => prose).join('\n');
  const flags = commandsOf(world.tool).flatMap((command) =>
    command.options.map(({ long }) => long ?? ''),
  );
  const words = commandsOf(world.tool).flatMap((command) => [command.name(), ...command.aliases()]);
  const named: readonly string[] = text.match(/--[\w-]+/g) ?? [];
  const missing = [
    ...flags.filter((flag) => !named.includes(flag)),
    ...words.filter((word) => word !== 'help' && !text.includes(`\`${word}`)),
  ];
  expect(missing).toEqual([]);
});

it("the README's picture of the first run is what the guide does, except for the question", () => {
  const words = readFileSync(join(home, 'docs/story.svg'), 'utf8')
    .replaceAll('\r\n', '\n')
    .replaceAll('&gt;', '>');
  const [, printed = ''] = /\n( {2}t_\w+ started\n[\s\S]*?)\nKilled/.exec(words) ?? [];
  const guide = open('docs/getting-started.md').fences.map(blockOf);
  const shown = guide
    .flatMap((block) => (block.kind === 'console' ? block.commands : []))
    .find(({ command }) => /ship/.test(command));
  const inPipe = printed.split('\n').filter((line) => !/^ +Approve\?|^> l$/.test(line));
  const [, fromStart = ''] = /( {2}t_\w+ started\n[\s\S]*)/.exec(shown?.printed ?? '') ?? [];
  expect(inPipe.length).toBeGreaterThan(5);
  expect(matches(fromStart, inPipe.join('\n'), new Map())).toBe(true);
});

it('every command of the terminal is in the documentation', () => {
  const text = docs.map(({ prose }) => prose).join('\n');
  const help = helpFor(allCommands, {
    name: 'npm start',
    withFlags: 'npm start --',
    quiet: 'node start.js',
  });
  const words = [...help.matchAll(/npm start (list|[a-z]+(?= <))/g)].map(([, word = '']) => word);
  expect(words).toEqual(expect.arrayContaining(['list', 'show', 'approve', 'resume']));
  expect(words.filter((word) => !new RegExp(`\`(npm start )?${word}\\b`).test(text))).toEqual([]);
});
