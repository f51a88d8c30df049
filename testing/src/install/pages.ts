/** A browser on the pages, through the ingress of a cluster. */
import { chromium, expect } from '@playwright/test';
import { launchOptions } from '../pages/chromium.ts';
import { SequencerPage } from '../pages/sequencer-page.ts';

const SCRIPT = `import time
count = 0
while True:
    print('tick', count, flush=True)
    count += 1
    time.sleep(0.2)
`;
/** Includes the start of a pod. */
const STARTED = { timeout: 120_000 };

/** @param site the address of the pages; its host resolves to this machine */
export async function usePages(site: string, password: string): Promise<void> {
  const here = `--host-resolver-rules=MAP ${new URL(site).hostname} 127.0.0.1`;
  const browser = await chromium.launch(launchOptions(here));
  try {
    const page = await browser.newPage({ ignoreHTTPSErrors: true, viewport: { width: 1440, height: 900 } });
    await page.goto(site);
    await page.getByLabel('Name').fill('alice');
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await expect(page.getByText('Live ·')).toBeVisible();

    const sequencer = new SequencerPage(page);
    await sequencer.open('satp1', site);
    await sequencer.load(SCRIPT);
    await sequencer.start();
    await expect(sequencer.output).toContainText('tick 5', STARTED);
    await sequencer.controls.getByRole('button', { name: /^Pause/ }).click();
    await expect(sequencer.state).toContainText('Paused', { timeout: 10_000 });
    await sequencer.controls.getByRole('button', { name: /^Continue/ }).click();
    await expect(sequencer.state).toContainText('Running', { timeout: 10_000 });
    await expect(sequencer.output).toContainText('tick 20', STARTED);
    await page.keyboard.press('Shift+F5');
    const ladder = page.getByRole('dialog', { name: /Stop run/ });
    await ladder.getByRole('button', { name: 'Interrupt', exact: true }).click();
    await expect(sequencer.state).toContainText('Interrupted', STARTED);
  } finally {
    await browser.close();
  }
}
