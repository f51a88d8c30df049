/** A tab of a new Chromium, with an empty cache. */
import { chromium, type CDPSession, type Page } from '@playwright/test';
import { launchOptions } from '@sequencer/testing/pages/chromium';

export interface Tab {
  page: Page;
  devtools: CDPSession;
}

export async function withTab<T>(action: (tab: Tab) => Promise<T>): Promise<T> {
  const browser = await chromium.launch(launchOptions());
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    const devtools = await page.context().newCDPSession(page);
    // CPU time of the main thread: independent of other load on the machine.
    await devtools.send('Performance.enable', { timeDomain: 'threadTicks' });
    return await action({ page, devtools });
  } finally {
    await browser.close();
  }
}
