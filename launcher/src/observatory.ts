/** What `ocs` and `sorunlib` of each sequencer read to find their observatory. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config.ts';
import type { DataFolder } from './data-folder.ts';

export interface OcsSettings {
  OCS_CONFIG_DIR: string;
  SORUNLIB_CONFIG: string;
}

/** Of the real one: one folder for all, or one below it for each sequencer. */
export function realObservatory(config: Config, folder: string, sequencer: string): OcsSettings {
  const own = join(folder, sequencer);
  const dir = existsSync(own) ? own : folder;
  return { OCS_CONFIG_DIR: dir, SORUNLIB_CONFIG: config.sorunlibConfig ?? join(dir, 'sorunlib.yaml') };
}

/** Writes the files that lead to the simulator. */
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
