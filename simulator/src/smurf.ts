/** A readout crate: PysmurfController. It runs one operation at a time, and its tasks cannot be aborted. */
import { Agent, Failed, type Outcome, type Running, type Setting } from './agent.ts';
import type { ParamSpecs } from './params.ts';
import type { Data } from './session.ts';

const any = { default: null } as const;
const main = { run_in_main_process: { type: 'bool', default: false } } as const;
const measure = { kwargs: any, tag: any, ...main };

/** Duration in telescope seconds, message, parameters. */
const TASKS: Record<string, [number, string, ParamSpecs]> = {
  uxm_setup: [900, 'UXM setup complete', { bands: any, kwargs: any }],
  uxm_relock: [150, 'UXM relock complete', { bands: any, kwargs: any, ...main }],
  take_iv: [300, 'Finished taking IV', measure],
  take_bias_steps: [60, 'Finished taking bias steps', { ...measure, rfrac_range: any }],
  take_bias_waves: [60, 'Finished taking bias waves', { ...measure, bgs: any }],
  take_noise: [45, 'Finished taking noise', { ...measure, duration: { type: 'float', default: 30 } }],
  take_bgmap: [90, 'Finished taking bgmap', measure],
  overbias_tes: [20, 'Finished overbiasing TES', { bgs: any, kwargs: any }],
  bias_dets: [10, 'Finished biasing detectors', { rfrac: any, kwargs: any }],
  set_biases: [1, 'Finished setting TES biases', { bias: {}, bgs: any }],
  zero_biases: [1, 'Finished zeroing TES biases', { bgs: any }],
  all_off: [
    5,
    'Everything off',
    { disable_amps: { type: 'bool', default: true }, disable_tones: { type: 'bool', default: true } },
  ],
  restart_rssi: [10, 'RSSI restarted', {}],
};

const seconds = () => Date.now() / 1000;

export class Smurf extends Agent {
  #job: string | null = null;

  constructor(setting: Setting, instance: string) {
    super('PysmurfController', instance, setting);
    for (const [name, [time, message, params]] of Object.entries(TASKS)) {
      this.task(name, params, (running) => this.#exclusively(name, () => this.#measure(name, running, time, message)));
    }
    this.process(
      'stream',
      {
        duration: { type: 'float', default: null },
        kwargs: any,
        load_tune: { type: 'bool', default: true },
        stream_type: { default: 'obs', choices: ['obs', 'oper'] },
        subtype: any,
        tag: any,
        test_mode: { type: 'bool', default: false },
      },
      (running) => this.#exclusively('stream', () => this.#stream(running)),
    );
  }

  async #exclusively(name: string, job: () => Promise<Outcome>): Promise<Outcome> {
    if (this.#job !== null) return [false, `Operation failed: ${this.#job} is running.`];
    this.#job = name;
    try {
      return await job();
    } finally {
      this.#job = null;
    }
  }

  async #measure(name: string, { session, work }: Running, time: number, message: string): Promise<Outcome> {
    await work(time);
    session.data = results(name, this.instance);
    return [true, message];
  }

  async #stream({ session, work }: Running): Promise<Outcome> {
    session.data = { stream_on: false, last_updated: seconds(), stream_id: `crate1${this.instance}` };
    try {
      await work(10);
      Object.assign(session.data, { stream_on: true, sid: Math.floor(seconds()) });
      while (await work(0)) session.data.last_updated = seconds();
      // The real agent checks for a stop only every few seconds.
      await this.clock.pass(4);
      return [true, 'Finished streaming data'];
    } catch (error) {
      if (error instanceof Failed) return [false, error.message];
      throw error;
    } finally {
      Object.assign(session.data, { stream_on: false, last_updated: seconds() });
    }
  }
}

function results(name: string, instance: string): Data {
  const filepath = `/data/smurf_data/${instance}/${String(Math.floor(seconds()))}_${name}.npy`;
  const perGroup = [138, 141, 127, 133, 144, 130, 139, 142, 128, 136, 140, 134];
  switch (name) {
    case 'take_iv':
      return { filepath, quantiles: { Rn: [7.1, 7.6, 8], p_sat: [2.9, 3.3, 3.8] } };
    case 'take_bias_steps':
      return {
        filepath,
        biased_total: perGroup.reduce((sum, count) => sum + count, 0),
        biased_per_bg: perGroup,
        quantiles: { Rfrac: [0.46, 0.5, 0.55], Si: [-9.1, -8.4, -7.6] },
      };
    case 'take_noise':
      return { noise_outdict_path: filepath, quantiles: { white_noise: [35.2, 41.7, 58.9] } };
    default:
      return {};
  }
}
