import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';

const root = join(import.meta.dirname, '..');
const chromium =
  execFileSync('sh', [join(root, 'scripts/browser')], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .at(-1) ?? '';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  // One stack and one browser at a time: two cores, and tests that kill parts of the stack.
  workers: 1,
  fullyParallel: false,
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  use: {
    browserName: 'chromium',
    launchOptions: { executablePath: chromium, args: ['--no-sandbox', '--disable-dev-shm-usage'] },
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
  },
});
