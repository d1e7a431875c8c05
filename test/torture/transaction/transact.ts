/**
 * A process that runs one command's worth of writes: `node transact.js <root> <file with { command,
 * writes }>`.
 */
import { readFile } from 'node:fs/promises';
import { withRunLock, recover, transact } from '../../../src/io/transaction/transaction.ts';
import { undoTransaction as undo } from '../../../src/io/transaction/undo-transaction.ts';

const [root = '', plan = ''] = process.argv.slice(2);
const { command, writes } = JSON.parse(await readFile(plan, 'utf8'));
const { signal } = new AbortController();
const merge = async () => undefined;

try {
  if (command === 'recover') await recover(root);
  else if (command === 'undo') await withRunLock(root, () => undo(root, { signal, merge }));
  else await withRunLock(root, () => transact(root, command, writes, { signal }));
  process.stdout.write(JSON.stringify({ ok: true }));
} catch (error) {
  const { code, message, stack } = error as Error & { code?: string };
  process.stdout.write(JSON.stringify({ ok: false, code, message, stack }));
  process.exitCode = 1;
}
