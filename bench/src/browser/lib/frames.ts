/** Times between the frames of a page. */
import type { Page } from '@playwright/test';

function watch(): void {
  const frames: number[] = [];
  Object.assign(window, { frames });
  let last = performance.now();
  const next = (now: number): void => {
    frames.push(now - last);
    last = now;
    requestAnimationFrame(next);
  };
  requestAnimationFrame(next);
}

/** The times between frames during the action, in ms. The page draws frames until it is left. */
export async function framesDuring(page: Page, action: () => Promise<unknown>): Promise<number[]> {
  await page.evaluate(watch);
  await action();
  return page.evaluate(() => (window as unknown as { frames: number[] }).frames);
}
