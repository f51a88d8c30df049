import { defineConfig } from 'vitest/config';

/** One project a workspace, configured in its folder, and one for the scripts of this folder. */
export default defineConfig({
  test: {
    projects: [
      'model',
      'api',
      'web',
      'simulator',
      'launcher',
      'cli',
      'kubernetes',
      'operator',
      { test: { name: 'scripts', include: ['scripts/**/*.test.ts'] } },
    ],
    // Two cores, and tests that start real processes.
    maxWorkers: 2,
  },
});
