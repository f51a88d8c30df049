/** What /metrics shows. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  registry: Registry;
  reconciled: Histogram<'kind' | 'result'>;
  watchTroubles: Counter<'kind'>;
  /** Read when somebody asks. */
  observe: (read: { depth: () => [string, number][]; phases: () => Map<string, number>; leads: () => boolean }) => void;
}

export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    reconciled: new Histogram({
      name: 'sequencer_operator_reconcile_seconds',
      help: 'How long one look at an object took, by kind and by how it ended.',
      labelNames: ['kind', 'result'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers: [registry],
    }),
    watchTroubles: new Counter({
      name: 'sequencer_operator_watch_troubles_total',
      help: 'How often a list or a watch broke and was begun anew.',
      labelNames: ['kind'],
      registers: [registry],
    }),
    observe: ({ depth, phases, leads }) => {
      new Gauge({
        name: 'sequencer_operator_queue_depth',
        help: 'Objects that wait to be looked at.',
        labelNames: ['queue'],
        registers: [registry],
        collect() {
          for (const [queue, value] of depth()) this.set({ queue }, value);
        },
      });
      new Gauge({
        name: 'sequencer_operator_runs',
        help: 'SequencerRun objects by phase.',
        labelNames: ['phase'],
        registers: [registry],
        collect() {
          this.reset();
          for (const [phase, value] of phases()) this.set({ phase }, value);
        },
      });
      new Gauge({
        name: 'sequencer_operator_leads',
        help: '1 when this instance leads.',
        registers: [registry],
        collect() {
          this.set(leads() ? 1 : 0);
        },
      });
    },
  };
}
