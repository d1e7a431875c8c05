import type { Program } from '@babel/types';
import { conflictsIn } from '../text/conflict-markers.ts';
import { checkApprovals } from './check-approvals.ts';
import { type Finding, fail, ok, warn } from './finding.ts';
import { type Dispatch, dispatchOf, handlesAll } from './intent-switches.ts';
import { parseSource } from './syntax.ts';
import { type Definition, findDefinitions, findUnion } from './tool-definitions.ts';
import { toolNamesIn, type Union } from './tool-definitions.ts';

/**
 * Checks the tools of an agent. `sources` has the texts of `tools.ts`, `policy.ts` and all files
 * under `tools/`, by path from the root. Code that is too dynamic to read gives a warning, never a
 * failure. A repo without tools has no findings.
 */
export function checkTools(dir: string, sources: ReadonlyMap<string, string>): readonly Finding[] {
  const [toolsPath, policyPath] = [`${dir}/tools.ts`, `${dir}/policy.ts`];
  const { programs, broken } = parseAll(sources);
  const [tools, policy] = [programs.get(toolsPath), programs.get(policyPath)];
  const definitions = [...programs]
    .filter(([path]) => path !== policyPath)
    .flatMap(([path, program]) => findDefinitions(program).map((one) => ({ ...one, path })));

  const crashes = definitions.flatMap(checkCrash);
  const undeclared = definitions.flatMap(checkPending);
  const union = tools && findUnion(tools);
  const intents = tools ? checkIntents(toolsPath, tools, union) : [];
  const passed: string[] = [];
  if (tools && intents.length === 0) passed.push('every intent in tools.ts has a case');
  if (definitions.length > 0 && crashes.length + broken.length === 0)
    passed.push('every tool sets onUnknownOutcome');

  const findings = [...broken, ...intents, ...crashes, ...undeclared];
  if (passed.length > 0) findings.unshift(ok(passed.join('; ')));
  if (tools && union && policy) {
    const toolNames = new Set([...programs.values()].flatMap(toolNamesIn));
    findings.push(...checkApprovals(policyPath, policy, { union, program: tools, toolNames }));
  }
  return findings;
}

type Parsed = {
  readonly programs: ReadonlyMap<string, Program>;
  readonly broken: readonly Finding[];
};

/** Parses all files without conflict markers: those with markers have a finding of their own. */
function parseAll(sources: ReadonlyMap<string, string>): Parsed {
  const programs = new Map<string, Program>();
  const broken: Finding[] = [];
  for (const [path, text] of sources) {
    if (conflictsIn(text).length > 0) continue;
    const file = parseSource(text);
    if (file.kind === 'parsed') programs.set(path, file.program);
    else broken.push(fail(`${path}:${file.line} is not valid TypeScript`, file.why));
  }
  return { programs, broken };
}

type PlacedDefinition = Definition & { readonly path: string };

function checkCrash(definition: PlacedDefinition): readonly Finding[] {
  const { name = 'a tool', path, line, onUnknownOutcome } = definition;
  switch (onUnknownOutcome) {
    case 'set':
      return [];
    case 'unknown':
      return [
        warn(
          `cannot tell whether ${name} sets onUnknownOutcome`,
          `${path}:${line}: a spread or a computed key`,
        ),
      ];
    case 'missing':
      return [
        fail(
          `${name} does not set onUnknownOutcome`,
          `${path}:${line}: set it to 'retry' or 'ask_human'`,
        ),
      ];
  }
}

function checkPending(definition: PlacedDefinition): readonly Finding[] {
  const { name = 'a tool', path, line, longRunning, isPending } = definition;
  if (!isPending || longRunning === 'set') return [];
  if (longRunning === 'unknown')
    return [
      warn(
        `cannot tell whether ${name} sets longRunning`,
        `${path}:${line}: without it, no report of the outcome is taken`,
      ),
    ];
  return [
    fail(
      `${name} uses pending() and does not set longRunning`,
      `${path}:${line}: set it to true: else no report of the outcome is taken`,
    ),
  ];
}

function checkIntents(
  path: string,
  program: Program,
  union: Union | undefined,
): readonly Finding[] {
  if (!union)
    return [warn(`cannot read the intents in ${path}`, 'it needs exactly one oneOf({ ... })')];
  const dispatch = dispatchOf('actionFor', program);
  if (!dispatch)
    return [
      warn(`cannot read the cases in ${path}`, 'it needs exactly one switch over step.intent'),
    ];
  const findings = [...missingCases(path, union, dispatch), ...extraCases(path, union, dispatch)];
  if (!union.complete)
    findings.push(
      warn(`cannot read some intents in ${path}`, 'there is a spread or a computed key'),
    );
  return findings;
}

function missingCases(path: string, { steps }: Union, dispatch: Dispatch): readonly Finding[] {
  if (handlesAll(dispatch)) return [];
  const intents = new Set(steps.map(({ intent }) => intent));
  const missing = [...intents].filter((intent) => !dispatch.intents.has(intent));
  return missing.map((intent) => {
    if (dispatch.complete)
      return fail(
        `${intent} has no case in ${path}`,
        'the switch in actionFor needs one for each intent',
      );
    return warn(
      `cannot tell whether ${intent} has a case`,
      `${path} does not decide by one switch alone`,
    );
  });
}

function extraCases(path: string, union: Union, dispatch: Dispatch): readonly Finding[] {
  if (!union.complete) return [];
  const intents = new Set(union.steps.map(({ intent }) => intent));
  return dispatch.cases
    .filter((intent) => !intents.has(intent))
    .map((intent) =>
      fail(
        `${intent} has a case in ${path}, but no tool`,
        'add its tool to oneOf({ ... }) there, or take the case out',
      ),
    );
}
