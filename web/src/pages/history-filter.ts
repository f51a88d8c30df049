/** The history's filters as they stand in the address, and as the server takes them. */
import type { LocationQuery } from 'vue-router';
import type { RunFilter, RunPhase } from '../gql/graphql.ts';
import { OUTCOMES } from '../lib/phases.ts';

export interface HistoryFilter {
  telescope: string;
  outcome: RunPhase | '';
  text: string;
  by: string;
  /** Days as `2026-11-24`, both included. */
  from: string;
  to: string;
}

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function word(query: LocationQuery, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}

export function fromQuery(query: LocationQuery): HistoryFilter {
  const outcome = word(query, 'outcome');
  const day = (name: string) => (DAY.test(word(query, name)) ? word(query, name) : '');
  return {
    telescope: word(query, 'telescope'),
    outcome: OUTCOMES.find((phase) => phase === outcome) ?? '',
    text: word(query, 'text'),
    by: word(query, 'by'),
    from: day('from'),
    to: day('to'),
  };
}

export function toQuery(filter: HistoryFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
}

export function toServer(filter: HistoryFilter): RunFilter {
  const nextDay = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString();
  return {
    sequencer: filter.telescope || null,
    phases: filter.outcome ? [filter.outcome] : null,
    text: filter.text || null,
    submittedBy: filter.by || null,
    from: filter.from ? `${filter.from}T00:00:00Z` : null,
    to: filter.to ? nextDay(filter.to) : null,
  };
}
