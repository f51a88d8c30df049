/** What a script writes: colours, progress bars, bytes that are no text, and the line that each came from. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '../src/sequencer-page.ts';

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

test('colours, carriage returns and binary, each line with the line that wrote it', async ({ page }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', SCRIPT);
  await expect(sequencer.state).toContainText('Succeeded');
  const row = (text: string | RegExp) => sequencer.output.locator('.row').filter({ hasText: text });
  await expect(row('bold green').locator('.ansi-red')).toHaveText('red');
  await expect(row('bold green').locator('.ansi-green.ansi-bold')).toHaveText('bold green');
  // A progress bar is one line, as in a terminal.
  await expect(row('%')).toHaveCount(1);
  await expect(row('%').locator('.text')).toHaveText('100 %');
  // Bytes that are no text are shown as such, and hide nothing.
  await expect(row('raw').locator('.text')).toHaveText('raw \\xff\\xfe ␀ end');
  await expect(row('grüße')).toContainText('☃');
  // Tagged with trace and line when it came from Python; a child's is not.
  await expect(row('in a loop b')).toContainText('T1');
  await expect(row('in a loop b').getByRole('button')).toHaveText('11');
  await expect(row('from a child').locator('.text')).toHaveText('from a child');
  await expect(row('from a child').getByRole('button')).toHaveCount(0);
  await row('warned').getByRole('button').click();
  await expect(page.getByRole('region', { name: 'Script', exact: true }).locator('.cm-activeLine')).toContainText(
    "print('warned'",
  );
  await page.getByRole('button', { name: 'stderr 1' }).click();
  await expect(sequencer.output.locator('.row')).toHaveCount(1);
});
