/** The output of a script and the record of its events. */
import { readFileSync } from 'node:fs';
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = `import os, subprocess, sys
print('\\x1b[31mred\\x1b[0m and \\x1b[1;32mbold green\\x1b[0m')
for percent in range(0, 101, 10):
    print(f'\\r{percent} %', end='', flush=True)
print()
sys.stdout.buffer.write(b'raw \\xff\\xfe \\x00 end\\n')
sys.stdout.buffer.flush()
print('grüße', '\\u2603')
subprocess.run(['echo', 'from a child'])
for name in ('a', 'b'):
    print('in a loop', name)
print('warned', file=sys.stderr)
`;

const OVERWRITTEN = `import sys, time
w = sys.stdout.write
for n in (10, 55, 100):
    w(f"\\rDownloading {n}% of the long list")
    sys.stdout.flush()
    time.sleep(0.01)
w("\\r\\x1b[Kdone\\n")
w("\\x1b[33mwaiting for the dome ...\\x1b[0m\\ropen\\n")
w("abcdef\\x1b[2K\\rxy\\n")
w("\\x1b[38;5;1mred by 256 colours\\x1b[0m\\n")
w("\\x1b[38;2;30;31;32mby rgb\\x1b[0m\\n")
w("\\x1b]8;;https://example.org\\x1b\\\\a link\\x1b]8;;\\x1b\\\\\\n")
w("\\x1b]0;window title\\x07text\\n")
w("🔭🔭\\ra\\n")
w("\\x1b(B\\x1b[mplain after tput sgr0\\n")
w("spin |\\b/\\b-\\b\\\\\\n")
`;

test('overwritten lines are shown and downloaded as a terminal shows them', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('lat', OVERWRITTEN);
  await expect(sequencer.state).toContainText('Succeeded');
  const lines = [
    'done',
    'opening for the dome ...',
    'xy',
    'red by 256 colours',
    'by rgb',
    'a link <https://example.org>',
    'text',
    'a 🔭',
    'plain after tput sgr0',
    'spin \\',
  ];
  await expect(sequencer.output.locator('.row .text')).toHaveText(lines);
  await expect(sequencer.output.locator('.ansi-rgb')).toHaveText('by rgb');
  expect(await sequencer.output.locator('a').count()).toBe(0);
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Download the output' }).click();
  expect(readFileSync(await (await download).path(), 'utf8')).toBe(`${lines.join('\n')}\n`);
});

test('colours, carriage returns and binary output are shown, with the script line that wrote them', async ({
  page,
}) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', SCRIPT);
  await expect(sequencer.state).toContainText('Succeeded');
  const row = (text: string | RegExp) => sequencer.output.locator('.row').filter({ hasText: text });
  await expect(row('bold green').locator('.ansi-red')).toHaveText('red');
  await expect(row('bold green').locator('.ansi-green.ansi-bold')).toHaveText('bold green');
  // A progress bar is one line, as in a terminal.
  await expect(row('%')).toHaveCount(1);
  await expect(row('%').locator('.text')).toHaveText('100 %');
  // Bytes that are not text are escaped, and hide nothing.
  await expect(row('raw').locator('.text')).toHaveText('raw \\xff\\xfe ␀ end');
  await expect(row('grüße')).toContainText('☃');
  // Output from Python has a trace and a line. Output of a child process has neither.
  await expect(row('in a loop b')).toContainText('T1');
  await expect(row('in a loop b').getByRole('button', { name: '11', exact: true })).toHaveText('11');
  await expect(row('from a child').locator('.text')).toHaveText('from a child');
  await expect(row('from a child').locator('.at')).toHaveText('');
  await row('warned').getByRole('button', { name: '12', exact: true }).click();
  await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.cm-activeLine')).toContainText(
    "print('warned'",
  );
  await page.getByRole('button', { name: 'Find and filter' }).click();
  await page.getByRole('combobox', { name: 'Stream' }).selectOption('stderr');
  await expect(sequencer.output.locator('.row')).toHaveCount(1);
});

