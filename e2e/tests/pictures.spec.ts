/**
 * Takes the pictures of docs/guide, in both themes. `make pictures` writes them there; as a test, the pictures go to the
 * results folder and show that each scene can still be reached.
 */
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page, TestInfo } from '@playwright/test';
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';
import { signIn, startWith } from '@sequencer/testing/pages/sign-in';
import { root } from '@sequencer/testing/root';

test.use({ settings: { SEQUENCERS: 'satp1,satp2,satp3,lat', SIMULATOR_SPEED: '10' } });

test.use({ viewport: { width: 1280, height: 800 } });

const SCAN = readFileSync(join(root, 'web/src/examples/scan.py'), 'utf8')
  .replace('TELESCOPE', 'satp1')
  .replace('seconds=20', 'hours=2');

const FAILS = `import sorunlib as run

run.initialize()
filters = {'f090': 90, 'f150': 150}
for name in ['f090', 'f150', 'f220']:
    print('calibrating', name)
    band = filters[name]
run.acu.move_to(az=90, el=60)
`;

const ASKS = `import sequencer

print('checking the weather station')
name = sequencer.ask('Which filter is in the beam?', default='f150')
print('observing with', name)
`;

const LOOPS = `import time

def measure(angle):
    time.sleep(0.05)
    return angle * 0.01

angles = []
for step in range(2000):
    angles.append(measure(step))
print('measured', len(angles))
`;

/** Two threads and three asyncio tasks. */
const TASKS = `import asyncio
import threading
import time


def watch(stop):
    rounds = 0
    while not stop.wait(0.5):
        rounds += 1
        temperature = 4.2 + rounds % 3 / 10


async def measure(name, count):
    for sample in range(count):
        await asyncio.sleep(0.5)
        print(name, 'sample', sample)


async def main():
    async with asyncio.TaskGroup() as group:
        for name in ('east', 'west', 'zenith'):
            group.create_task(measure(name, 1000), name=name)


stop = threading.Event()
threading.Thread(target=watch, args=(stop,), name='watch', daemon=True).start()
asyncio.run(main())
`;

const SHORT = "print('check the encoder')\nprint('encoder is at 180.0')\n";

async function picture(page: Page, info: TestInfo, name: string, part?: Locator): Promise<void> {
  const folder = process.env.PICTURES ?? info.outputPath();
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    await page.evaluate(() => document.fonts.ready);
    const path = join(folder, `${name}-${colorScheme}.png`);
    await (part
      ? part.screenshot({ path, animations: 'disabled' })
      : page.screenshot({ path, animations: 'disabled' }));
  }
}

