/** Checks scripts with Ruff, in a process of its own. A script that cannot be checked has no report. */
import { join } from 'node:path';
import type { Logger } from '../lib/log.ts';
import type { RuffReport } from './report.ts';
import type { RuffRequest } from './ruff-process.ts';
import { ScriptProcess } from './script-process.ts';
import { targetVersions } from './target-versions.ts';

const FLAGS = [
  // The optimizing compiler takes 300 MB for this module. Without it, a check of 500 kB takes 40 ms.
  '--liftoff-only',
  // At most 128 MiB for Ruff, and 128 MiB for what it reports.
  '--wasm-max-mem-pages=2048',
  '--max-old-space-size=128',
];

export class Ruff {
  readonly #process: ScriptProcess<RuffRequest, RuffReport>;

  constructor(log: Logger, limitMs?: number) {
    this.#process = new ScriptProcess({
      file: join(import.meta.dirname, 'ruff-process'),
      flags: FLAGS,
      log,
      failure: 'Ruff ended during a check, so a script was not checked',
      limitMs,
    });
  }

  /**
   * @param python version that the script will run with; null if it is unknown
   * @param withSorunlib whether to look for problems with calls of sorunlib, too
   * @returns null if the script cannot be checked
   */
  async check(script: string, python: string | null, withSorunlib = false): Promise<RuffReport | null> {
    const targets = targetVersions(python);
    if (targets.length === 0) return null;
    // Python ignores a byte order mark, and columns do not count it.
    return this.#process.read({ script: script.replace(/^\uFEFF/, ''), targets, withSorunlib });
  }

  close(): void {
    this.#process.close();
  }
}
