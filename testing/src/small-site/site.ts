/** A small site on a Docker engine: a copy of the project in which the commands of docs/small-site.md are run. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { blocks } from '../docs/blocks.ts';
import { freePort } from '../free-port.ts';
import { copyProject } from '../project-copy.ts';

export const PASSWORD = 'a password of alice';

export interface Typed {
  status: number | null;
  text: string;
}

export class Site {
  readonly folder: string;
  readonly webPort: number;
  readonly project: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, webPort: number, apiPort: number) {
    this.folder = folder;
    this.webPort = webPort;
    this.project = `seqtest${String(process.pid)}`;
    const others = /^(COMPOSE_|SEQUENCER|RUNNER_|OCS_|POSTGRES_|USERS_FILE|PUBLIC_|API_HTTP|AUTH$)/;
    this.#env = {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !others.test(name))),
      // Allows another installation on the same engine.
      COMPOSE_PROJECT_NAME: this.project,
      OCS_NETWORK: `${this.project}-observatory`,
      WEB_PORT: String(webPort),
      API_PORT: String(apiPort),
      // Makes the simulator fast.
      SIMULATOR_SPEED: '600',
    };
  }

  static async make(): Promise<Site> {
    return new Site(copyProject(), await freePort(), await freePort());
  }

  get url(): string {
    return `http://localhost:${this.webPort}/`;
  }

  /** Runs a command; returns its status and output. `--norc`, because bash reads its rc file when standard input is a socket. */
  try(command: string, env: Record<string, string> = {}, input = ''): Typed {
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '-euo', 'pipefail', '-c', command], {
      cwd: this.folder,
      env: { ...this.#env, ...env },
      input,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    return { status, text: `${stdout}${stderr}` };
  }

  /** Runs a command that must succeed; returns its output. */
  type(command: string, env: Record<string, string> = {}, input = ''): string {
    const { status, text } = this.try(command, env, input);
    if (status !== 0) throw new Error(`${command}\nended with ${String(status)}:\n${text}`);
    return text;
  }

  /** Runs the blocks below a heading of the page; standard input has the password. */
  follow(heading: string): void {
    for (const block of blocks(heading, 'sh')) this.type(block, {}, `${PASSWORD}\n`);
  }

  /** Sets a variable in .env. */
  set(name: string, value: string): void {
    const file = join(this.folder, '.env');
    const others = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(`${name}=`));
    writeFileSync(file, [...others, `${name}=${value}`, ''].join('\n'));
  }

  /** Repeats the command until its output matches. */
  async until(command: string, pattern: RegExp, seconds = 60): Promise<string> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const { text } = this.try(command);
      if (pattern.test(text)) return text;
      if (Date.now() > deadline) throw new Error(`${command} did not print ${String(pattern)}:\n${text}`);
      await sleep(300);
    }
  }

  sql(query: string): string {
    return this.type(`docker compose exec -T postgres psql -U sequencer -At -c "${query}"`).trim();
  }

  remove(): void {
    this.try('docker compose --profile demo down --volumes --remove-orphans --timeout 5');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
