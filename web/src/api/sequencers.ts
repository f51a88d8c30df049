/** The state of every sequencer, shared by the frame and the pages. */
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue';
import type { SequencersSubscription } from '../gql/graphql.ts';

export type SequencerSummary = SequencersSubscription['sequencers'][number];
export type RunSummary = NonNullable<SequencerSummary['lastRun']>;

/** Null until the first message. */
export type Sequencers = ComputedRef<SequencerSummary[] | null>;
export const sequencersKey: InjectionKey<Sequencers> = Symbol('sequencers');

export function useSequencers(): Sequencers {
  return inject(sequencersKey) ?? computed(() => null);
}
