import type { SequencerMode } from '../gql/graphql.ts';

/** The names of modes on all pages. */
export const MODE_NAMES: Record<SequencerMode, string> = { OFF: 'Off', QUEUE: 'Queue', SCHEDULER: 'Scheduler' };
