import { defineConfig } from 'vitest/config';
import { viteTemplates } from './scripts/precompile.js';

/** Where to write the results as JSON as well, for who counts them. */
const report = process.env.VITEST_REPORT;

export default defineConfig({
  plugins: [viteTemplates],
  test: {
    reporters: ['default', ...(report === undefined ? [] : ['json'])],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts', 'registry/**/*.test.ts'],
          exclude: ['test/{agent,e2e}/**'],
        },
      },
      {
        extends: true,
        test: {
          name: 'slow',
          include: ['test/{agent,e2e}/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
