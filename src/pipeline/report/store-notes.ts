import type { Lock } from '../lock/lock-file.ts';
import type { Wire } from '../registry/component.ts';
import { localRunner, type PackageManager, runTool } from '../repo/package-manager.ts';
import { isInstalled } from '../resolve/change-request.ts';
import type { Selection } from '../resolve/selection.ts';
import { quoted } from '../text/quote.ts';

/** The store that `agent.ts` has before a change and the one that it gets, if they differ. */
export type StoreChange = { readonly from: Wire; readonly to: Wire };

/** Finds out whether a change gives `agent.ts` another store. */
export function storeChange(
  lock: Lock | undefined,
  { wiring }: Selection,
): StoreChange | undefined {
  const before = lock?.slots['store'];
  const from = lock?.wires[before ?? '']?.find(({ slot }) => slot === 'store');
  const to = wiring.store;
  return from && to && from.key !== to.key ? { from, to } : undefined;
}

/** Says where the threads of the store are that is replaced. */
export function storeHeadline(change: StoreChange | undefined): readonly string[] {
  if (!change) return [];
  const { from, to } = change;
  const wired = `agent.ts gets ${to.value} as its store, not ${from.value}.`;
  if (isForgetful(from)) return [wired];
  return [`${wired} The threads in ${from.value} stay there, and the agent no longer sees them.`];
}

/** Returns the commands that copy the threads of the store that was replaced. */
export function copyThreads(
  change: StoreChange | undefined,
  lock: Lock | undefined,
  { components, request: { dir } }: Selection,
  manager: PackageManager,
): readonly string[] {
  if (!change || isForgetful(change.from) || !isByName(change.from)) return [];
  const terminal = `${localRunner(manager)} tsx ${quoted(`${dir}/terminal/main.ts`)}`;
  const copy = `${terminal} import-from ${change.from.key}`;
  const hasTransfer =
    isInstalled('transfer', lock) ||
    components.some(({ component }) => component.name === 'transfer');
  const add = hasTransfer ? '' : `${runTool(manager)} add transfer && `;
  return [`To copy them, stop all processes of the agent, then: ${add}${copy}`];
}

/** Whether a store has nothing after its process ended. */
const isForgetful = ({ key }: Wire): boolean => key === 'memory';

/** Whether `import-from` finds a store by its key: `file` is fileStore() of store/file.ts. */
const isByName = ({ key, name, from }: Wire): boolean =>
  from === `./store/${key}.ts` && name === `${key}Store`;
