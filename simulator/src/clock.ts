/** Time at the telescope: faster than real time by the speed factor. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Interval between two updates of a simulated motion, in ms of real time. */
export const TICK_MS = 50;

export class TelescopeClock {
  readonly speed: number;

  constructor(speed: number) {
    this.speed = speed;
  }

  /** Telescope seconds since an arbitrary moment. */
  now(): number {
    return (performance.now() / 1000) * this.speed;
  }

  /** Waits for telescope seconds. */
  async pass(seconds: number): Promise<void> {
    await sleep((seconds / this.speed) * 1000);
  }

  async tick(): Promise<void> {
    await sleep(TICK_MS);
  }
}
