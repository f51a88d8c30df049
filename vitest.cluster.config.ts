import { defineConfig } from 'vitest/config';

/** Tests that need a Kubernetes cluster: `make test-cluster`. */
export default defineConfig({
  test: {
    name: 'cluster',
    include: [
      'api/test-cluster/**/*.test.ts',
      'operator/test-cluster/**/*.test.ts',
      'charts/test-cluster/**/*.test.ts',
    ],
    globalSetup: ['operator/test-cluster/support/set-up.ts', 'api/test/database.ts'],
    testTimeout: 90_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
});
