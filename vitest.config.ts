import { defineConfig } from 'vitest/config';
import { viteTemplates } from './scripts/precompile.js';

export default defineConfig({
  plugins: [viteTemplates],
  test: {
    projects: [
      {
        extends: true,
        test: { name: 'fast', include: ['test/**/*.test.ts', 'registry/**/*.test.ts'], exclude: ['test/agent/**', 'test/e2e/**'] },
      },
      {
        extends: true,
        test: { name: 'slow', include: ['test/agent/**/*.test.ts', 'test/e2e/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 },
      },
    ],
  },
});
