/** A copy of the project in which `make k3d-up` and other commands are run for a cluster of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freePort } from '../free-port.ts';
import { copyProject } from '../project-copy.ts';

export interface Result {
  status: number | null;
  /** Standard output and standard error. */
  text: string;
  seconds: number;
}

export class K3dProject {
  readonly folder: string;
  readonly cluster = `seqtest${String(process.pid)}`;
  readonly port: number;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
    // k3d writes to the kubeconfig.
    this.#env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig'), CLUSTER: this.cluster, PORT: String(port) };
    // Those of the `make` that runs this test.
    for (const name of ['MAKEFLAGS', 'MAKELEVEL', 'MFLAGS', 'MAKEOVERRIDES']) this.#env[name] = undefined;
  }

  static async make(): Promise<K3dProject> {
    return new K3dProject(copyProject(), await freePort());
  }

  /** Runs a command and prints how long it took. Its output can have a password, and is not printed. */
  async try(command: string, env: NodeJS.ProcessEnv = {}): Promise<Result> {
    const startedAt = performance.now();
    const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
      cwd: this.folder,
      env: { ...this.#env, ...env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
    const printed = await text(child.stdout);
    const status = await closed;
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`${command}: ${seconds.toFixed(1)} s`);
    return { status, text: printed, seconds };
  }

  /** Runs a command that must succeed; returns its output. */
  async type(command: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
    const result = await this.try(command, env);
    if (result.status !== 0) throw new Error(`${command} ended with ${String(result.status)}:\n${result.text}`);
    return result.text;
  }

  /** The output with the names that the cluster has without settings. */
  asByDefault(printed: string): string {
    return printed
      .replaceAll(` CLUSTER=${this.cluster}`, '')
      .replaceAll(this.cluster, 'sequencer')
      .replaceAll(String(this.port), '8080');
  }

  /** Changes a part, as a developer does. */
  change(file: string, line: string): void {
    appendFileSync(join(this.folder, file), `${line}\n`);
  }

  /**
   * Settings with a k3d whose first import of images hangs, and whose second does nothing and reports success: both happen with
   * the real one, but rarely.
   */
  withFailingImports(): NodeJS.ProcessEnv {
    const bin = join(this.folder, 'failing');
    const real = execFileSync('sh', ['-c', 'command -v k3d'], { encoding: 'utf8' }).trim();
    mkdirSync(bin);
    const script = `#!/bin/sh
if [ "$1 $2" = 'image import' ]; then
  echo import >>${bin}/imports
  case $(wc -l <${bin}/imports) in
    1) exec sleep 600 ;;
    2) echo 'Successfully imported'; exit ;;
  esac
fi
exec ${real} "$@"
`;
    writeFileSync(join(bin, 'k3d'), script, { mode: 0o755 });
    return { PATH: `${bin}:${this.#env.PATH ?? ''}`, IMPORT_SECONDS: '40' };
  }

  /** The uid of each pod of the release, by part. */
  pods(): Promise<Record<string, string>> {
    return this.#perPart('pods', 'uid');
  }

  /**
   * The generation of each Deployment and StatefulSet, by part: a number that increases with each change of what a pod is. Pods do
   * not show that after `k3d cluster stop`, which drains the server, so that equal ones replace those that were there.
   */
  generations(): Promise<Record<string, string>> {
    return this.#perPart('deployments,statefulsets', 'generation');
  }

  async #perPart(kinds: string, field: string): Promise<Record<string, string>> {
    const path = `{range .items[*]}{.metadata.labels.app\\.kubernetes\\.io/component} {.metadata.${field}}{"\\n"}{end}`;
    const printed = await this.type(
      `kubectl --context k3d-${this.cluster} --namespace sequencer get ${kinds} --selector app.kubernetes.io/instance=sequencer --output 'jsonpath=${path}'`,
    );
    return Object.fromEntries(
      printed
        .trim()
        .split('\n')
        .map((line) => line.split(' ') as [string, string]),
    );
  }

  async remove(): Promise<void> {
    await this.try(`k3d cluster delete ${this.cluster}`);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
