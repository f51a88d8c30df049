/** The tests on a Docker engine: `make test-compose`. */
import { defineConfig } from '@playwright/test';
import config from './playwright.config.ts';

export default defineConfig({
  ...config,
  testDir: 'compose',
  timeout: 180_000,
  expect: { timeout: 30_000 },
});
