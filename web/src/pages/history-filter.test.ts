import { expect, it } from 'vitest';
import { fromQuery, toQuery, toServer } from './history-filter.ts';

it('reads the address and writes it again', () => {
  const query = { telescope: 'satp1', outcome: 'KILLED', from: '2026-11-20' };
  expect(toQuery(fromQuery(query))).toEqual(query);
});

it('leaves out what is no filter', () => {
  expect(toQuery(fromQuery({ outcome: 'GREEN', from: 'yesterday', other: 'x' }))).toEqual({});
});

it('includes the last day', () => {
  const filter = toServer(fromQuery({ from: '2026-11-20', to: '2026-11-30' }));
  expect(filter).toMatchObject({ from: '2026-11-20T00:00:00Z', to: '2026-12-01T00:00:00.000Z' });
});
