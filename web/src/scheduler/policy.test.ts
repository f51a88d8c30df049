import { expect, it } from 'vitest';
import { policyError, policyText } from './policy.ts';

it('has a text for each form', () => {
  expect(JSON.parse(policyText('dummy', 'satp1', ''))).toEqual({ policy: 'dummy', config: {} });
  expect(JSON.parse(policyText('rest', 'satp1', ''))).toMatchObject({ policy: 'rest', preset: 'rest.satp1' });
  expect(policyText('setting', 'satp1', '{"policy":"own"}')).toBe('{\n  "policy": "own"\n}');
  expect(policyText('setting', 'satp1', 'no JSON')).toBe('no JSON');
});

it.each([
  ['{"policy": "dummy"}', null],
  ['{"policy": }', 'not JSON'],
  ['[]', 'must be a JSON object'],
  ['"dummy"', 'must be a JSON object'],
  ['null', 'must be a JSON object'],
  [JSON.stringify({ text: 'é'.repeat(9000) }), 'longer than 16 KiB'],
])('reads %.30s', (text, error) => {
  if (error === null) expect(policyError(text)).toBeNull();
  else expect(policyError(text)).toContain(error);
});
