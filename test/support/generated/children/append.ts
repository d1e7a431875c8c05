import { fileStore } from '../../../../registry/agent/store/file.ts';
import { Conflict } from '../../../../registry/agent/core/store.ts';

/**
 * Appends to thread `t` of the folder `argv[2]` until it is killed, and prints `version name` once
 * each is saved.
 */
const [, , folder, name = ''] = process.argv;
const store = fileStore(folder);
for (;;) {
  const version = (await store.load('t')).length;
  const text = `${name} ${'x'.repeat(2_000)}`;
  const event = {
    type: 'message' as const,
    channel: 'test',
    from: name,
    text,
    at: new Date().toISOString(),
  };
  try {
    await store.append('t', version, event, { status: 'thinking' });
    process.stdout.write(`${version} ${name}\n`);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
  }
}
