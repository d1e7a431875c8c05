import * as fs from 'node:fs';
import { join } from 'node:path';
import type { SavedLine } from '../../registry/agent/store/file-lines.ts';
import { fileStore } from '../../registry/agent/store/file.ts';
import type { BenchStore } from './bench-store.ts';
import { appends, event, filledId, index, paused, waiting, waitingId } from './job.ts';

/** Listing reads all files, so the listed threads have a folder of their own. */
export function openFile(address: string, space: string): BenchStore {
  const [folder, listed] = [join(address, space), join(address, `${space}-listed`)];
  for (const each of [folder, listed]) fs.mkdirSync(each, { recursive: true });
  const bare = fs.openSync(join(address, 'bare'), 'a');
  return {
    store: fileStore(folder),
    listed: fileStore(listed),
    writeBare(text) {
      fs.writeSync(bare, `${text}\n`);
      fs.fdatasyncSync(bare);
    },
    fill(threads) {
      for (let thread = 0; thread < waiting; thread++) write(listed, waitingId(thread), paused);
      for (let thread = 0; thread < threads; thread++) write(folder, filledId(thread), index);
    },
    async sizes() {
      const files = fs.readdirSync(folder);
      return { bytes: files.reduce((sum, name) => sum + fs.statSync(join(folder, name)).size, 0) };
    },
    close: () => fs.closeSync(bare),
  };
}

/** Writes a thread of sixty events in the format of the store. */
function write(folder: string, id: string, { status, due, owner }: SavedLine['index']): void {
  const index = { status, due, owner };
  const lines = Array.from({ length: appends }, (_, v): SavedLine => ({ v, by, index, event }));
  fs.writeFileSync(
    join(folder, `${id}.jsonl`),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  );
}

const by = crypto.randomUUID();
