/** Time at the telescope: it runs faster than ours by the speed factor. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Between two looks at the world, in ms of our time. */
export const TICK_MS = 50;

export class TelescopeClock {
  readonly speed: number;

  constructor(speed: number) {
    this.speed = speed;
  }

  /** Telescope seconds since some moment. */
  now(): number {
    return (performance.now() / 1000) * this.speed;
  }

  /** Lets telescope seconds pass. */
  async pass(seconds: number): Promise<void> {
    await sleep((seconds / this.speed) * 1000);
  }

  async tick(): Promise<void> {
    await sleep(TICK_MS);
  }
}
