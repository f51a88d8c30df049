/**
 * Users who keep the queue of each telescope filled, and running except while one of them has switched it off: at `one` through
 * the API, at `two` with kubectl.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { client, submit } from '../cluster/cluster.ts';
import type { ModeSwitch } from './mode-switch.ts';
import { SCRIPT } from './record.ts';
import { TELESCOPES, TryAgain, type Release, type Telescope } from './release.ts';

/** Number of queued and running runs per telescope. */
const OPEN = 3;

export class Users {
  /** The uids of the submitted runs, in this order. */
  readonly submitted: Record<Telescope, string[]> = { one: [], two: [] };
  /** Number of requests without an answer, or answered with an error that permits a retry. */
  unanswered = 0;
  readonly #release: Release;
  readonly #modeSwitch: ModeSwitch;
  readonly #stopping = new AbortController();
  #working: Promise<unknown> = Promise.resolve();

  constructor(release: Release, modeSwitch: ModeSwitch) {
    this.#release = release;
    this.#modeSwitch = modeSwitch;
  }

  start(): void {
    const work = { one: () => this.#submitThroughApi(), two: () => this.#submitWithKubectl() };
    this.#working = Promise.all(TELESCOPES.map((telescope) => this.#work(telescope, work[telescope])));
    this.#working.catch((error: unknown) => {
      // `stop` throws it as well; but without users no further run ends, so print it now.
      console.error('the users stopped:', error);
    });
  }

  /** Stops submitting and switching off. @throws the error that ended the users' work */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#working;
    this.#modeSwitch.end();
  }

  /** Resumes the queue after a hold, and switches the telescope on unless a user wants it off. */
  async resume(telescope: Telescope): Promise<void> {
    if (telescope === 'two' && (await this.#resumeWithKubectl())) return;
    if (this.#modeSwitch.isOff(telescope)) return;
    const { sequencer } = await this.#release.ask<{ sequencer: { mode: string } }>(
      `{ sequencer(name: "${telescope}") { mode } }`,
    );
    if (sequencer.mode === 'OFF') await this.#release.setMode(telescope, 'QUEUE');
  }

  /** Returns whether the queue is held. */
  async #resumeWithKubectl(): Promise<boolean> {
    const { status, spec } = await client.get(SEQUENCERS, this.#release.namespace, 'two');
    if (!status?.hold) return false;
    if (spec.resumeAfter !== status.hold.run) {
      await client.merge(SEQUENCERS, this.#release.namespace, 'two', { spec: { resumeAfter: status.hold.run } });
    }
    return true;
  }

  async #work(telescope: Telescope, once: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#modeSwitch.step(telescope);
        await this.resume(telescope);
        await once();
      } catch (error) {
        if (error instanceof TryAgain) this.unanswered += 1;
        else if (!(error instanceof KubernetesError)) throw error;
      }
      await sleep(300);
    }
  }

  async #submitThroughApi(): Promise<void> {
    const { submitted } = this;
    const { sequencer } = await this.#release.ask<{ sequencer: { activeRun: unknown; queue: unknown[] } }>(
      '{ sequencer(name: "one") { activeRun { id } queue { id } } }',
    );
    if (sequencer.queue.length + (sequencer.activeRun ? 1 : 0) >= OPEN) return;
    // The same request is repeated until it is answered.
    const input = `{ sequencer: "one", start: QUEUED, requestId: "${submitted.one.length}", script: ${JSON.stringify(SCRIPT)} }`;
    const { submitRun } = await this.#release.ask<{ submitRun: { id: string } }>(
      `mutation { submitRun(input: ${input}) { id } }`,
    );
    submitted.one.push(submitRun.id);
  }

  async #submitWithKubectl(): Promise<void> {
    const { namespace } = this.#release;
    const { two } = this.submitted;
    const runs = await client.list(RUNS, namespace);
    const open = runs.filter(({ spec, status }) => spec.sequencer === 'two' && !isFinalKubernetesPhase(status?.phase));
    if (open.length >= OPEN) return;
    const name = `two-${two.length}`;
    const run = await submit(namespace, 'two', { script: SCRIPT }, { name }).catch((error: unknown) => {
      // Created by the previous request, which got no answer.
      if (error instanceof KubernetesError && error.alreadyExists) return client.get(RUNS, namespace, name);
      throw error;
    });
    two.push(run.metadata.uid);
  }
}
