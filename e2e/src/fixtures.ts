/** Fixtures: one running stack for all tests of a file, and a page on it. */
import { test as base } from '@playwright/test';
import { Stack } from '@sequencer/testing/stack/stack';

export const test = base.extend<{ logOfFailure: undefined }, { stack: Stack }>({
  stack: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the names of fixtures from the pattern.
    async ({}, use) => {
      const stack = await Stack.start();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker' },
  ],
  // Prints the log of the stack after a failure.
  logOfFailure: [
    async ({ stack }, use, info) => {
      const from = stack.log.length;
      await use(undefined);
      if (info.status !== info.expectedStatus) console.log(stack.log.slice(from));
    },
    { auto: true },
  ],
  baseURL: async ({ stack }, use) => {
    await use(stack.url);
  },
});

export { expect } from '@playwright/test';
