/** The mount: ACUAgent. A move takes as long as on a telescope, divided by the speed factor. */
import { Agent, Failed, type Outcome, type Running, type Setting } from './agent.ts';
import { Axis } from './motion.ts';
import { ParamError, floatText, numberOf, type ParamSpecs } from './params.ts';
import type { Data } from './session.ts';
import { separation, sunAt } from './sun.ts';

const float = { type: 'float', default: null } as const;
const SCAN_DEFAULTS = { az_speed: 1, az_accel: 1, el_freq: 0, turnaround_method: 'standard', el_mode: null };

const SCAN_PARAMS: ParamSpecs = {
  az_endpoint1: { type: 'float' },
  az_endpoint2: { type: 'float' },
  az_speed: float,
  az_accel: float,
  el_endpoint1: float,
  el_endpoint2: float,
  el_speed: { type: 'float', default: 0 },
  el_freq: float,
  el_mode: { default: null },
  num_scans: float,
  start_time: float,
  wait_to_start: float,
  step_time: float,
  az_start: { default: 'end' },
  az_drift: float,
  scan_type: { default: 1, choices: [1, 2, 3] },
  az_vel_ref: float,
  turnaround_method: { default: null },
  scan_upload_length: float,
  type: { default: null },
};

type AxisName = 'az' | 'el' | 'third';

export class Acu extends Agent {
  readonly #isSat: boolean;
  readonly #axes: Record<AxisName, Axis>;
  /** The running operation of azimuth and elevation, and of the third axis: one at a time each. */
  readonly #busy: Record<'azel' | 'third', string | null> = { azel: null, third: null };
  #scanParams: Data = { ...SCAN_DEFAULTS };
  #shutter = 'open';

