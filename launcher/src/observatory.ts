/** How `ocs` and `sorunlib` of each sequencer find the observatory, and the API its scheduler. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { DataFolder } from './lib/data-folder.ts';

export interface OcsSettings {
  OCS_CONFIG_DIR: string;
  SORUNLIB_CONFIG: string;
}

/** Variables of the API. */
export interface SchedulerSettings {
  SCHEDULER_URL?: string;
  SCHEDULER_POLICY?: string;
  SCHEDULER_LENGTH_MINUTES?: string;
}

/** The real observatory: one folder for all sequencers, or a subfolder for each. */
export function realObservatory(config: Config, folder: string, sequencer: string): OcsSettings {
  const own = join(folder, sequencer);
  const dir = existsSync(own) ? own : folder;
  return { OCS_CONFIG_DIR: dir, SORUNLIB_CONFIG: config.sorunlibConfig ?? join(dir, 'sorunlib.yaml') };
}

/** Writes configuration files that point to the simulator. */
export function simulatedObservatory(data: DataFolder, port: number, sequencer: string): OcsSettings {
  const dir = data.ocs(sequencer);
  mkdirSync(dir, { recursive: true });
  const site = [
    'hub:',
    `  wamp_server: ws://127.0.0.1:${port}/${sequencer}/ws`,
    `  wamp_http: http://127.0.0.1:${port}/${sequencer}/call`,
    '  wamp_realm: test_realm',
    '  address_root: observatory',
  ];
  const config = join(dir, 'sorunlib.yaml');
  writeFileSync(join(dir, 'default.yaml'), `${site.join('\n')}\n`);
  writeFileSync(config, 'registry: registry\nsmurf_failure_threshold: 1\n');
  return { OCS_CONFIG_DIR: dir, SORUNLIB_CONFIG: config };
}

/** The simulated scheduler, with short schedules for each telescope. */
export function simulatedScheduler(port: number): SchedulerSettings {
  return {
    SCHEDULER_URL: `http://127.0.0.1:${port}/api/v1/schedule/`,
    SCHEDULER_POLICY: '{"policy": "rest", "preset": "rest.{sequencer}", "config": {}}',
    SCHEDULER_LENGTH_MINUTES: '15',
  };
}
