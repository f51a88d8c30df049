/** Steps one asyncio task while the others run, and while they are frozen. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = `import asyncio

async def measure(name, count):
    for i in range(count):
        await asyncio.sleep(0.02)
        print(name, i)
    return name

async def main():
    async with asyncio.TaskGroup() as group:
        for name in ('east', 'west'):
            group.create_task(measure(name, 10_000), name=name)

asyncio.run(main())
`;

test('a step over an await stays in its task, which is shown by name', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(SCRIPT);
  await page.getByRole('region', { name: 'Editor' }).locator('.breakpoint-gutter .cm-gutterElement').nth(5).click();
  await sequencer.start();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('status', { name: 'Why it stopped' })).toContainText('breakpoint at line 5');
  const row = (name: string) => details.getByRole('button', { name: new RegExp(`^T\\d ${name} task`) });
  await expect(row('east')).toContainText('paused');
  // The other tasks keep running during the steps.
  await details.getByRole('button', { name: 'Remove the breakpoint at line 5' }).click();
  await expect(details).toContainText('No breakpoints. Click left');
  const step = details.getByRole('group', { name: /^Step T\d east/ }).getByRole('button', { name: /^Step over/ });
  await step.click();
  await expect(row('east')).toContainText('line 6');
  await expect(details.getByRole('button', { name: /^measure line 6/ })).toBeVisible();
  const variables = details.getByRole('region', { name: /^Variables T\d+ · measure/ });
  await expect(variables.getByText("'east'")).toBeVisible();
  await step.click();
  await expect(row('east')).toContainText('line 4');
  await expect(sequencer.output).toContainText('east 0');

  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
});

const LOCKED = `import asyncio

async def hold(lock):
    async with lock:
        await asyncio.sleep(0.05)
    print('released')

async def stepped(lock):
    await asyncio.sleep(0)
    print('first')
    async with lock:
        print('has it')

async def main():
    lock = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        group.create_task(hold(lock), name='holder')
        group.create_task(stepped(lock), name='stepped')

asyncio.run(main())
`;

test('other tasks can be frozen during a step, and resumed when the step waits for one of them', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(LOCKED);
  await page.getByRole('region', { name: 'Editor' }).locator('.breakpoint-gutter .cm-gutterElement').nth(9).click();
  await sequencer.start();
  const details = page.getByRole('complementary', { name: 'Details' });
  const row = details.getByRole('button', { name: /^T\d stepped task/ });
  await expect(row).toContainText('line 9');
  // The main thread shares the thread of the task, and cannot continue.
  await expect(details.getByRole('button', { name: /^T1 MainThread thread/ })).toContainText(/waits for T\d/);
  const others = page.getByRole('checkbox', { name: 'Freeze other tasks during a step' });
  await expect(others).toHaveCount(1);
  await expect(others).not.toBeChecked();
  // Set with the keyboard, and kept after a reload.
  await others.focus();
  await page.keyboard.press('Space');
  const stepOver = async () => {
    // The key does nothing until the task has stopped again.
    await expect(sequencer.controls.getByRole('button', { name: 'Over', exact: true })).toBeEnabled();
    await page.keyboard.press('F10');
  };
  await page.reload();
  await expect(others).toBeChecked();
  await stepOver();
  await expect(row).toContainText('line 10');
  await stepOver();
  await expect(row).toContainText('line 11');
  await stepOver();
  const waiting = details.getByText(/The step of T\d stepped is waiting, with 1 other task frozen\./);
  await expect(waiting).toBeVisible();
  await expect(sequencer.output).not.toContainText('released');
  await details.getByRole('button', { name: 'Resume other tasks' }).click();
  await expect(row).toContainText('line 12');
  await expect(waiting).toHaveCount(0);
  await expect(sequencer.output).toContainText('released');
  await page.keyboard.press('F8');
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(sequencer.output).toContainText('has it');
});

const MANY = `import threading, time

def poll(n):
    while True:
        time.sleep(0.05)

for n in range(10):
    threading.Thread(target=poll, args=(n,), name=f'poll {n}', daemon=True).start()
while True:
    time.sleep(0.05)
`;

test('eleven threads fit in the list, and the selected one is stepped', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', MANY);
  const details = page.getByRole('complementary', { name: 'Details' });
  const rows = details.getByRole('region', { name: /^Threads and tasks/ }).getByRole('listitem');
  await expect(rows).toHaveCount(11);
  await page.keyboard.press('F6');
  await expect(sequencer.state).toContainText('Paused');
  for (const row of await rows.all()) await expect(row).toBeInViewport({ ratio: 1 });
  const colours = await rows
    .locator('.trace-tag')
    .evaluateAll((tags) => tags.map((tag) => getComputedStyle(tag).backgroundColor));
  expect(new Set(colours).size).toBe(11);
  await rows.filter({ hasText: 'poll 7' }).click();
  const steps = details.getByRole('group', { name: /^Step T\d+ poll 7$/ });
  const place = rows.filter({ hasText: 'poll 7' }).getByText(/^line \d+$/);
  const others = await rows
    .filter({ hasText: 'poll 8' })
    .getByText(/^line \d+$/)
    .innerText();
  const before = await place.innerText();
  await steps.getByRole('button', { name: /^Step over/ }).click();
  await expect(place).not.toHaveText(before);
  await expect(rows.filter({ hasText: 'poll 8' })).toContainText(others);
  const findings = await new AxeBuilder({ page }).include('aside').analyze();
  expect(findings.violations.flatMap(({ nodes }) => nodes.map((node) => node.failureSummary))).toEqual([]);
  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
});
