/** A script asks the operators questions, and reports its progress. */
import { expect, test } from '../src/fixtures.ts';
import { SequencerPage } from '@sequencer/testing/pages/sequencer-page';

const SCRIPT = `import sequencer
for i in range(4):
    sequencer.progress(i, 4, name='scan', text='leg')
if sequencer.confirm('Is the dome open?'):
    name = sequencer.ask('Which filter?', default='f150')
    print('filter', name)
print('then', sequencer.ask('Nobody answers this', default='nothing', timeout=8))
`;

test('the first answer to a question counts, and the page shows who gave it', async ({ page, context }) => {
  const sequencer = new SequencerPage(page);
  await sequencer.run('satp1', SCRIPT);
  const confirm = page.getByRole('alert', { name: 'The script asks: Is the dome open?' });
  await expect(confirm).toBeVisible();
  await expect(page).toHaveTitle(/satp1 ▲ NEEDS YOU/);
  await expect(page.getByRole('progressbar', { name: 'scan' })).toHaveAttribute('value', '3');

  await expect(sequencer.state).toContainText('Needs you');

  const other = await context.newPage();
  await other.goto('/');
  const bar = other.getByRole('region', { name: 'Needs a person' });
  await expect(bar.getByRole('listitem').first()).toContainText(/^satp1 asks, waiting for .*Is the dome open\?$/);
  await expect(other.getByRole('navigation', { name: 'Telescopes' })).toContainText('satp1Needs you');
  await expect(other.getByRole('article').first()).toContainText('Is the dome open?');
  await other.getByRole('link', { name: 'Open and answer' }).click();
  await other
    .getByRole('alert', { name: 'The script asks: Is the dome open?' })
    .getByRole('button', { name: 'Yes' })
    .click();
  await expect(confirm).toHaveCount(0);

  const ask = page.getByRole('alert', { name: 'The script asks: Which filter?' });
  await expect(ask.getByRole('textbox')).toHaveValue('f150');
  await page.setViewportSize({ width: 390, height: 844 });
  await expect(ask.getByRole('button', { name: 'Answer' })).toBeInViewport({ ratio: 1 });
  expect((await ask.getByRole('textbox').boundingBox())?.width).toBeGreaterThan(150);
  await page.setViewportSize({ width: 1440, height: 900 });
  await ask.getByRole('textbox').fill('f090');
  await ask.getByRole('textbox').press('Enter');
  await expect(sequencer.output).toContainText('filter f090');

  await expect(page.getByRole('alert', { name: 'The script asks: Nobody answers this' })).toContainText(
    '“nothing” is used in',
  );
  await expect(sequencer.output).toContainText('then nothing');
  await expect(sequencer.state).toContainText('Succeeded');
  const questions = page.getByRole('region', { name: /^Questions/ });
  await expect(questions).toContainText('f090 by ');
  await expect(questions).toContainText('nothing (default)');
});
