import { expect, it } from 'vitest';
import { statementMoment } from './moments.ts';

const at = (ms: number) => ({ startedAt: new Date(ms).toISOString() });

it('steps by statement, and to both ends of the run', () => {
  const statements = [at(10), at(20), { startedAt: null }, at(30)];
  const go = (moment: number, by: 1 | -1) => statementMoment(statements, 5, 99, moment, by);
  expect([go(5, 1), go(10, 1), go(25, 1), go(30, 1)]).toEqual([10, 20, 30, 99]);
  expect([go(99, -1), go(30, -1), go(15, -1), go(10, -1)]).toEqual([30, 20, 10, 5]);
});
