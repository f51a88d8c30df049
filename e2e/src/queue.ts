/** The queued runs of a page, in a list or a table. */
import { expect, type Locator, type Page } from '@playwright/test';
import type { Stack } from '@sequencer/testing/stack/stack';

export class QueueOnPage {
  readonly page: Page;
  readonly rows: Locator;

  constructor(page: Page) {
    this.page = page;
    this.rows = page.locator('[data-run]');
  }

  row(title: string): Locator {
    return this.rows.filter({ has: this.page.getByText(title, { exact: true }) });
  }

  /** The button with the title of the run. It opens the menu. */
  button(title: string): Locator {
    return this.row(title).locator('[aria-haspopup="menu"]').first();
  }

  async choose(title: string, item: string): Promise<void> {
    await this.button(title).click();
    await this.page.getByRole('menuitem', { name: item }).click();
  }

  /** Drags a run to the lower end of another one, and holds it there until the mouse button is released. */
  async grab(title: string, onto: string): Promise<void> {
    await this.row(title).getByTitle('Drag to move').hover();
    await this.page.mouse.down();
    const box = await this.row(onto).boundingBox();
    if (!box) throw new Error(`${onto} is not shown`);
    await this.page.mouse.move(box.x + 20, box.y + box.height - 3, { steps: 4 });
  }

  async expectOrder(titles: string[]): Promise<void> {
    await expect(this.rows.locator('b')).toHaveText(titles);
  }
}

export interface Queued {
  id: string;
  number: number;
  version: number;
  title: string | null;
  script: string;
  arguments: string[];
  timeoutSeconds: number | null;
  afterFailure: string;
  window: { notBefore: string | null; notAfter: string | null } | null;
  onHold: { by: string; reason: string | null } | null;
}

const QUEUE = `query ($name: String!) { sequencer(name: $name) { queue {
  id number version title script arguments timeoutSeconds afterFailure window { notBefore notAfter } onHold { by reason } } } }`;

export async function queueOf(stack: Stack, name = 'satp1'): Promise<Queued[]> {
  return (await stack.query<{ sequencer: { queue: Queued[] } }>(QUEUE, { name })).sequencer.queue;
}

export async function emptyQueue(stack: Stack, name = 'satp1'): Promise<void> {
  for (const { id } of await queueOf(stack, name)) {
    await stack.query('mutation ($id: ID!) { cancelRun(id: $id) { id } }', { id });
  }
}
