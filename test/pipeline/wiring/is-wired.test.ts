import { expect, it } from 'vitest';
import { isWired } from '../../../src/pipeline/wiring/is-wired.ts';

const agent = (model: string, head = '') => `import { ${model} } from './model/${model}.ts';
${head}
export const agent: Agent = {
  model: ${model}(),
  store: file(),
};
`;
const rewired = { before: agent('script'), after: agent('remote') };

it.each<[string, string, boolean]>([
  ['the new wiring', agent('remote'), true],
  ['the new wiring and edits', agent('remote', 'const mine = 1;'), true],
  [
    'the new wiring in another layout',
    agent('remote').replaceAll("'", '"').replaceAll('  ', '\t').replaceAll(';', ''),
    true,
  ],
  ['the old wiring', agent('script'), false],
  ['only its import', agent('script').replace(/^.*/, agent('remote').split('\n')[0] ?? ''), false],
  ['both imports', `import { script } from './model/script.ts';\n${agent('remote')}`, false],
  ['what does not parse', `${agent('remote')}}`, false],
])('a file with %s is wired or not', (_, text, expected) => {
  expect(isWired(rewired, text)).toBe(expected);
});

it('a file whose wiring does not change is wired, whatever the user changed', () => {
  expect(isWired({ before: agent('a'), after: agent('a', '// new') }, agent('mine'))).toBe(true);
});
