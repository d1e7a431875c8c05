import { inspectRepo } from '../io/inspect-repo.ts';
import { installedVersions } from '../io/read-package-json.ts';
import { listedRanges } from '../pipeline/repo/edit-package-json.ts';
import { addCommand } from '../pipeline/repo/package-manager.ts';
import {
  checkCompatible,
  misfitHints,
  type PackageFacts,
} from '../pipeline/repo/package-versions.ts';
import type { Repo } from '../pipeline/repo/repo.ts';
import { checkTypescript } from '../pipeline/repo/typescript-version.ts';
import type { Opened } from './open-project.ts';
import type { Proposal } from './propose-changes.ts';

/** The packages of a repo as far as they are installed, with those that components need. */
export async function findPackageFacts(
  { root, catalogs }: Repo,
  { project, wanted }: Proposal,
): Promise<PackageFacts> {
  const names = [...Object.keys(wanted.needs.dependencies), '@types/node'];
  const installed = (await installedVersions(root, names)) ?? {};
  return { packageJson: project.disk.get('package.json') ?? '{}', catalogs, installed };
}

/**
 * Returns what is left to do before the copied code compiles, one sentence each. Packages that
 * package.json does not list yet count only once they are installed.
 */
export async function findHints(
  { repo, lock }: Opened,
  proposal: Proposal,
  command: 'add' | 'update',
  when: 'before' | 'installed',
): Promise<readonly string[]> {
  const facts = await findPackageFacts(repo, proposal);
  const isListed = (name: string) => listedRanges(facts.packageJson, name).length > 0;
  const counted = Object.entries(facts.installed).filter(
    ([name]) => when === 'installed' || isListed(name),
  );
  const installed = Object.fromEntries(counted);
  const { zodImport, manager } = repo;
  const fixing = { zodImport, install: (spec: string) => addCommand(manager, spec) };
  const { dependencies } = proposal.wanted.needs;
  const misfits = misfitHints({ ...facts, installed }, dependencies, fixing);
  // An update changes nothing about the settings: `doctor` checks them.
  if (command === 'update') return misfits;
  const { notes, coverage } = when === 'before' ? repo : await inspectAgain(repo);
  // A person who left the folder out once is not told again.
  return [...(lock ? [] : coverage), ...notes, ...misfits];
}

/**
 * Refuses a TypeScript that is too old, and packages that the repo has in another major version.
 * @throws UserError
 */
export async function checkRepo(
  { repo }: Opened,
  proposal: Proposal,
  isWriting: boolean,
): Promise<void> {
  const install = (spec: string) => addCommand(repo.manager, spec);
  if (isWriting) checkTypescript(repo.typescript, install);
  const facts = await findPackageFacts(repo, proposal);
  checkCompatible(facts, proposal.wanted.needs.dependencies, install);
}

/** Inspects the repo after an installation, which may bring the types of Node. */
function inspectAgain({ root, dir, node }: Repo): Promise<Repo> {
  return inspectRepo(root, { dir, node: node.running, userAgent: undefined });
}
