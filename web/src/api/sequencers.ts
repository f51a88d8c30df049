/** Every sequencer as it is now, for the frame and the pages alike. */
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue';
import type { FleetSubscription } from '../gql/graphql.ts';

export type FleetSequencer = FleetSubscription['sequencers'][number];
export type FleetRun = NonNullable<FleetSequencer['lastRun']>;

/** Null until the server has said. */
export type Fleet = ComputedRef<FleetSequencer[] | null>;
export const fleetKey: InjectionKey<Fleet> = Symbol('fleet');

export function useFleet(): Fleet {
  return inject(fleetKey) ?? computed(() => null);
}
