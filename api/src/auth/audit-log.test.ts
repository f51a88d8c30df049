import { originalText } from '@sequencer/model';
import { expect, it } from 'vitest';
import { details } from './audit-log.ts';

it('stores unstorable text in a visible form, from which it can be restored', () => {
  const expression = 'reply == "ERR\0\udcff"';
  const stored = JSON.parse(details({ expression })) as { expression: string };
  expect(stored.expression).toBe('reply == "ERR\\u{0}\\u{dcff}"');
  expect(originalText(stored.expression)).toBe(expression);
});

it('stores no password, no script, and only the beginning of a long text', () => {
  const stored = JSON.parse(details({ newPassword: 'x', script: 'é', title: '\0'.repeat(10_000) })) as Record<
    string,
    string
  >;
  expect(stored.newPassword).toBe('***');
  expect(stored.script).toMatch(/^sha256:[0-9a-f]{64} \(2 bytes\)$/);
  expect(stored.title?.length).toBeLessThan(1000);
});
