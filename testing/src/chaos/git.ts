/** What Argo CD and Flux do: apply the telescopes as they are in git again and again, and with force. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fields } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { SEQUENCERS } from '@sequencer/kubernetes/resources';
import type { KubernetesMode } from '@sequencer/model/kubernetes/enums';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { client, until } from '../cluster/cluster.ts';
import { TELESCOPES, type Release, type Telescope } from './release.ts';

const MANAGERS: Record<Telescope, string> = { one: 'argocd-controller', two: 'kustomize-controller' };
const LONG = 150_000;

export class Git {
  /** Number of syncs of each telescope. */
  readonly syncs: Record<Telescope, number> = { one: 0, two: 0 };
  /** Number of syncs that wrote another mode into `spec.mode` than it had. */
  overwrites = 0;
  readonly #release: Release;
  readonly #random: () => number;
  readonly #modes: Record<Telescope, KubernetesMode> = { one: 'Queue', two: 'Queue' };
  readonly #applied: Partial<Record<Telescope, KubernetesMode>> = {};
  readonly #stopping = new AbortController();
  #working: Promise<void> = Promise.resolve();

  constructor(release: Release, random: () => number) {
    this.#release = release;
    this.#random = random;
  }

  start(): void {
    this.#working = this.#work();
    this.#working.catch((error: unknown) => {
      // `stop` throws it as well.
      console.error('the syncs stopped:', error);
    });
  }

  /** @throws the error that ended the syncs */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
  }

  /** Changes the mode in git. Resolves when it is applied. */
  async commit(telescope: Telescope, mode: KubernetesMode): Promise<void> {
    this.#modes[telescope] = mode;
    await until(`${mode} of git is applied to ${telescope}`, () => this.#applied[telescope] === mode, LONG);
  }

  async #work(): Promise<void> {
    const telescopes = await this.#release.telescopesInGit();
    while (!this.#stopping.signal.aborted) {
      for (const telescope of TELESCOPES) {
        try {
          await this.#sync(telescope, telescopes[telescope]);
        } catch (error) {
          if (!(error instanceof KubernetesError)) throw error;
        }
      }
      await sleep(500 + 2500 * this.#random());
    }
  }

  async #sync(telescope: Telescope, fields: Fields<Sequencer>): Promise<void> {
    const mode = this.#modes[telescope];
    const { namespace } = this.#release;
    const before = await client.get(SEQUENCERS, namespace, telescope);
    const options = { manager: MANAGERS[telescope] };
    await client.apply(SEQUENCERS, namespace, telescope, { ...fields, spec: { ...fields.spec, mode } }, options);
    this.syncs[telescope] += 1;
    if (before.spec.mode !== mode) this.overwrites += 1;
    this.#applied[telescope] = mode;
  }
}
