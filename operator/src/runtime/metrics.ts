/** The metrics that /metrics exports. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What the gauges show. They are read at each scrape. */
export interface OperatorState {
  isLeader: () => boolean;
  /** Objects in each work queue. */
  depth: () => [string, number][];
  /** Runs in each phase. */
  phases: () => Map<string, number>;
  sequencers: () => { sequencer: string; held: boolean; disconnected: boolean }[];
}

export interface Metrics {
  registry: Registry;
  reconciled: Histogram<'kind' | 'result'>;
  watchErrors: Counter<'kind'>;
  /** Registers the gauges. Only the leader has those of the objects, so that a sum over all instances is right. */
  observe: (state: OperatorState) => void;
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
    observe: ({ isLeader, depth, phases, sequencers }) => {
      const gauge = (name: string, help: string, label: string, values: () => Iterable<[string, number]>) =>
        new Gauge({
          name: `sequencer_operator_${name}`,
          help: `${help} Only on the leader.`,
          labelNames: [label],
          registers: [registry],
          collect() {
            this.reset();
            if (isLeader()) for (const [value, count] of values()) this.set({ [label]: value }, count);
          },
        });
      gauge('queue_depth', 'Objects in the work queue.', 'queue', depth);
      gauge('runs', 'SequencerRun objects by phase.', 'phase', phases);
      gauge('queue_held', '1 while the queue of a sequencer is held after a failed run.', 'sequencer', () =>
        sequencers().map(({ sequencer, held }) => [sequencer, Number(held)]),
      );
      gauge('runner_disconnected', '1 while a script runs whose runner the API does not reach.', 'sequencer', () =>
        sequencers().map(({ sequencer, disconnected }) => [sequencer, Number(disconnected)]),
      );
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
