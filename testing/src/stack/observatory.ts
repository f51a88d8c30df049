/** A real observatory on this machine, with the tools of the folder OBSERVATORY: `observatory`, `check` and its cases. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../free-port.ts';

export class Observatory {
  readonly #tools: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(tools: string, dir: string) {
    this.#tools = tools;
    this.#env = { ...process.env, OBSERVATORY_DIR: dir };
  }

  static async up(tools: string): Promise<Observatory> {
    const observatory = new Observatory(tools, mkdtempSync(join(tmpdir(), 'observatory-')));
    observatory.#tool('up', '--port', String(await freePort()));
    return observatory;
  }

  #tool(...args: string[]): string {
    const tool = join(this.#tools, 'observatory');
    return execFileSync(tool, args, { env: this.#env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  }

  /** OCS_CONFIG_DIR and SORUNLIB_CONFIG of this observatory. */
  settings(): Record<string, string> {
    const lines = this.#tool('env').split('\n');
    return Object.fromEntries(
      lines.flatMap((line) => {
        const match = /^export (OCS_CONFIG_DIR|SORUNLIB_CONFIG)=(.*)$/.exec(line);
        return match?.[1] && match[2] ? [[match[1], match[2].replace(/^'(.*)'$/, '$1')]] : [];
      }),
    );
  }

  /** Runs the observatory's cases with the command and prints their output. Returns the numbers of passed and failed cases. */
  async check(command: string): Promise<{ passed: number; failed: number }> {
    const child = spawn(join(this.#tools, 'check'), ['--command', command, join(this.#tools, 'scripts/cases.json')], {
      env: this.#env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let passed = 0;
    let failed = 0;
    child.stdout.setEncoding('utf8');
    child.stdout.on('data', (text: string) => {
      process.stdout.write(text);
      passed += text.match(/^ok {2}/gm)?.length ?? 0;
      failed += text.match(/^FAIL /gm)?.length ?? 0;
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    // The check itself can fail without a failed case.
    if (code !== 0 && failed === 0) failed = 1;
    return { passed, failed };
  }

  down(): void {
    this.#tool('down');
    rmSync(this.#env.OBSERVATORY_DIR ?? '', { recursive: true, force: true });
  }
}
