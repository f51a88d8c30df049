/** The rules of WCAG that a page breaks, according to axe. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page } from '@playwright/test';

/** @param rules only these rules of axe; all of WCAG 2.1 A and AA, and the best practices, if not set */
export async function violations(page: Page, rules?: string[]): Promise<string[]> {
  // A half faded element has too little contrast.
  await page.waitForFunction(() =>
    document
      .getAnimations()
      .every((a) => a.playState !== 'running' || a.effect?.getComputedTiming().endTime === Infinity),
  );
  const builder = new AxeBuilder({ page });
  if (rules) builder.withRules(rules);
  // Off in axe because it is new: the name of a control contains the text that it shows.
  else builder.options({ rules: { 'label-content-name-mismatch': { enabled: true } } });
  const found = await builder.analyze();
  return found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`);
}

/** Checks the page in the dark and in the light theme. Its theme has to be that of the system. */
export async function expectNoViolation(page: Page, state: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await expect(page.locator('html')).toHaveAttribute('data-theme', colorScheme);
    // Only colours depend on the theme.
    const found = await violations(page, colorScheme === 'light' ? ['color-contrast'] : undefined);
    expect.soft(found, `${state}, ${colorScheme}`).toEqual([]);
  }
}
