import { expect, it } from 'vitest';
import { fromQuery, isNarrowed, nightName, nightOf, toList, toQuery, toServer } from './history-filter.ts';

it('converts filters to the URL and back, and drops invalid values', () => {
  const query = { telescope: 'satp1', outcome: 'FAILED', text: 'iv', from: '2026-11-01', order: 'OLDEST' };
  expect(toQuery(fromQuery(query))).toEqual(query);
  expect(toQuery(fromQuery({ outcome: 'RUNNING', from: 'yesterday', order: 'NEWEST', by: ['a', 'b'] }))).toEqual({});
  expect(toQuery(fromQuery({ from: '2026-02-31', to: '2026-13-45' }))).toEqual({});
  expect(toQuery(fromQuery({ from: '2024-02-29', to: '26-1-1' }))).toEqual({ from: '2024-02-29' });
});

it('requests whole days, including the last one', () => {
  const filter = fromQuery({ from: '2026-11-01', to: '2026-11-02' });
  expect(toServer(filter)).toMatchObject({ from: '2026-11-01T00:00:00Z', to: '2026-11-03T00:00:00.000Z' });
});

it('begins the list at a night, within the other filters', () => {
  const list = (query: Record<string, string>) => toList(fromQuery({ night: '2026-11-02', ...query }));
  expect(list({})).toMatchObject({ from: null, to: '2026-11-03T12:00:00.000Z' });
  expect(list({ order: 'OLDEST' })).toMatchObject({ from: '2026-11-02T12:00:00.000Z', to: null });
  expect(list({ order: 'LONGEST' })).toMatchObject({ from: null, to: null });
  expect(list({ to: '2026-11-01' })).toMatchObject({ to: '2026-11-02T00:00:00.000Z' });
  expect(list({ order: 'OLDEST', from: '2026-11-04' })).toMatchObject({ from: '2026-11-04T00:00:00Z' });
});

it('is not narrowed by the order alone', () => {
  expect(isNarrowed(fromQuery({ order: 'LONGEST' }))).toBe(false);
  expect(isNarrowed(fromQuery({ by: 'm.olsen' }))).toBe(true);
});

it('counts nights from noon to noon', () => {
  expect(nightOf('2026-11-22T11:59:59Z')).toBe('2026-11-21');
  expect(nightOf('2026-11-22T12:00:00Z')).toBe('2026-11-22');
  expect(nightName('2026-11-21', Date.parse('2026-11-24T00:00:00Z'))).toBe('21 November');
  expect(nightName('2025-11-01', Date.parse('2026-11-24T00:00:00Z'))).toBe('1 November 2025');
});
