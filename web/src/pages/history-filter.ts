/** The filters of the history, in the form of the page's URL and of the server. */
import type { LocationQuery } from 'vue-router';
import type { RunFilter, RunOrder, RunPhase } from '../gql/graphql.ts';
import { OUTCOMES } from '../lib/phases.ts';

export interface HistoryFilter {
  telescope: string;
  outcome: RunPhase | '';
  text: string;
  by: string;
  /** Days as `2026-11-24`, both included. */
  from: string;
  to: string;
  /** Empty for newest first. */
  order: RunOrder | '';
  /** The night at which the list begins, as `2026-11-24`. Without effect on the longest runs. */
  night: string;
}

const ORDERS: RunOrder[] = ['OLDEST', 'LONGEST'];
const DAY_MS = 86_400_000;
const HALF_A_DAY_MS = DAY_MS / 2;

function word(query: LocationQuery, name: string): string {
  const value = query[name];
  return typeof value === 'string' ? value : '';
}

/** Also checks the calendar: 31 February is not a day. */
function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(`${text}T`);
}

export function fromQuery(query: LocationQuery): HistoryFilter {
  const outcome = word(query, 'outcome');
  const order = word(query, 'order');
  const day = (name: string) => (isDay(word(query, name)) ? word(query, name) : '');
  return {
    telescope: word(query, 'telescope'),
    outcome: OUTCOMES.find((phase) => phase === outcome) ?? '',
    text: word(query, 'text'),
    by: word(query, 'by'),
    from: day('from'),
    to: day('to'),
    order: ORDERS.find((known) => known === order) ?? '',
    night: day('night'),
  };
}

export function toQuery(filter: HistoryFilter): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
}

/** Whether a filter is set, other than the order and where the list begins. */
export function isNarrowed(filter: HistoryFilter): boolean {
  return Object.keys(toQuery({ ...filter, order: '', night: '' })).length > 0;
}

export function toServer(filter: HistoryFilter): RunFilter {
  const nextDay = (day: string) => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString();
  return {
    sequencer: filter.telescope || null,
    phases: filter.outcome ? [filter.outcome] : null,
    text: filter.text || null,
    submittedBy: filter.by || null,
    from: filter.from ? `${filter.from}T00:00:00Z` : null,
    to: filter.to ? nextDay(filter.to) : null,
  };
}

/** The filter of the list: from the chosen night on, in its order. */
export function toList(filter: HistoryFilter): RunFilter {
  const { from, to, ...others } = toServer(filter);
  if (!filter.night || filter.order === 'LONGEST') return { ...others, from, to };
  const noon = Date.parse(`${filter.night}T12:00:00Z`);
  const time = new Date(filter.order === 'OLDEST' ? noon : noon + DAY_MS).toISOString();
  if (filter.order === 'OLDEST') return { ...others, from: from && Date.parse(from) > noon ? from : time, to };
  return { ...others, from, to: to && Date.parse(to) < noon + DAY_MS ? to : time };
}

/** The night of a time, from noon to noon UTC, as the date on which it begins. */
export function nightOf(time: string): string {
  return new Date(Date.parse(time) - HALF_A_DAY_MS).toISOString().slice(0, 10);
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `21 November`, with the year if it is not the current one */
export function nightName(date: string, now: number): string {
  const [year, month, day] = date.split('-');
  const name = `${String(Number(day))} ${MONTHS[Number(month) - 1] ?? ''}`;
  return year === String(new Date(now).getUTCFullYear()) ? name : `${name} ${year ?? ''}`;
}
