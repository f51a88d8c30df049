/** The rotating half-wave plate: HWPSupervisor. Its tasks cannot be aborted. */
import { Agent, type Outcome, type Running, type Setting } from './agent.ts';
import { numberOf } from './params.ts';
import type { Data } from './session.ts';

/** Rates of frequency change, in Hz per telescope second. */
const RATES = { spinUp: 2 / 420, brake: 2 / 900, coast: 2 / 2400 };
const TOLERANCE_HZ = 0.002;
const float = { type: 'float', default: null } as const;
const tolerance = { freq_tol: float, freq_tol_duration: float };

export class Hwp extends Agent {
  /** Hz; counter-clockwise is positive. */
  #frequency = 0;
  #goal = 0;
  #state = 'Idle';
  #hasDriver = false;
  #grip = 'ungripped';

  constructor(setting: Setting) {
    super('HWPSupervisor', 'hwp-supervisor', setting);
    this.monitor('monitor', () => this.#status());
    this.monitor('spin_control', () => ({
      current_state: { state_type: this.#state },
      timestamp: Date.now() / 1000,
    }));
    this.task('pid_to_freq', { target_freq: { type: 'float' }, ...tolerance }, (running) =>
      this.#ramp(running, 'PIDToFreq', numberOf(running.params, 'target_freq') ?? 0, RATES.spinUp),
    );
    this.task('brake', { ...tolerance, brake_voltage: float, max_brake_duration: float }, (running) =>
      this.#ramp(running, 'Brake', 0, RATES.brake),
    );
    this.task('pmx_off', { ...tolerance, wait_stop: { type: 'bool', default: false } }, (running) =>
      this.#ramp(running, 'PmxOff', 0, RATES.coast),
    );
    this.task(
      'set_const_voltage',
      { voltage: { type: 'float' }, direction: { default: 'cw', choices: ['cw', 'ccw'] } },
      (running) => {
        const voltage = numberOf(running.params, 'voltage') ?? 0;
        const sign = running.params.direction === 'cw' ? -1 : 1;
        return this.#ramp(running, 'ConstVolt', 0.1 * voltage * sign, RATES.spinUp);
      },
    );
    const done = 'Completed with state: Done';
    this.timed('enable_driver_board', 5, done, () => (this.#hasDriver = true));
    this.timed('disable_driver_board', 5, done, () => (this.#hasDriver = false));
    this.timed('grip_hwp', 120, done, () => (this.#grip = 'cold'));
    this.timed('ungrip_hwp', 120, done, () => (this.#grip = 'ungripped'));
    this.timed('abort_action', 1, 'Action aborted');
  }

  async #ramp({ session, work }: Running, state: string, goal: number, rate: number): Promise<Outcome> {
    this.#state = state;
    this.#goal = goal;
    const problem =
      goal !== 0 && !this.#hasDriver ? 'driver board is off' : this.#grip === 'ungripped' ? null : 'gripped';
    if (problem !== null) {
      this.#state = 'Error';
      return [false, `Completed with state: Error (${problem})`];
    }
    let last = this.clock.now();
    while (Math.abs(this.#frequency - goal) > TOLERANCE_HZ) {
      await work(0);
      const now = this.clock.now();
      const step = (rate * (now - last)) / this.faults.stretch(session.opName);
      this.#frequency += Math.max(-step, Math.min(step, goal - this.#frequency));
      last = now;
    }
    this.#frequency = goal;
    // The frequency has to be within the tolerance for ten seconds.
    await work(10);
    this.#state = 'Done';
    session.data = {
      action: { completed: true, success: true, cur_state: { class: 'Done', msg: null, success: true } },
    };
    return [true, 'Completed with state: Done'];
  }

  #status(): Data {
    const now = Date.now() / 1000;
    const isSpinning = Math.abs(this.#frequency) > 0.1;
    return {
      timestamp: now,
      monitored_sessions: {},
      hwp_state: {
        is_spinning: isSpinning,
        direction: isSpinning ? (this.#frequency > 0 ? 'ccw' : 'cw') : null,
        pid_current_freq: Math.abs(this.#frequency),
        pid_target_freq: Math.abs(this.#goal),
        pid_direction: this.#frequency >= 0 ? 0 : 1,
        pid_last_updated: now,
        gripper: { instance_id: 'hwp-gripper', grip_state: this.#grip, last_updated: now },
        supervisor_control_state: { state_type: this.#state, last_update_time: now },
        temp: 45.1,
        ups_estimated_minutes_remaining: 45,
        last_updated: now,
      },
      actions: { pmx: 'ok', gripper: 'ok', shutdown_mode: false, shutdown_enabled: true },
    };
  }
}