  constructor(setting: Setting, isSat: boolean) {
    super('ACUAgent', 'acu1', setting);
    this.#isSat = isSat;
    this.#axes = {
      az: new Axis('Azimuth', 180, [-90, 450], 3, 1),
      el: new Axis('Elevation', 50, [18.5, isSat ? 90 : 180], 1, 0.5),
      third: new Axis(isSat ? 'Boresight' : 'Co-Rotator', 0, [-360, 360], 1, 1),
    };
    this.monitor('monitor', () => this.#status());
    this.monitor('monitor_sun', () => this.#sun());
    this.process('generate_scan', SCAN_PARAMS, (running) => this.#hold('azel', running, () => this.#scan(running)));
    this.task(
      'go_to',
      { az: float, el: float, end_stop: { type: 'bool', default: true } },
      (running) =>
        this.#hold('azel', running, () =>
          this.#move(running, { az: numberOf(running.params, 'az'), el: numberOf(running.params, 'el') }),
        ),
      true,
    );
    this.task(
      'set_boresight',
      { target: { type: 'float' }, end_stop: { type: 'bool', default: true } },
      (running) =>
        this.#hold('third', running, () => this.#move(running, { third: numberOf(running.params, 'target') })),
      true,
    );
    this.task(
      'set_scan_params',
      {
        az_speed: float,
        az_accel: float,
        el_freq: float,
        el_mode: { default: null, choices: ['stop', 'preset', 'programtrack', ''] },
        turnaround_method: { default: null },
        reset: { type: 'bool', default: false },
      },
      ({ params }) => this.#setScanParams(params),
    );
    this.task('stop_and_clear', { all_axes: { type: 'bool', default: false } }, async ({ work }) => {
      await work(this.#halt(Object.values(this.#axes)));
      return [true, 'Job completed'];
    });
    this.timed('clear_faults', 1, 'Job completed.');
    if (!isSat) this.task('set_shutter', { action: { choices: ['open', 'close'] } }, (r) => this.#setShutter(r), true);
  }

  #setScanParams({ reset, ...given }: Data): Outcome {
    if (reset === true) this.#scanParams = { ...SCAN_DEFAULTS };
    for (const [name, value] of Object.entries(given)) {
      if (value !== null) this.#scanParams[name] = name === 'el_mode' && value === '' ? null : value;
    }
    return [true, 'Done'];
  }

  async #setShutter({ params, work }: Running): Promise<Outcome> {
    if (this.#shutter !== params.action) await work(30);
    this.#shutter = String(params.action);
    return [true, `Shutter is ${this.#shutter}.`];
  }

  async #hold(lock: 'azel' | 'third', { session }: Running, job: () => Promise<Outcome>): Promise<Outcome> {
    const other = this.#busy[lock];
    if (other !== null) return [false, `Operation failed: ${other} is running.`];
    this.#busy[lock] = session.opName;
    try {
      return await job();
    } finally {
      this.#busy[lock] = null;
    }
  }

  async #move(running: Running, wanted: Partial<Record<AxisName, number | null>>): Promise<Outcome> {
    const targets = Object.entries(wanted).flatMap(([name, value]) =>
      value === null ? [] : [{ name, value, axis: this.#axes[name as AxisName] }],
    );
    for (const { name, value, axis } of targets) {
      if (value >= axis.low && value <= axis.high) continue;
      throw new ParamError(
        `${name}=${floatText(value)} not in accepted range, [${String(axis.low)}, ${String(axis.high)}].`,
      );
    }
    const axes = targets.map((target) => target.axis);
    // Clears faults and releases brakes.
    if (!(await running.work(3))) return [false, 'Move aborted!'];
    const slower = this.faults.stretch(running.session.opName);
    for (const { axis, value } of targets) axis.go(value, this.clock.now(), slower);
    while (axes.some((axis) => axis.arrival > this.clock.now())) {
      let hasMoreWork: boolean;
      try {
        hasMoreWork = await running.work(0);
      } catch (error) {
        this.#halt(axes);
        throw error;
      }
      const failure = (what: string): Outcome => [false, targets.map(({ name }) => `${name}: ${what}`).join(' ')];
      if (!hasMoreWork) {
        await this.clock.pass(this.#halt(axes));
        return failure('Move aborted!');
      }
      if (axes.some((axis) => axis.mode !== 'Preset')) return failure('Irregularity during motion!');
    }
    for (const axis of axes) axis.mode = 'Stop';
    return [true, 'Move complete.'];
  }

  async #scan(running: Running): Promise<Outcome> {
    const { params } = running;
    const number = (name: string) => numberOf(params, name);
    const { az } = this.#axes;
    const [arrived, message] = await this.#move(running, { az: number('az_endpoint1'), el: number('el_endpoint1') });
    if (!arrived) return [false, `Start position seek failed with message: ${message}`];
    const speed = number('az_speed') ?? numberOf(this.#scanParams, 'az_speed') ?? 1;
    const acceleration = number('az_accel') ?? numberOf(this.#scanParams, 'az_accel') ?? 1;
    az.scan(number('az_endpoint2') ?? 0, speed, acceleration, number('az_drift') ?? 0, this.clock.now());
    try {
      while (await running.work(0)) {
        if (az.mode !== 'ProgramTrack') return [false, 'Problems during scan'];
      }
    } catch (error) {
      if (error instanceof Failed) az.halt(this.clock.now());
      throw error;
    }
    await this.clock.pass(az.halt(this.clock.now()) + 2);
    return [true, 'Scan ended. User-requested stop.'];
  }

  /** Seconds until all axes are at rest. */
  #halt(axes: readonly Axis[]): number {
    return Math.max(0, ...axes.map((axis) => axis.halt(this.clock.now())));
  }

  #status(): Data {
    const utc = new Date();
    const year = utc.getUTCFullYear();
    const detailed: Data = {
      Time: (utc.getTime() - Date.UTC(year)) / 86_400_000 + 1,
      Year: year,
      'ACU in remote mode': true,
      'General summary fault': false,
      'Free upload positions': 10_000,
    };
    const third: Data = {};
    for (const axis of Object.values(this.#axes)) {
      const { position, velocity } = axis.at(this.clock.now());
      Object.assign(axis === this.#axes.third && !this.#isSat ? third : detailed, {
        [`${axis.name} mode`]: axis.mode,
        [`${axis.name} commanded position`]: axis.target,
        [`${axis.name} current position`]: position,
        [`${axis.name} current velocity`]: velocity,
        [`${axis.name} brakes released`]: axis.mode !== 'Stop',
        [`${axis.name} summary fault`]: false,
      });
    }
    return {
      timestamp: utc.getTime() / 1000,
      StatusDetailed: detailed,
      Status3rdAxis: third,
      StatusShutter: this.#isSat
        ? {}
        : { 'Shutter open': this.#shutter === 'open', 'Shutter closed': this.#shutter === 'close' },
      StatusResponseRate: 10,
      PlatformType: this.#isSat ? 'satp' : 'ccat',
      IgnoredAxes: [],
      NamedPositions: { home: [180, 50] },
      DefaultScanParams: this.#scanParams,
      connected: true,
    };
  }

  #sun(): Data {
    const time = Date.now() / 1000;
    const az = this.#axes.az.at(this.clock.now()).position;
    const el = this.#axes.el.at(this.clock.now()).position;
    const sun = sunAt(time);
    const distance = separation({ az, el }, sun);
    return {
      timestamp: time,
      active_avoidance: true,
      disable_until: 0,
      block_motion: false,
      policy: {
        exclusion_radius: 41,
        el_horizon: 10,
        min_sun_time: 1800,
        response_time: 7200,
        min_az: -90,
        max_az: 450,
        min_el: 18.5,
        max_el: 90,
      },
      sun_pos: {
        platform_azel: [az, el],
        sun_azel: [sun.az, sun.el],
        sun_down: sun.el < 0,
        sun_dist: distance,
        sun_safe_time: 71_760,
      },
      avoidance: {
        safety_unknown: false,
        warning_zone: false,
        danger_zone: distance < 41,
        escape_triggered: false,
        escape_active: false,
        last_escape_time: 0,
      },
    };
  }
}