test('the record of events is in words, is filtered by kind and text, and leads to a moment and a line', async ({
  page,
  stack,
}) => {
  const id = await stack.submit("import time\nprint('one')\ntime.sleep(1)\nprint('two')\n");
  await stack.until(id, 'SUCCEEDED');
  await page.goto(`/runs/${id}`);
  const tab = (name: string) => page.getByRole('tab', { name });
  await tab('Output').press('ArrowLeft');
  await expect(tab('Actions')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  await expect(tab('Output')).toBeFocused();
  await page.keyboard.press('ArrowRight');
  const events = page.getByRole('log', { name: 'Events' });
  const rows = events.locator('.row');
  await expect(rows.first()).toHaveText(/^\d\d:\d\d:\d\d ?Run ?ended: Succeeded\. /);

  await page.getByRole('combobox', { name: 'Kind' }).selectOption('Statement');
  await expect(rows).toHaveCount(8);
  await page.getByRole('searchbox', { name: 'Find an event' }).fill('Statement 3 started');
  await expect(rows).toHaveCount(1);
  await expect(page.getByRole('search').getByRole('status')).toHaveText(/^1 of \d+$/);
  await rows.getByRole('button', { name: 'Line 3 of the script' }).click();
  await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.cm-activeLine')).toContainText(
    'time.sleep(1)',
  );
  await rows.getByTitle('Show this moment in the replay').click();
  await expect(page.getByRole('slider', { name: 'Replay time' })).toHaveAttribute('aria-valuetext', /statement 3 of 4/);
  await expect(rows).toHaveAttribute('aria-current', 'time');
  await tab('Output').click();
  await expect(page.getByRole('log', { name: 'Output of the script' }).locator('.row .text')).toHaveText(['one']);
});

test('long lines wrap when the user selects it, in this browser also later', async ({ page, stack }) => {
  const script = `for i in range(300):\n    print(i, 'W' * (3000 if i % 10 == 0 else 20))\nprint('last line')\n`;
  const id = await stack.submit(script);
  await stack.until(id, 'SUCCEEDED');
  await page.goto(`/runs/${id}`);
  const { output } = new SequencerPage(page);
  const line = (text: string) => output.locator('.row').filter({ hasText: new RegExp(`^\\S+T1\\d+${text}`) });
  await expect(output).toContainText('last line');
  const overflow = () => output.evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(await overflow()).toBeGreaterThan(1000);

  const wrap = page.getByRole('button', { name: 'Wrap lines' });
  await wrap.click();
  await expect(wrap).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(overflow).toBe(0);
  await expect(output.locator('.row').last()).toContainText('last line');
  await expect(output.locator('.row').last()).toBeInViewport({ ratio: 0.9 });
  await page.reload();
  await expect(wrap).toHaveAttribute('aria-pressed', 'true');
  await expect(output.locator('.row').last()).toBeInViewport({ ratio: 0.9 });

  // Rows never overlap, and the first one in sight keeps its place.
  await page.keyboard.press('/');
  await page.getByLabel('Find in the output').fill('150 W');
  await expect(output.locator('.row.current')).toBeInViewport();
  await page.getByRole('button', { name: 'Close find' }).click();
  const boxes = () =>
    output.locator('.row').evaluateAll((rows) =>
      rows
        .map((row) => ({ index: Number(row.dataset.row), box: row.getBoundingClientRect() }))
        .toSorted((a, b) => a.index - b.index)
        .map(({ box }) => [box.top, box.bottom] as const),
    );
  await expect
    .poll(async () => (await boxes()).every(([top], i, all) => i === 0 || Math.abs(top - (all[i - 1]?.[1] ?? 0)) < 1))
    .toBe(true);
  const topRow = () =>
    output.evaluate((element) => {
      const { top } = element.getBoundingClientRect();
      const rows = [...element.querySelectorAll<HTMLElement>('.row')];
      return rows.find(
        (row) => row.getBoundingClientRect().bottom > top + 1 && row.getBoundingClientRect().top < top + 1,
      )?.dataset.row;
    });
  const before = await topRow();
  await wrap.click();
  await expect.poll(topRow).toBe(before);
  await expect(line('150 W')).toBeInViewport();
});
