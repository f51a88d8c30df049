/** Writes schedules as the observatory's scheduler does: flat Python with sorunlib calls and absolute times. */

export interface ScheduleRequest {
  from: Date;
  to: Date;
  /** Null: the script does not check where it runs. */
  telescope: string | null;
}

const MINUTE = 60_000;
/** One scan, unless the schedule is shorter. */
const SCAN_MS = 50 * MINUTE;
/** Shorter schedules have no detector set-up, so that a demo ends soon. */
const WITH_SETUP_MS = 10 * MINUTE;
/** The last part of a schedule, in which the detectors are switched off. */
const CLOSE_PART = 0.1;
const MOST_CLOSE_MS = 2 * MINUTE;

const FIELDS = [
  { name: 'rising', az: 120, el: 50 },
  { name: 'setting', az: 240, el: 50 },
  { name: 'south', az: 180, el: 60 },
];

const PREAMBLE = `from nextline import disable_trace
import time
import socket

with disable_trace():
    import numpy as np
    import sorunlib as run
    from ocs.ocs_client import OCSClient
    run.initialize()

acu = run.CLIENTS['acu']
`;

/** A schedule from and to these times. It ends at `to`. */
export function writeSchedule({ from, to, telescope }: ScheduleRequest): string {
  const length = to.getTime() - from.getTime();
  const closeAt = to.getTime() - Math.min(length * CLOSE_PART, MOST_CLOSE_MS);
  const hasPlate = telescope !== null && !telescope.startsWith('lat');
  return [
    PREAMBLE,
    telescope === null ? '' : checkTelescope(telescope),
    `run.wait_until('${python(from)}', tolerance=3600)\n`,
    length < WITH_SETUP_MS ? '' : setUp(hasPlate),
    ...scans(from.getTime(), closeAt),
    `# Close\n`,
    length < WITH_SETUP_MS ? '' : `run.smurf.zero_biases()\n`,
    `run.wait_until('${python(to)}')\n`,
  ].join('');
}

function checkTelescope(telescope: string): string {
  return `assert socket.gethostname() == 'daq-${telescope}-sequencer', 'platform check failed'\n\n`;
}

function setUp(hasPlate: boolean): string {
  return [
    `\n# Set up the detectors\n`,
    `run.acu.move_to(az=180.0, el=50.0)\n`,
    `run.smurf.uxm_relock(concurrent=True)\n`,
    hasPlate ? `run.hwp.spin_up(freq=2.0)\n` : '',
    `run.smurf.take_bgmap(concurrent=True)\n`,
    `run.smurf.iv_curve(concurrent=True,\n    iv_kwargs={'run_serially': False, 'cool_wait': 60*5})\n`,
    `run.smurf.bias_dets(concurrent=True)\n`,
  ].join('');
}

function scans(from: number, to: number): string[] {
  const count = Math.max(1, Math.round((to - from) / SCAN_MS));
  const each = (to - from) / count;
  return Array.from({ length: count }, (_, index) => {
    const { name, az, el } = FIELDS[index % FIELDS.length] ?? { name: 'south', az: 180, el: 60 };
    const stop = new Date(from + each * (index + 1));
    return [
      `\n# Scan ${String(index + 1)} of ${String(count)}\n`,
      `run.acu.move_to(az=${az.toFixed(1)}, el=${el.toFixed(1)})\n`,
      index % 2 === 0 ? `run.smurf.bias_step(concurrent=True)\n` : '',
      `run.seq.scan(\n    description='${name}', stop_time='${python(stop)}',\n`,
      `    width=20.0, az_drift=0, scan_type=1, subtype='cmb', min_duration=${String(minDuration(each))},\n)\n`,
    ].join('');
  });
}

/** Seconds without which a scan is not worth its start. */
function minDuration(scanMs: number): number {
  return Math.min(600, Math.floor(scanMs / 5000));
}

/** The format of Python's `isoformat()`, to the second. */
function python(time: Date): string {
  return `${time.toISOString().slice(0, 19)}+00:00`;
}
