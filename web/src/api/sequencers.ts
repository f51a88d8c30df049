/** The state of every sequencer, shared by the frame and the pages. */
import { computed, inject, type ComputedRef, type InjectionKey } from 'vue';
import { graphql } from '../gql/index.ts';
import type { SequencersSubscription } from '../gql/graphql.ts';

export const SEQUENCERS = graphql(/* GraphQL */ `
  subscription Sequencers {
    sequencers {
      name
      mode
      modeReason
      modeChangedBy
      modeChangedAt
      hostname
      lastKnownSince
      ...ControlBar_sequencer
      ...HoldOnFailureSetting_sequencer
      afterFailure
      runner {
        connected
        runnerPerRun
        since
        python
        hostname
        packages {
          name
          version
        }
        problems
      }
      activeRun {
        ...RunSummary
        resources
        pausePending
        pausedSince
        stops {
          at
        }
        asks {
          question
          at
          answered {
            at
          }
        }
        scriptVersion
        position {
          statement
          line
          since
        }
      }
      queue {
        ...RunSummary
        start
        proposed
        resources
        window {
          notBefore
          notAfter
        }
        onHold {
          since
          by
          reason
        }
      }
      lastRun {
        ...RunSummary
        stoppedBy {
          by
        }
      }
    }
  }
`);

export type SequencerSummary = SequencersSubscription['sequencers'][number];
export type { RunSummaryFragment as RunSummary } from '../gql/graphql.ts';

/** Null until the first message. */
export type Sequencers = ComputedRef<SequencerSummary[] | null>;
export const sequencersKey: InjectionKey<Sequencers> = Symbol('sequencers');

export function useSequencers(): Sequencers {
  return inject(sequencersKey) ?? computed(() => null);
}
