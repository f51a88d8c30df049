/**
 * Reads the statements of scripts, in a process of its own: 500 kB take hundreds of milliseconds. A script that cannot be read has no
 * statements. What was read stays in memory for a while.
 */
import { join } from 'node:path';
import type { StatementKeys } from '@sequencer/model/estimates/statement-keys';
import type { ScriptUses } from '@sequencer/model/preflight/script-uses';
import type { Logger } from '../lib/log.ts';
import { ScriptProcess } from '../syntax/script-process.ts';

/** Statements in memory, about 200 bytes each. */
const KEPT_STATEMENTS = 100_000;

/** What the process reads from a script. */
interface Readings {
  statements: StatementKeys[];
  uses: ScriptUses;
}

export interface ReadRequest {
  script: string;
  what: keyof Readings;
}

type Reading = Readings[keyof Readings];

export class StatementReader {
  readonly #process: ScriptProcess<ReadRequest, Reading>;
  /** By id, the last used one last. */
  readonly #kept = new Map<string, Reading>();
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
  read(id: string, script: () => string | Promise<string>): Promise<StatementKeys[] | null> {
    return this.#read('statements', id, script);
  }

  /** What the script expects of its telescope. The arguments and the result are as for `read`. */
  readUses(id: string, script: () => string | Promise<string>): Promise<ScriptUses | null> {
    return this.#read('uses', id, script);
  }

  close(): void {
    this.#process.close();
  }

  async #read<What extends keyof Readings>(
    what: What,
    id: string,
    script: () => string | Promise<string>,
  ): Promise<Readings[What] | null> {
    const key = `${what} ${id}`;
    const kept = this.#kept.get(key);
    if (kept) {
      this.#kept.delete(key);
      this.#kept.set(key, kept);
      return kept as Readings[What];
    }
    const read = await this.#process.read({ script: await script(), what });
    if (read) this.#keep(key, read);
    return read as Readings[What] | null;
  }

  #keep(id: string, read: Reading): void {
    this.#drop(id);
    this.#kept.set(id, read);
    this.#keptStatements += sizeOf(read);
    for (const oldest of this.#kept.keys()) {
      if (this.#keptStatements <= KEPT_STATEMENTS) break;
      this.#drop(oldest);
    }
  }

  #drop(id: string): void {
    const dropped = this.#kept.get(id);
    if (!dropped) return;
    this.#kept.delete(id);
    this.#keptStatements -= sizeOf(dropped);
  }
}

/** In statements. */
function sizeOf(read: Reading): number {
  return Array.isArray(read) ? read.length + 1 : read.hostnames.length + read.agents.length + 1;
}
