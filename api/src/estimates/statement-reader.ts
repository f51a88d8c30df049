/**
 * Reads the statements of scripts, in a process of its own: 500 kB take hundreds of milliseconds. A script that cannot be read has no
 * statements. What was read stays in memory for a while.
 */
import { join } from 'node:path';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';
import type { Logger } from '../lib/log.ts';
import { ScriptProcess } from '../syntax/script-process.ts';

/** Statements in memory, about 200 bytes each. */
const KEPT_STATEMENTS = 100_000;

export class StatementReader {
  readonly #process: ScriptProcess<{ script: string }, StatementKeys[]>;
  /** By id, the last used one last. */
  readonly #kept = new Map<string, StatementKeys[]>();
  #keptStatements = 0;

  constructor(log: Logger) {
    this.#process = new ScriptProcess({
      file: join(import.meta.dirname, 'statement-process'),
      flags: ['--max-old-space-size=256'],
      log,
      failure: 'the statements of a script could not be read',
    });
  }

  /**
   * @param id of this text, such as its hash
   * @returns null if the script cannot be read
   */
  async read(id: string, script: () => string | Promise<string>): Promise<StatementKeys[] | null> {
    const kept = this.#kept.get(id);
    if (kept) {
      this.#kept.delete(id);
      this.#kept.set(id, kept);
      return kept;
    }
    const keys = await this.#process.read({ script: await script() });
    if (keys) this.#keep(id, keys);
    return keys;
  }

  close(): void {
    this.#process.close();
  }

  #keep(id: string, keys: StatementKeys[]): void {
    this.#drop(id);
    this.#kept.set(id, keys);
    this.#keptStatements += keys.length + 1;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptStatements <= KEPT_STATEMENTS) break;
      this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    const dropped = this.#kept.get(id);
    if (!dropped) return;
    this.#kept.delete(id);
    this.#keptStatements -= dropped.length + 1;
  }
}
