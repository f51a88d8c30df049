/** The metrics at /metrics, for Prometheus. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export interface Metrics {
  registry: Registry;
  eventsStored: Counter;
  commitSeconds: Histogram;
  /** Registers the gauges. `read` gives their values at each scrape. */
  observe: (read: { phases: () => string[]; runners: () => number; subscriptions: () => number }) => void;
}

export function makeMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    eventsStored: new Counter({ name: 'sequencer_events_stored_total', help: 'Events of runs committed.', registers }),
    commitSeconds: new Histogram({
      name: 'sequencer_commit_seconds',
      help: 'Time of one commit of events.',
      buckets: [0.002, 0.005, 0.01, 0.05, 0.2, 1, 5],
      registers,
    }),
    observe: (read) => {
      new Gauge({
        name: 'sequencer_open_runs',
        help: 'Runs that hold a sequencer, by phase.',
        labelNames: ['phase'],
        registers,
        collect() {
          this.reset();
          for (const phase of read.phases()) this.inc({ phase });
        },
      });
      new Gauge({
        name: 'sequencer_runners_connected',
        help: 'Runners connected to this process.',
        registers,
        collect() {
          this.set(read.runners());
        },
      });
      new Gauge({
        name: 'sequencer_websocket_clients',
        help: 'GraphQL websocket connections.',
        registers,
        collect() {
          this.set(read.subscriptions());
        },
      });
    },
  };
}