test('takes the pictures of the guide', async ({ page, stack }, info) => {
  test.setTimeout(300_000);
  // Each script imports sorunlib first.
  const slow = { timeout: 60_000 };
  await page.addInitScript(() => {
    localStorage.setItem('sequencer.theme', 'system');
  });
  const sequencer = new SequencerPage(page);
  const script = page.getByRole('region', { name: 'Script', exact: true });

  for (const title of ['encoder check', 'focus test', 'morning calibration'])
    await stack.until(await stack.submit(SHORT, { sequencer: 'lat', title }), 'SUCCEEDED');

  await sequencer.open('satp1');
  await sequencer.load(SCAN.replace('stop = dt', 'stop = datetime'), 'evening scan.py');
  // Scrolls to the line, and shows the message.
  await page.getByRole('button', { name: '1 warning' }).click();
  await picture(page, info, 'editor');

  await page.getByRole('button', { name: /^Run Ctrl/ }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await picture(page, info, 'confirm');
  await page.keyboard.press('Escape');

  await sequencer.load(SCAN, 'rising scan.py');
  await sequencer.start();
  await expect(script.locator('.running-line').first()).toBeVisible();
  await expect(sequencer.state).toContainText('Running');
  await expect(sequencer.output).toContainText('elevation', slow);
  await picture(page, info, 'run');

  await page.keyboard.press('Shift+F5');
  await expect(page.getByRole('dialog', { name: /Stop run/ })).toBeVisible();
  await picture(page, info, 'stop');
  await page.keyboard.press('Escape');

  await sequencer.open('satp2');
  await sequencer.load(LOOPS, 'angles.py');
  await sequencer.start();
  await expect(sequencer.state).toContainText('Running');
  await page.keyboard.press('F6');
  await expect(sequencer.state).toContainText('Paused');
  await expect(page.getByText('angles').first()).toBeVisible();
  await picture(page, info, 'paused');

  await sequencer.open('satp3');
  await sequencer.load(FAILS, 'calibrate.py');
  await sequencer.start('Run', { hold: true });
  await expect(page.getByRole('alert', { name: 'A statement failed' })).toBeVisible(slow);
  await picture(page, info, 'failed');

  await sequencer.open('satp2');
  await expect(sequencer.state).toContainText('Paused');
  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
  await sequencer.open('satp2');
  await sequencer.load(TASKS, 'beams.py');
  await sequencer.start();
  await expect(sequencer.output).toContainText('zenith sample 3');
  for (const title of ['iv and bias test', 'wiregrid calibration', 'beam map'])
    await stack.submit(SHORT, { sequencer: 'satp2', title, start: 'QUEUED' });
  const after = page.getByRole('region', { name: 'Plan' });
  await after.getByRole('button', { name: 'Queue', exact: true }).click();
  await expect(after).toContainText('iv and bias test');
  await picture(page, info, 'follows', after);
  await page.keyboard.press('F6');
  await expect(sequencer.state).toContainText('Paused');
  await page.getByRole('button', { name: /^T2 watch/ }).click();
  await expect(page.getByRole('region', { name: /^Variables/ })).toContainText('temperature');
  await picture(page, info, 'traces');

  // It starts as soon as the telescope is free. The stop puts it back into the queue.
  await stack.submit(SHORT, { sequencer: 'satp2', title: 'sky dip', start: 'RUNNING' });
  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
  await sequencer.open('satp2');
  await expect(page.getByText(/^Held because/)).toBeVisible();
  await picture(page, info, 'queue');

  await sequencer.open('lat');
  await sequencer.load(ASKS, 'filters.py');
  await sequencer.start();
  await expect(page.getByRole('alert', { name: /^The script asks/ })).toBeVisible();
  await picture(page, info, 'question');

  await page.goto('/');
  await expect(page.getByText('calibrate.py').first()).toBeVisible();
  await picture(page, info, 'overview');

  await page.goto('/history');
  await expect(page.getByText('focus test').first()).toBeVisible();
  await picture(page, info, 'history');
  await page.getByText('focus test').first().click();
  await expect(sequencer.output).toContainText('encoder is at 180.0');
  await picture(page, info, 'past-run');

  await page.goto('/settings');
  await expect(page.getByRole('heading').first()).toBeVisible();
  await picture(page, info, 'settings');
});

test('takes the pictures of the control lock', async ({ browser }, info) => {
  test.setTimeout(180_000);
  const site = await startWith(['otto:operator', 'olga:operator'], { SEQUENCERS: 'satp1,lat', CONTROL_LOCK: 'satp1' });
  try {
    const [ottos, olgas] = await Promise.all(
      ['otto', 'olga'].map(async (name) => {
        const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
        await page.addInitScript(() => {
          localStorage.setItem('sequencer.theme', 'system');
        });
        await signIn(page, `${site.url}/satp1`, name);
        return page;
      }),
    );
    if (!ottos || !olgas) throw new Error('no page');
    await ottos.getByRole('button', { name: 'Take control' }).click();
    const otto = new SequencerPage(ottos);
    await otto.load(LOOPS, 'angles.py');
    await otto.start();
    await expect(otto.state).toContainText('Running');
    const main = (page: Page) => page.getByRole('main');
    await expect(new SequencerPage(olgas).state).toContainText('Running');
    await expect(olgas.locator('.running-line').first()).toBeVisible();
    await olgas.getByRole('button', { name: 'Request control' }).click();
    await expect(olgas.getByRole('button', { name: 'Requested' })).toBeVisible();
    await picture(olgas, info, 'control-other', main(olgas));
    await expect(ottos.getByText('requests control.')).toBeVisible();
    await picture(ottos, info, 'control-yours', main(ottos));
    await Promise.all([ottos.close(), olgas.close()]);
  } finally {
    await site.stop();
  }
});

test('shows every page of the guide with its pictures, and follows its links', async ({ page }) => {
  await page.goto('/guide/');
  const article = page.getByRole('article');
  await expect(article.getByRole('heading', { name: "Operator's guide" })).toBeVisible();
  const names = await article
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    await page.goto(`/${name}`);
    await expect(article.getByRole('heading', { level: 1 })).toBeVisible();
    const broken = () =>
      article
        .locator('img')
        .evaluateAll((images) => images.filter((image) => !(image as HTMLImageElement).naturalWidth).length);
    await expect.poll(broken, name).toBe(0);
  }
  await page.goto('/guide/overview');
  await article.getByRole('link', { name: 'decide' }).click();
  await expect(article.getByRole('heading', { name: 'Failures', level: 1 })).toBeVisible();
  await page.goto('/guide/nothing');
  await expect(page.getByText('The guide has no page “nothing”.')).toBeVisible();
});
