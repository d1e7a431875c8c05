import * as z from 'zod';
import { recorded } from '../../../../registry/agent/model/recorded.ts';

/** Records 50 answers to `argv[3]` in the file `argv[2]`, each of them long. */
const [, , file = '', name = ''] = process.argv;
let said = 0;
const model = recorded(file, async () => ({ step: `${said++} ${'x'.repeat(20_000)}` }), {
  RECORD: '1',
});
const signal = new AbortController().signal;
for (let n = 0; n < 50; n++)
  await model({ system: '', blocks: [name], events: [], schema: z.string(), signal });
