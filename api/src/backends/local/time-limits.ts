/**
 * Stops each run at its time limit: an interrupt, and the next rungs of the stop ladder at their deadlines. A pod that
 * Kubernetes ends at the limit stops its script in the same way.
 */
import { isFinal } from '@sequencer/model';
import type { LiveRun } from '../../runs/live-run.ts';

/** Delay before another try, such as while the runner is disconnected. */
const AGAIN_MS = 5000;
/** Longest delay of one timer: `setTimeout` is limited to 24.8 days. */
const LONGEST_MS = 86_400_000;

/** Sends an interrupt that escalates. `by` is the cause, for use after "by". */
type SendStop = (live: LiveRun, by: string) => Promise<void>;

export class TimeLimits {
  readonly #send: SendStop;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(send: SendStop) {
    this.#send = send;
  }

  /**
   * Starts the clock of a run, unless it runs already. Later changes of the system's clock have no effect on it.
   *
   * @param startedAt when the run started, in ms; may be by the clock of another machine
   */
  watch(live: LiveRun, startedAt: number): void {
    const { id, timeoutSeconds } = live.row;
    if (timeoutSeconds === null || this.#timers.has(id)) return;
    const passed = Math.max(Date.now() - startedAt, 0);
    this.#arm(live, performance.now() + timeoutSeconds * 1000 - passed);
  }

  forget(run: string): void {
    clearTimeout(this.#timers.get(run));
    this.#timers.delete(run);
  }

  close(): void {
    for (const run of this.#timers.keys()) this.forget(run);
  }

  #arm(live: LiveRun, deadline: number): void {
    const delay = Math.min(Math.max(deadline - performance.now(), 0), LONGEST_MS);
    const timer = setTimeout(() => {
      if (performance.now() < deadline) this.#arm(live, deadline);
      else void this.#stop(live);
    }, delay);
    this.#timers.set(live.row.id, timer.unref());
  }

  async #stop(live: LiveRun): Promise<void> {
    const by = `the time limit of ${String(live.row.timeoutSeconds)} s`;
    if (isFinal(live.phase) || live.view.stops.some((stop) => stop.by === by)) return;
    await this.#send(live, by).catch(() => undefined);
    // Until the record has the stop: the command may not have arrived.
    if (this.#timers.has(live.row.id)) this.#arm(live, performance.now() + AGAIN_MS);
  }
}
