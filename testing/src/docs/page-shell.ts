/** Runs the commands of a page in a shell, from top to bottom, and compares their output with the page. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PASSWORD } from '../install/site.ts';
import { root } from '../root.ts';
import { learn, withNames, type Names } from './printed.ts';
import { readPage, type Step } from './walk.ts';

/** Commands that only read, and that are repeated until their output is as on the page. */
const READS = /^kubectl (-n \S+ )?(get|describe|logs) /;
const READS_WITHIN_MS = 90_000;
const READ_EVERY_MS = 500;
const DONE_WITHIN_MS = 300_000;

export class PageShell {
  /** The parts of a checkout that the pages need, the files of the page, and a kubeconfig that the commands can change. */
  readonly folder = mkdtempSync(join(tmpdir(), 'sequencer-walk-'));
  readonly #env = { ...process.env, KUBECONFIG: join(this.folder, 'kubeconfig') };

  constructor() {
    for (const part of ['charts', 'simulator']) symlinkSync(join(root, part), join(this.folder, part));
    mkdirSync(join(this.folder, 'bin'));
    symlinkSync(join(root, 'bin/sequencer'), join(this.folder, 'bin/sequencer'));
    copyFileSync(process.env.KUBECONFIG ?? '', this.#env.KUBECONFIG);
  }

  close(): void {
    rmSync(this.folder, { recursive: true });
  }

  /** Returns what the page excludes, and why. */
  async walk(page: string): Promise<string[]> {
    const steps = readPage(readFileSync(join(root, page), 'utf8'));
    let names: Names = new Map();
    const skipped: string[] = [];
    for (const step of steps) {
      if (step.kind === 'file') writeFileSync(join(this.folder, step.name), step.text);
      else if (step.kind === 'not run') skipped.push(`line ${String(step.line)}: ${step.why}`);
      else names = await this.#runStep(step, names);
    }
    for (const one of skipped) console.log(`${page} ${one}`);
    return skipped;
  }

  async #runStep(step: Step & { kind: 'command' }, names: Names): Promise<Names> {
    const command = withNames(step.command, names);
    const startedAt = performance.now();
    for (;;) {
      const printed = await this.#run(command);
      const known = learn(step.prints, printed, names);
      if (known) {
        console.log(`$ ${command}\n${printed.trimEnd()}\n  (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
        return known;
      }
      if (!READS.test(command) || performance.now() - startedAt > READS_WITHIN_MS) {
        const expected = step.prints.join('\n');
        throw new Error(`line ${String(step.line)}: ${command}\nprinted\n${printed}\nand the page has\n${expected}`);
      }
      await sleep(READ_EVERY_MS);
    }
  }

  /** Runs a command and returns its output. Throws if it fails. */
  #run(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = execFile(
        'sh',
        ['-c', `exec 2>&1\n${command}`],
        { cwd: this.folder, env: this.#env, timeout: DONE_WITHIN_MS, maxBuffer: 16 << 20 },
        (error, printed) => {
          if (error) reject(new Error(`${command}\n${printed}\n${error.message}`));
          else resolve(printed);
        },
      );
      // The only prompt of all commands is for a password.
      child.stdin?.end(`${PASSWORD}\n`);
    });
  }
}
