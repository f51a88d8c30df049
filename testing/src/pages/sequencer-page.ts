/** Actions of a user on the page of a sequencer. */
import { expect, type Locator, type Page } from '@playwright/test';

export class SequencerPage {
  readonly page: Page;
  readonly state: Locator;
  readonly output: Locator;
  readonly controls: Locator;

  constructor(page: Page) {
    this.page = page;
    const header = page.getByRole('region', { name: 'State and controls' });
    this.state = header.getByRole('status').first();
    this.controls = header;
    this.output = page.getByRole('log', { name: 'Output of the script' });
  }

  /** @param site ends with a slash */
  async open(telescope: string, site = '/'): Promise<void> {
    await this.page.goto(`${site}${telescope}`);
    // An earlier test may have left its run on the page.
    await expect(this.page.getByRole('region', { name: /State and (controls|mode)/ })).toBeVisible();
    const fresh = this.page.getByRole('button', { name: 'New run' });
    if (await fresh.isVisible()) await fresh.click();
  }

  /** Opens a file in the editor. A draft that was not run is replaced. */
  async load(script: string, name = 'test.py'): Promise<void> {
    const chooser = this.page.locator('input[type=file]');
    await chooser.setInputFiles({ name, mimeType: 'text/x-python', buffer: Buffer.from(script) });
    const replace = this.page.getByRole('dialog').getByRole('button', { name: 'Replace', exact: true });
    await expect(async () => {
      if (await replace.isVisible()) await replace.click({ timeout: 500 });
      await expect(this.page.getByLabel('Title of the run')).toHaveValue(name, { timeout: 500 });
      await expect(replace).toHaveCount(0, { timeout: 500 });
    }).toPass();
  }

  /** Presses a way to run and confirms; `hold`: a failure is held. */
  async start(button: 'Run' | 'Run paused' | 'Add to queue' = 'Run', { hold = false } = {}): Promise<void> {
    const wanted = this.page
      .getByRole('region', { name: 'Editor' })
      .getByRole('button', { name: button === 'Run' ? /^Run Ctrl/ : button });
    await wanted.click();
    const dialog = this.page.getByRole('dialog');
    if (hold) await dialog.getByRole('checkbox', { name: /Hold this run when a statement fails/ }).check();
    await dialog
      .getByRole('button', {
        name: { Run: 'Run', 'Run paused': 'Run paused', 'Add to queue': 'Add to the queue' }[button],
        exact: true,
      })
      .click();
    // While it disappears, it takes the keys.
    await expect(dialog).toHaveCount(0);
  }

  async run(telescope: string, script: string): Promise<void> {
    await this.open(telescope);
    await this.load(script);
    await this.start();
  }
}
