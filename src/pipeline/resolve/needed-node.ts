import { UserError } from '../../errors.ts';
import type { Lock } from '../lock/lock-file.ts';
import type { Component } from '../registry/component.ts';
import { allowsOnly, nodeProblem, nodeText, type NodeVersions } from '../repo/node-versions.ts';
import { isInUse } from './needed-variables.ts';
import type { Selection } from './selection.ts';

/** A component that needs a newer Node than the others, and how it fits a repo. */
export type NeededNode = {
  /** A sentence such as `store-sqlite needs Node 22.13 or later`, without its end. */
  readonly needs: string;
  readonly name: string;
  /** Why it does not run here. */
  readonly problem: string | undefined;
  /** Whether the agent runs it as it is wired. */
  readonly isUsed: boolean;
  /** Whether `engines` of package.json allows versions that it does not run on. */
  readonly isLoose: boolean;
};

/** Lists the components that need more than the oldest supported Node. */
export function neededNode(
  components: readonly Component[],
  lock: Pick<Lock, 'slots' | 'models'>,
  versions: NodeVersions,
): readonly NeededNode[] {
  return components.flatMap((component) => {
    const { name, engines } = component;
    if (!engines) return [];
    return {
      needs: `${name} needs ${nodeText(engines.node)}`,
      name,
      problem: nodeProblem(engines.node, versions),
      isUsed: isInUse(component, lock),
      isLoose: !allowsOnly(engines.node, versions),
    };
  });
}

/**
 * Refuses a component that the agent would run but this Node cannot. Returns a note on each of the
 * others that does not fit. @throws UserError
 */
export function checkNode(needed: readonly NeededNode[]): readonly string[] {
  const refused = needed.find(({ problem, isUsed }) => problem !== undefined && isUsed);
  if (refused)
    throw new UserError(`${refused.needs}, and ${refused.problem}.`, {
      code: 'incompatible',
      hint: `Use a newer Node, or go on without ${refused.name}.`,
    });
  return needed.flatMap(({ needs, problem, isLoose }) => {
    if (problem !== undefined) return [`${needs}, and ${problem}.`];
    return isLoose ? [`${needs}: "engines" in package.json allows others, too.`] : [];
  });
}

/** Returns a note on each component of a new project that a version of Node cannot run. */
export function nodeNotes({ components }: Selection, node: string): readonly string[] {
  const selected = components.map(({ component }) => component);
  const needed = neededNode(selected, { slots: {} }, { running: node });
  return needed.flatMap(({ needs, problem }) => (problem ? [`${needs}, and ${problem}.`] : []));
}
