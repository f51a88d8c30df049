/** Every page shows HTML and invisible characters in scripts, names and output as plain text. */
import { expect, test } from '../src/fixtures.ts';

const HTML = '<img src=x onerror="window.hit=1"><script>window.hit=1</script>';

test('invisible and bidirectional characters are shown by their number', async ({ page, stack }) => {
  const script = [
    'level = "user"',
    'if level != "user\u202e \u2066# check if admin\u2069 \u2066":',
    "    print('granted')",
    "print('right\\u202eleft')",
    "input('Go\\u200b on?')",
  ].join('\n');
  // As made with kubectl: the API refuses such a title.
  const run = await stack.submit(script, { title: 'night', arguments: ['\u202etxt.exe'] });
  await page.goto('/satp1');
  const view = page.getByRole('region', { name: 'Script', exact: true });
  await expect(view.locator('.invisible-character')).toHaveText(['U+202E', 'U+2066', 'U+2069', 'U+2066']);
  await expect(view.locator('.invisible-character').first()).toHaveAttribute('title', 'U+202E right-to-left override');
  await expect(
    page.getByRole('log', { name: 'Output of the script' }).locator('.invisible-character').first(),
  ).toHaveText('U+202E');
  await expect(page.getByRole('alert', { name: 'The script asks: Go[U+200B] on?' })).toBeVisible();
  await expect(page.getByText('[U+202E]txt.exe')).toBeVisible();
  await stack.query('mutation ($id: ID!) { stopRun(id: $id, level: INTERRUPT) { id } }', { id: run });
  await stack.until(run, 'INTERRUPTED');
  await page.goto(`/satp1?again=${run}`);
  await expect(page.getByRole('region', { name: 'Editor' }).locator('.invisible-character')).toHaveCount(4);
});

test('HTML in titles, scripts, output, names and failures is text', async ({ page, stack }) => {
  const refused: string[] = [];
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      console.error(`refused: ${event.violatedDirective}`);
    });
  });
  page.on('console', (message) => {
    if (message.text().startsWith('refused:')) refused.push(message.text());
  });
  const script = [
    `"""</script>${HTML}"""`,
    'import threading, time',
    `text = ${JSON.stringify(HTML)}`,
    'print(text)',
    "print('\\x1b]8;;javascript:window.hit=1\\x07link\\x1b]8;;\\x07')",
    "print('right\\u202eleft')",
    'threading.Thread(target=time.sleep, args=(0.2,), name=text).start()',
    'raise ValueError(text)',
  ].join('\n');
  const run = await stack.submit(script, { title: HTML, arguments: [HTML] });
  await stack.until(run, 'FAILED');
  await stack.query('mutation ($id: ID!) { pauseRun(id: $id) { id } }', { id: HTML }).catch(() => undefined);
  for (const path of ['/', '/satp1', `/runs/${run}`, '/history', '/audit']) {
    await page.goto(path);
    await expect(page.getByText('Live ·')).toBeVisible();
    await expect(page.getByText('<img src=x').first(), path).toBeVisible();
    expect(await page.evaluate(() => 'hit' in window), path).toBe(false);
    expect(await page.locator('img[src=x], a[href^="javascript:"]').count(), path).toBe(0);
  }
  await page.goto(`/history?text=${encodeURIComponent(HTML)}`);
  await expect(page.getByText('<img src=x').first()).toBeVisible();
  await page.goto(`/${encodeURIComponent(HTML)}`);
  await expect(page.getByRole('heading', { name: /does not exist/ })).toBeVisible();
  expect(await page.evaluate(() => 'hit' in window)).toBe(false);
  // The policy blocked nothing, because no page tried to run the HTML.
  expect(refused).toEqual([]);
});
