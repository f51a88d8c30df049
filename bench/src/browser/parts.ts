/** The figures of the pages in a Chromium. */
import { browserBusyPage } from './busy-page.ts';
import { browserColdPage } from './cold-page.ts';
import { browserLayoutShift } from './layout-shift.ts';
import { browserOverview } from './overview.ts';
import { browserQueue } from './queue.ts';
import { browserStep } from './step.ts';

export const BROWSER_PARTS = {
  browserStep,
  browserBusyPage,
  browserColdPage,
  browserLayoutShift,
  browserOverview,
  browserQueue,
};
