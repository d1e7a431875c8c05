import { parseArgs } from 'node:util';
import { register } from 'tsx/esm/api';

// Puts the server under load for some minutes, and kills it at intervals. Fails if anything that it
// acknowledged is lost.
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    store: { type: 'string', default: 'postgres' },
  },
});
register();
const { soak } = await import('../test/torture/soak/soak.ts');
process.exit((await soak(Number(values.minutes), values.store)) ? 0 : 1);
