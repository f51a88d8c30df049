import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';

type Options = NonNullable<TestProjectInlineConfiguration['test']>;

/** The unit tests beside the files of a workspace, and its integration tests. */
function workspace(name: string, options: Options = {}): TestProjectInlineConfiguration {
  const include = [`${name}/src/**/*.test.ts`, `${name}/test/integration/**/*.test.ts`];
  return { test: { name, include, ...options } };
}

/** Tests that need a Kubernetes cluster or k3d. `make test` leaves these projects out. */
const onCluster: TestProjectInlineConfiguration[] = [
  {
    // make test-cluster
    test: {
      name: 'cluster',
      include: ['{api,operator,charts}/test/cluster/**/*.test.ts'],
      globalSetup: ['testing/src/cluster/set-up.ts', 'testing/src/api/database.ts'],
      testTimeout: 90_000,
      hookTimeout: 120_000,
    },
  },
  {
    // make test-install: the chart on a cluster with nodes. Its cluster-wide objects belong to one release at a time.
    test: {
      name: 'install',
      include: ['charts/test/install/**/*.test.ts'],
      testTimeout: 90_000,
      hookTimeout: 120_000,
      fileParallelism: false,
    },
  },
  {
    // make test-k3d: each test continues with the cluster of the previous one.
    test: { name: 'k3d', include: ['k3d/test/**/*.test.ts'], hookTimeout: 60_000 },
  },
  {
    // make chaos, and the last step of make test-cluster and make test-install: kills parts of the cluster.
    test: {
      name: 'chaos',
      include: ['operator/test/chaos/**/*.test.ts'],
      globalSetup: ['testing/src/cluster/set-up.ts'],
      testTimeout: 300_000,
      hookTimeout: 180_000,
      fileParallelism: false,
    },
  },
];

/** One project a workspace, one for the scripts, and those that need a cluster. */
export default defineConfig({
  test: {
    projects: [
      workspace('model'),
      workspace('kubernetes'),
      workspace('api', { globalSetup: ['testing/src/api/database.ts'], testTimeout: 30_000, hookTimeout: 60_000 }),
      workspace('web'),
      workspace('simulator'),
      workspace('launcher', { testTimeout: 60_000, hookTimeout: 60_000 }),
      workspace('cli'),
      workspace('operator'),
      workspace('scheduler'),
      workspace('testing'),
      { test: { name: 'scripts', include: ['scripts/**/*.test.ts'] } },
      ...onCluster,
    ],
    // Two cores, and tests that start real processes.
    maxWorkers: 2,
  },
});
