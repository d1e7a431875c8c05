import type { Node, Program } from '@babel/types';
import { type Finding, warn } from './finding.ts';
import { type Dispatch, dispatchOf } from './intent-switches.ts';
import { keyOf, nodesIn, textOf, unwrap } from './syntax.ts';
import { toolIntents, type Union } from './tool-definitions.ts';

/** The union of next steps with its file, and the names of all constants that hold a tool. */
export type AgentTools = {
  readonly union: Union;
  readonly program: Program;
  readonly toolNames: ReadonlySet<string>;
};

/**
 * Warns of the tools that the policy has no rule for. Returns nothing if the code is too dynamic to
 * tell.
 */
export function checkApprovals(
  path: string,
  policy: Program,
  { union, program, toolNames }: AgentTools,
): readonly Finding[] {
  const dispatch = dispatchOf('needsApproval', policy);
  const consequence = dispatch?.complete ? defaultConsequence(dispatch) : undefined;
  if (consequence === undefined) return [];
  // A rule may be a name in a list as well as a case.
  const mentioned = new Set(nodesIn(policy).map(textOf));
  return toolIntents(union, toolNames, program)
    .filter((intent) => !mentioned.has(intent))
    .map((intent) => warn(`${intent} has no approval rule`, `${path}: ${consequence}`));
}

/** Explains what the default case means for a tool without a rule. */
function defaultConsequence({ fallback = [] }: Dispatch): string | undefined {
  const [statement] = statementsIn(fallback);
  if (statement?.type !== 'ReturnStatement' || !statement.argument) return undefined;
  return consequenceOf(unwrap(statement.argument));
}

function statementsIn(nodes: readonly Node[]): readonly Node[] {
  const [first] = nodes;
  const isBlock = nodes.length === 1 && first?.type === 'BlockStatement';
  return isBlock ? first.body : nodes;
}

function consequenceOf(value: Node): string | undefined {
  if (textOf(value) === 'run') return 'it runs without approval';
  if (value.type !== 'ObjectExpression') return undefined;
  const keys = value.properties.map((one) => one.type !== 'SpreadElement' && keyOf(one));
  return keys.includes('ask') ? 'a person is asked each time' : undefined;
}
