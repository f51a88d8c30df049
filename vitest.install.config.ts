import { defineConfig } from 'vitest/config';

/** The chart on a cluster with nodes: `make test-install`. */
export default defineConfig({
  test: {
    name: 'install',
    include: ['charts/test-install/**/*.test.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // What belongs to the whole cluster is one release's at a time.
    fileParallelism: false,
  },
});
