/** Inspects a paused script: calls, variables, watches and evaluations. Steps one of several traces. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = `import threading
import time

class Bad:
    def __repr__(self):
        raise ValueError('no text')

bad = Bad()
position = {'az': 180.0, 'el': [50, 60, 70]}

def observe(target):
    total = 0
    for step in range(3):
        total += step
    time.sleep(0)
    return total

def other():
    while not done:
        time.sleep(0.02)

done = False
threading.Thread(target=other, name='humidity', daemon=True).start()
observe('moon')
done = True
`;

test('shows calls, variables, watches and evaluations of a paused trace', async ({ page }) => {
  test.slow();
  const sequencer = new SequencerPage(page);
  await sequencer.open('satp1');
  await sequencer.load(SCRIPT);
  const editor = page.getByRole('region', { name: 'Editor' });
  await editor.locator('.breakpoint-gutter .cm-gutterElement').nth(13).click();
  await sequencer.start();
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('status', { name: 'Why it stopped' })).toContainText('breakpoint at line 13');
  // The other thread keeps running, and the header shows that.
  await expect(sequencer.state).toContainText('Running');
  await expect(sequencer.state).toContainText('1 of 2 stopped');

  // The innermost call is first. Selecting the caller shows its variables.
  const step = details.getByRole('button', { name: /^<module> line/ });
  await expect(details.getByRole('button', { name: /^observe line 13/ })).toHaveAttribute('aria-current', 'true');
  await expect(details.getByText("'moon'")).toBeVisible();
  // The line where the trace stops is marked more strongly than the statement that called it.
  const script = page.getByRole('region', { name: 'Script', exact: true });
  await expect(script.locator('.stopped-line')).toContainText('for step in range(3):');
  await expect(script.locator('.running-line.calling')).toHaveCount(1);
  await step.click();
  await expect(details.getByText('position', { exact: true })).toBeVisible();
  await details.getByRole('button', { name: 'Expand position' }).click();
  await details.getByRole('button', { name: "Expand ['el']" }).click();
  await expect(details.getByText('70', { exact: true })).toBeVisible();
  // A repr that raises shows its error in place.
  await expect(details.getByText('<Bad>', { exact: true })).toBeVisible();

  // A watch is evaluated at each stop.
  await details.getByRole('button', { name: /^observe line 13/ }).click();
  await details.getByLabel('Expression to watch').fill('total * 2');
  await details.getByLabel('Expression to watch').press('Enter');
  const watch = details.getByRole('region', { name: /^Watch/ });
  await expect(watch.getByRole('listitem')).toContainText('total * 20');

  await page.keyboard.press('Escape');
  // Steps to where `step`, and then `total`, have changed.
  for (const line of ['line 14', 'line 13', 'line 14', 'line 13']) {
    await details.getByRole('button', { name: 'Step over, T1' }).click();
    await expect(details.getByRole('button', { name: `observe ${line}` })).toBeVisible();
  }
  await expect(details.getByText('changed').first()).toBeVisible();

  // Evaluates an expression, an assignment, an exception and several lines. Typing in the field does not step.
  const evaluate = details.getByRole('region', { name: /^Evaluate/ });
  const field = evaluate.getByRole('textbox');
  const log = evaluate.getByRole('log');
  await field.fill("target + '!'");
  await field.press('Enter');
  await expect(log).toContainText("'moon!'");
  await expect(field).toHaveAttribute('aria-busy', 'false');
  await field.fill('total = 100');
  await field.press('Enter');
  await expect(log).toContainText('> total = 100done');
  await expect(field).toHaveAttribute('aria-busy', 'false');
  // The assignment changed the value of the variable and of the watch.
  await expect(details.getByRole('listitem').filter({ hasText: /^total100/ })).toBeVisible();
  await expect(watch.getByRole('listitem')).toContainText('total * 2200');
  await expect(watch.getByRole('list')).toHaveAttribute('aria-busy', 'false');
  await field.fill('total');
  await field.press('Enter');
  await expect(log).toContainText(/> total100/);
  await expect(field).toHaveAttribute('aria-busy', 'false');
  await field.fill('nowhere');
  await field.press('Enter');
  await expect(log).toContainText('NameError');
  await expect(field).toHaveAttribute('aria-busy', 'false');
  await field.fill('for i in range(2):');
  await field.press('Shift+Enter');
  await field.pressSequentially('    total += i');
  await field.press('Enter');
  await expect(log).toContainText('total += i');
  await expect(field).toHaveAttribute('aria-busy', 'false');
  await field.fill('total + 0');
  await field.press('Enter');
  await expect(log).toContainText('> total + 0101');
  await expect(field).toHaveAttribute('aria-busy', 'false');
  await field.press('ArrowUp');
  await expect(field).toHaveValue('total + 0');
  await field.press('ArrowUp');
  await expect(field).toHaveValue(/for i in range/);

  // Interrupts an evaluation that hangs, and not the script.
  await field.fill('time.sleep(1000)');
  await field.press('Enter');
  await evaluate.getByRole('button', { name: 'Interrupt evaluation' }).click();
  await expect(log).toContainText('Interrupted.');
  await expect(details.getByRole('button', { name: 'Step over, T1' })).toBeEnabled();

  // After a reload the page shows the evaluations of the record, and not those of the watch.
  await page.reload();
  await expect(log).toContainText(/'moon!'> total = 100done.*time\.sleep\(1000\)Interrupted\./s);
  await expect(log).not.toContainText('total * 2');

  await page.getByRole('tab', { name: 'Actions' }).click();
  await expect(page.getByRole('log', { name: 'Who did what' })).toContainText("target + '!': 'moon!'");

  await details.getByRole('button', { name: 'Remove the breakpoint at line 13' }).click();
  await expect(details).toContainText('No breakpoints. Click left');
  // Runs to the end of the loop, and then to the end.
  await details.getByRole('button', { name: 'Run to end of loop, T1' }).click();
  await expect(details.getByRole('button', { name: /^observe line 15/ })).toBeVisible();
  await page.getByRole('region', { name: 'Script', exact: true }).getByText('done = True').click();
  await details.getByRole('button', { name: 'Continue, T1' }).click();
  await expect(sequencer.state).toContainText('Succeeded');
});

const WAITING = SCRIPT.replace("observe('moon')", 'threading.Event().wait()');

test('a pause keeps the place of the user while the main thread runs', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', WAITING);
  const script = page.getByRole('region', { name: 'Script', exact: true });
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(sequencer.controls.getByRole('button', { name: 'line 24' })).toBeVisible();
  await page.keyboard.press('F6');
  await expect(sequencer.controls).toContainText('waiting for line 24 to return');
  // The other thread has stopped. The time is that of the pause.
  await expect(sequencer.state).toContainText(/1 of 2 stopped, for [0-9] s/);
  await expect(details.getByRole('region', { name: /^Variables/ })).toHaveCount(0);
  await expect(script.locator('.stopped-line')).toHaveCount(0);
  await page.keyboard.press(']');
  await expect(details.getByRole('region', { name: /Variables T2 · other/ })).toBeVisible();
  await expect(script.locator('.stopped-line')).toHaveCount(1);
  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
});

test('keys select and step each trace of a paused run', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', SCRIPT.replace("observe('moon')", 'while True:\n    time.sleep(0.02)'));
  await expect(sequencer.state).toContainText('Running');
  await page.keyboard.press('F6');
  await expect(sequencer.state).toContainText('Paused');
  const details = page.getByRole('complementary', { name: 'Details' });
  await expect(details.getByRole('region', { name: /Variables T1/ })).toBeVisible();
  await expect(sequencer.controls).toContainText('Steps act on T1 MainThread. F8 continues all 2.');
  await page.keyboard.press(']');
  await expect(details.getByRole('region', { name: /Variables T2 · other/ })).toBeVisible();
  await expect(sequencer.controls).toContainText('Steps act on T2 humidity.');
  const script = page.getByRole('region', { name: 'Script', exact: true });
  const stopped = script.locator('.stopped-line');
  for (let step = 0; step < 3; step += 1) {
    // One strong line, with several stopped threads. The two lines of the loop alternate.
    await expect(stopped).toHaveCount(1);
    const before = await stopped.innerText();
    await expect(sequencer.controls.getByRole('button', { name: 'Over', exact: true })).toBeEnabled();
    await page.keyboard.press('F10');
    await expect(stopped).not.toHaveText(before);
    await expect(details.getByRole('region', { name: /Variables T2 · other/ })).toBeVisible();
  }
  await page.keyboard.press('[');
  await expect(details.getByRole('region', { name: /Variables T1/ })).toBeVisible();

  // Runs to the cursor, which is in this file.
  await page.getByRole('region', { name: 'Script', exact: true }).getByText('while True:').click();
  await details.getByRole('button', { name: 'Run to cursor, T1' }).click();
  await expect(details.getByRole('button', { name: 'line 24' }).first()).toBeVisible();

  await page.keyboard.press('Shift+F5');
  await page.getByRole('dialog').getByRole('button', { name: 'Interrupt', exact: true }).click();
  await expect(sequencer.state).toContainText('Interrupted');
});
