/** Steps one asyncio task while the others run, and while they are frozen. */
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
  const trace = (name: string) => details.locator('.trace').filter({ hasText: `${name} task` });
  await expect(trace('east')).toContainText('paused');
  // The other tasks keep running during the steps.
  await details.getByRole('button', { name: 'Remove the breakpoint at line 5' }).click();
  await expect(details).toContainText('No breakpoints. Click left');
  const step = trace('east').getByRole('button', { name: /^Step over/ });
  await step.click();
  await expect(trace('east').getByRole('button', { name: 'line 6' })).toBeVisible();
  await expect(details.getByRole('button', { name: /^measure line 6/ })).toBeVisible();
  const variables = details.getByRole('region', { name: /^Variables T\d+ · measure/ });
  await expect(variables.getByText("'east'")).toBeVisible();
  await step.click();
  await expect(trace('east').getByRole('button', { name: 'line 4' })).toBeVisible();
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
  const trace = details.locator('.trace').filter({ hasText: 'stepped task' });
  await expect(trace.getByRole('button', { name: 'line 9' })).toBeVisible();
  // The main thread shares the thread of the task, and is shown as blocked.
  const main = details.locator('.trace').filter({ hasText: 'MainThread thread' });
  await expect(main).toContainText('blocked by T');
  const others = page.getByRole('checkbox', { name: 'Freeze other tasks during a step' });
  await expect(others).toHaveCount(1);
  await expect(others).not.toBeChecked();
  // Set with the keyboard, and kept after a reload.
  await others.focus();
  await page.keyboard.press('Space');
  const stepOver = async () => {
    // The key does nothing until the previous step is confirmed.
    await expect(sequencer.controls.getByRole('button', { name: 'Over', exact: true })).toBeEnabled();
    await page.keyboard.press('F10');
  };
  await page.reload();
  await expect(others).toBeChecked();
  await stepOver();
  await expect(trace.getByRole('button', { name: 'line 10' })).toBeVisible();
  await stepOver();
  await expect(trace.getByRole('button', { name: 'line 11' })).toBeVisible();
  await stepOver();
  await expect(trace.getByRole('status')).toContainText('The step is waiting, with 1 other task frozen.');
  await expect(sequencer.output).not.toContainText('released');
  await trace.getByRole('button', { name: 'Resume other tasks' }).click();
  await expect(trace.getByRole('button', { name: 'line 12' })).toBeVisible();
  await expect(trace.getByRole('status')).toHaveCount(0);
  await expect(sequencer.output).toContainText('released');
  await page.keyboard.press('F8');
  await expect(sequencer.state).toContainText('Succeeded');
  await expect(sequencer.output).toContainText('has it');
});
