import { defineConfig } from 'vitest/config';

/**
 * Parts of a cluster are killed: `make chaos`, which is also the last step of `make test-install`; and a node is lost, the
 * last step of `make test-cluster`. Nothing runs beside it.
 */
export default defineConfig({
  test: {
    name: 'chaos',
    include: ['operator/test-chaos/{kills,node-lost}.test.ts'],
    globalSetup: ['operator/test-cluster/support/set-up.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    fileParallelism: false,
  },
});
