/** Motion of a telescope axis with constant acceleration, in closed form. Degrees and telescope seconds. */

interface State {
  position: number;
  velocity: number;
}
type Plan = (time: number) => State;
export type Mode = 'Stop' | 'Preset' | 'ProgramTrack';

export class Axis {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  mode: Mode = 'Stop';
  target: number;
  /** Time at which the move ends; infinite for a scan. */
  arrival = 0;
  readonly #speed: number;
  readonly #acceleration: number;
  #plan: Plan;

  constructor(name: string, position: number, [low, high]: [number, number], speed: number, acceleration: number) {
    this.name = name;
    this.low = low;
    this.high = high;
    this.target = position;
    this.#speed = speed;
    this.#acceleration = acceleration;
    this.#plan = () => ({ position, velocity: 0 });
  }

  at(now: number): State {
    return this.#plan(now);
  }

  /** Starts a move to a position. */
  go(target: number, now: number, slower = 1): void {
    const { position: start } = this.at(now);
    const acceleration = this.#acceleration / slower ** 2;
    const distance = Math.abs(target - start);
    const sign = Math.sign(target - start) || 1;
    const ramp = Math.min(this.#speed / slower / acceleration, Math.sqrt(distance / acceleration));
    const peak = ramp * acceleration;
    const cruise = peak > 0 ? (distance - peak * ramp) / peak : 0;
    const total = 2 * ramp + cruise;
    this.#plan = (time) => {
      const t = time - now;
      if (t >= total) return { position: target, velocity: 0 };
      if (t < ramp) return { position: start + (sign * acceleration * t * t) / 2, velocity: sign * acceleration * t };
      if (t < ramp + cruise) return { position: start + sign * peak * (t - ramp / 2), velocity: sign * peak };
      const left = total - t;
      return { position: target - (sign * acceleration * left * left) / 2, velocity: sign * acceleration * left };
    };
    this.mode = 'Preset';
    this.arrival = now + total;
    this.target = target;
  }

  /** Starts a scan back and forth between the current position and another, with parabolic turnarounds. */
  scan(other: number, speed: number, acceleration: number, drift: number, now: number): void {
    const { position: start } = this.at(now);
    const leg = Math.abs(other - start) / speed;
    const turn = (2 * speed) / acceleration;
    const sign = Math.sign(other - start) || 1;
    this.#plan = (time) => {
      const t = time - now;
      const count = Math.floor(t / (leg + turn));
      const phase = t - count * (leg + turn);
      const forward = count % 2 === 0;
      const direction = forward ? sign : -sign;
      const begin = forward ? start : other;
      const over = Math.max(0, phase - leg);
      const along = speed * Math.min(phase, leg) + speed * over - (acceleration * over * over) / 2;
      const velocity = direction * (speed - acceleration * over);
      return { position: begin + direction * along + drift * t, velocity: velocity + drift };
    };
    this.mode = 'ProgramTrack';
    this.arrival = Infinity;
    this.target = other;
  }

  /** Decelerates to rest. Returns how long that takes. */
  halt(now: number): number {
    const { position, velocity } = this.at(now);
    const total = Math.abs(velocity) / this.#acceleration;
    const sign = Math.sign(velocity);
    this.#plan = (time) => {
      const t = Math.min(time - now, total);
      return {
        position: position + velocity * t - (sign * this.#acceleration * t * t) / 2,
        velocity: velocity - sign * this.#acceleration * t,
      };
    };
    this.mode = 'Stop';
    this.arrival = now + total;
    this.target = this.at(now + total).position;
    return total;
  }
}
