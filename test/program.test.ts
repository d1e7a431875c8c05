import { expect, test } from 'vitest';
import { choicesFor } from '../src/pipeline/resolve/resolve.ts';
import { program } from '../src/program.ts';
import { helpContext } from './support/cli/help-context.ts';
import { components, templates } from './support/registry/package.ts';

const root = program(helpContext);
const create = root.commands.find((command) => command.name() === 'create');

test.each([
  ['--template', templates.offered.map(({ name }) => name)],
  ['--model', choicesFor('model', components).map(({ name }) => name.slice('model-'.length))],
  ['--store', choicesFor('store', components).map(({ name }) => name.slice('store-'.length))],
])('the help of %s names what there is', (flag, names) => {
  const about = create?.options.find((option) => option.long === flag)?.description ?? '';
  const [, listed = ''] = about.split(': ');
  expect(listed.split(', ').toSorted()).toEqual(
    names.filter((name) => name !== 'choose').toSorted(),
  );
});

test('every command has examples', () => {
  for (const command of ['create', 'list', 'view']) {
    let help = '';
    const one = root.commands.find((candidate) => candidate.name() === command);
    one?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toContain('Examples:\n  npx create-12-factor-agent@latest');
  }
});
