/** Fixtures: one running stack for all tests of a file, and a page on it. */
import { test as base } from '@playwright/test';
import { Stack } from '@sequencer/testing/stack/stack';

/** The settings of the stack. Files with other settings have a stack of their own. */
export const test = base.extend<{ logOfFailure: undefined }, { stack: Stack; settings: Record<string, string> }>({
  settings: [{}, { option: true, scope: 'worker' }],
  stack: [
    async ({ settings }, use) => {
      const stack = await Stack.start(settings);
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
