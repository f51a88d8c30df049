import { defineConfig } from 'vitest/config';

/** One project a room: each says in its own folder what its tests need. */
export default defineConfig({
  test: {
    projects: ['model', 'api', 'web', 'simulator', 'launcher', 'cli', 'operator'],
    // Two cores, and tests that start real processes.
    maxWorkers: 2,
  },
});
