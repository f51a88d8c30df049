/** One asyncio task is stepped while another stands, and while it goes on. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '../src/sequencer-page.ts';

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

test('a step over an await stays in its task, whose name stands beside it', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(SCRIPT);
  await page.getByRole('region', { name: 'Editor' }).locator('.breakpoint-gutter .cm-gutterElement').nth(5).click();
  await sequencer.start();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('status', { name: 'Why it stopped' })).toContainText('breakpoint at line 5');
  const trace = (name: string) => details.locator('.trace').filter({ hasText: `${name} task` });
  await expect(trace('east')).toContainText('paused');
  // The other tasks go on while this one is stepped.
  await details.getByRole('button', { name: 'Remove the breakpoint at line 5' }).click();
  await expect(details).toContainText('None. Click left');
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
