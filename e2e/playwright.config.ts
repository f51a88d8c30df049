import { defineConfig } from '@playwright/test';
import { launchOptions } from '@sequencer/testing/pages/chromium';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // One stack and one browser at a time: two cores, and tests that kill parts of the stack.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    browserName: 'chromium',
    launchOptions: launchOptions(),
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
});
