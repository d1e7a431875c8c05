import { defineConfig } from 'vitest/config';
import { viteTemplates } from './scripts/precompile.js';

/** Where to write the results as JSON as well, for scripts/count.js. */
const report = process.env.VITEST_REPORT;

/** A file's name says its project: `*.test.ts`, `*.story.test.ts` or `*.slow.test.ts`. */
const stories = 'test/**/*.story.test.ts';
const slow = 'test/**/*.slow.test.ts';

export default defineConfig({
  plugins: [viteTemplates],
  test: {
    reporters: ['default', ...(report === undefined ? [] : ['json'])],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    globalSetup: 'test/support/build-once.ts',
    // Half of the tests wait for processes, servers and the disk: more files than cores run at once.
    maxWorkers: 4,
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts', 'registry/**/*.test.ts'],
          exclude: [stories, slow],
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: { name: 'story', include: [stories], testTimeout: 180_000, hookTimeout: 180_000 },
      },
      {
        extends: true,
        test: { name: 'slow', include: [slow], testTimeout: 180_000, hookTimeout: 180_000 },
      },
    ],
  },
});
