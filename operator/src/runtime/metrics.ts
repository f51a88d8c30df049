/** The metrics that /metrics exports. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

export interface Metrics {
  registry: Registry;
  reconciled: Histogram<'kind' | 'result'>;
  watchErrors: Counter<'kind'>;
  /** Registers the gauges that are read at each scrape. */
  observe: (read: {
    depth: () => [string, number][];
    phases: () => Map<string, number>;
    isLeader: () => boolean;
  }) => void;
}

export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    reconciled: new Histogram({
      name: 'sequencer_operator_reconcile_seconds',
      help: 'Duration of a reconciliation in seconds, by kind and result.',
      labelNames: ['kind', 'result'],
      buckets: [0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10],
      registers: [registry],
    }),
    watchErrors: new Counter({
      name: 'sequencer_operator_watch_troubles_total',
      help: 'Lists and watches that failed and were retried, by kind.',
      labelNames: ['kind'],
      registers: [registry],
    }),
    observe: ({ depth, phases, isLeader }) => {
      new Gauge({
        name: 'sequencer_operator_queue_depth',
        help: 'Objects in the work queue.',
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
        help: '1 on the leader, 0 on other instances.',
        registers: [registry],
        collect() {
          this.set(isLeader() ? 1 : 0);
        },
      });
    },
  };
}
