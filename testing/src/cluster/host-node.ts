/**
 * A node whose pods are processes of this machine: the real runner for each pod, with the files of the pod's Secret. It reports
 * the pod statuses as a kubelet does.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from '@sequencer/kubernetes/objects';
import { Reflector } from '@sequencer/kubernetes/reflector';
import { PODS, SECRETS } from '@sequencer/kubernetes/resources';
import { root } from '../root.ts';
import { client } from './cluster.ts';
import { FakeNode } from './fake-node.ts';

export class HostNode extends FakeNode {
  readonly #ending = new AbortController();
  readonly #processes = new Map<string, ChildProcess>();
  readonly #pods: Promise<void>[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'sequencer-host-node-'));
  #watching: Promise<void> = Promise.resolve();

  /** Runs every pod of the namespace. */
  async serve(namespace: string): Promise<void> {
    const pods: Reflector<Pod> = new Reflector({
      client,
      resource: PODS,
      namespace,
      changed: (_before, pod) => {
        if (!pod) return;
        const process = this.#processes.get(pod.metadata.uid);
        if (process) {
          if (pod.metadata.deletionTimestamp !== undefined) process.kill('SIGTERM');
        } else if (pod.spec.nodeName === undefined && pod.metadata.deletionTimestamp === undefined) {
          this.#processes.set(pod.metadata.uid, this.#start(namespace, pod));
        }
      },
    });
    this.#watching = pods.run(this.#ending.signal);
    await pods.ready;
  }

  /** Kills the process of a run's pod, as the out-of-memory killer does. */
  kill(pod: Pod): void {
    this.#processes.get(pod.metadata.uid)?.kill('SIGKILL');
  }

  async close(): Promise<void> {
    this.#ending.abort();
    for (const process of this.#processes.values()) process.kill('SIGKILL');
    await Promise.all([this.#watching, ...this.#pods]);
    await this.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #start(namespace: string, pod: Pod): ChildProcess {
    const { name, uid } = pod.metadata;
    const [files, work, message] = ['files', 'work', 'message'].map((part) => join(this.#folder, uid, part)) as [
      string,
      string,
      string,
    ];
    mkdirSync(files, { recursive: true });
    mkdirSync(work);
    // The shell waits for the files, as a container does for its volumes.
    const command = `read ready && exec "$0" "$@"`;
    const python = [join(root, '.venv/bin/python'), '-m', 'sequencer_runner.supervisor.pod', files, work];
    const child = spawn('sh', ['-c', command, ...python, '--termination-message', message], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    const follow = async () => {
      const secret = await client.get(SECRETS, namespace, name);
      for (const [file, data] of Object.entries(secret.data ?? {})) {
        writeFileSync(join(files, file), Buffer.from(data, 'base64'));
      }
      await this.running(namespace, name);
      const notice = this.#notifyTermination(namespace, pod, work);
      child.stdin.end('ready\n');
      const [code, signal] = await ended;
      await notice;
      if (this.#ending.signal.aborted) return;
      const exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
      await this.ended(namespace, name, exitCode, read(message), signal === 'SIGKILL' ? 'OOMKilled' : 'Completed');
    };
    this.#pods.push(
      follow().catch((error: unknown) => {
        if (this.#ending.signal.aborted) return;
        // Shown immediately: `close` is called after the tests that wait for the pod have failed.
        console.error(`the host node cannot run the pod ${name}`, error);
        throw error;
      }),
    );
    return child;
  }

  /** Executes the second container, and reports its message. */
  async #notifyTermination(namespace: string, { metadata }: Pod, work: string): Promise<void> {
    const notice = join(work, '..', 'notice');
    const python = join(root, '.venv/bin/python');
    const child = spawn(python, ['-m', 'sequencer_runner.supervisor.termination', work, notice], { stdio: 'ignore' });
    await once(child, 'exit');
    if (!this.#ending.signal.aborted) await this.scriptEnded(namespace, metadata.name, read(notice));
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The runner was killed before it could write.
    return '';
  }
}
