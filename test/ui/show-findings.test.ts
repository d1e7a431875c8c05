import { expect, it } from 'vitest';
import { showFindings } from '../../src/ui/show-findings.ts';
import { openTerminal } from '../../src/ui/terminal.ts';
import { captureStreams } from '../support/cli/streams.ts';

/** Returns the lines that are printed on a terminal with these columns. */
function shown(
  columns: number,
  ...findings: Parameters<typeof showFindings>[0]
): readonly string[] {
  const { texts, streams } = captureStreams();
  const failed = findings.filter(({ level }) => level === 'fail').length;
  showFindings(findings, failed, { ...openTerminal(streams, undefined, false), columns });
  return texts.stdout.split('\n').slice(0, -1);
}

const key = {
  level: 'fail',
  what: 'KEY is not set',
  about: 'slack needs it: put it into .env',
} as const;
const tool = {
  level: 'warn',
  what: 'deploy has no approval rule',
  about: 'src/agent/policy.ts',
} as const;
const long = {
  level: 'fail',
  what: 'the pristine copy of src/agent/context.ts is lost or changed',
  about: 'git checkout brings it back: .12-factor/base/0123456789ab...',
} as const;

it('puts what there is to do beside what is wrong, in one column', () => {
  expect(
    shown(
      80,
      { level: 'ok', what: 'update has what it needs (41 files); 2 edited by you' },
      tool,
      key,
    ),
  ).toEqual([
    'ok    update has what it needs (41 files); 2 edited by you',
    'warn  deploy has no approval rule   src/agent/policy.ts',
    'FAIL  KEY is not set                slack needs it: put it into .env',
    '1 problem.',
  ]);
});

it('puts it below where there is no room', () => {
  expect(shown(80, key, long)).toEqual([
    'FAIL  KEY is not set   slack needs it: put it into .env',
    'FAIL  the pristine copy of src/agent/context.ts is lost or changed',
    '        git checkout brings it back: .12-factor/base/0123456789ab...',
    '2 problems.',
  ]);
});

it('breaks nothing in a pipe', () => {
  expect(shown(Infinity, long)[0]).toBe(`FAIL  ${long.what}   ${long.about}`);
});

it.each([40, 60, 80])('fits %i columns', (columns) => {
  const lines = shown(columns, key, tool, long);
  expect(lines.filter((line) => line.length > columns)).toEqual([]);
});

it('says that there is nothing wrong', () => {
  expect(shown(80, tool).at(-1)).toBe('No problems.');
});
