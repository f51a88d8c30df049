/** Who keeps some runs waiting at each telescope, and its queue going: at `one` on the pages, at `two` with kubectl. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { client, submit } from '../cluster/cluster.ts';
import { SCRIPT } from './record.ts';
import { TELESCOPES, TryAgain, type Release, type Telescope } from './release.ts';

/** So many wait or run, at a time. */
const OPEN = 3;

export class People {
  /** The uids of the runs that were asked for, in this order. */
  readonly asked: Record<Telescope, string[]> = { one: [], two: [] };
  /** How often a page got no answer, or that a part is away. */
  unanswered = 0;
  readonly #release: Release;
  readonly #leaving = new AbortController();
  #goingHome: Promise<unknown> = Promise.resolve();

  constructor(release: Release) {
    this.#release = release;
  }

  begin(): void {
    const atWork = { one: () => this.#workOnPages(), two: () => this.#workWithKubectl() };
    this.#goingHome = Promise.all(TELESCOPES.map((telescope) => this.#work(atWork[telescope])));
    this.#goingHome.catch((error: unknown) => {
      // Also told at the end; but without people no run ends any more.
      console.error('people went away:', error);
    });
  }

  /** Nothing more is submitted. @throws what went wrong */
  async stop(): Promise<void> {
    this.#leaving.abort();
    await this.#goingHome;
  }

  async resume(): Promise<void> {
    const { sequencer } = await this.#release.ask<{ sequencer: { mode: string } }>(
      '{ sequencer(name: "one") { mode } }',
    );
    if (sequencer.mode === 'OFF') {
      await this.#release.ask('mutation { setMode(sequencer: "one", mode: QUEUE) { mode } }');
    }
    const { status, spec } = await client.get(SEQUENCERS, this.#release.namespace, 'two');
    if (status?.hold && spec.resumeAfter !== status.hold.run) {
      await client.merge(SEQUENCERS, this.#release.namespace, 'two', { spec: { resumeAfter: status.hold.run } });
    }
  }

  async #work(once: () => Promise<void>): Promise<void> {
    while (!this.#leaving.signal.aborted) {
      try {
        await this.resume();
        await once();
      } catch (error) {
        if (error instanceof TryAgain) this.unanswered += 1;
        else if (!(error instanceof KubernetesError)) throw error;
      }
      await sleep(300);
    }
  }

  async #workOnPages(): Promise<void> {
    const { asked } = this;
    const { sequencer } = await this.#release.ask<{ sequencer: { activeRun: unknown; queue: unknown[] } }>(
      '{ sequencer(name: "one") { activeRun { id } queue { id } } }',
    );
    if (sequencer.queue.length + (sequencer.activeRun ? 1 : 0) >= OPEN) return;
    // Until there is an answer the same request is made again.
    const input = `{ sequencer: "one", start: QUEUED, requestId: "${asked.one.length}", script: ${JSON.stringify(SCRIPT)} }`;
    const { submitRun } = await this.#release.ask<{ submitRun: { id: string } }>(
      `mutation { submitRun(input: ${input}) { id } }`,
    );
    asked.one.push(submitRun.id);
  }

  async #workWithKubectl(): Promise<void> {
    const { namespace } = this.#release;
    const { two } = this.asked;
    const runs = await client.list(RUNS, namespace);
    const open = runs.filter(({ spec, status }) => spec.sequencer === 'two' && !isFinalKubernetesPhase(status?.phase));
    if (open.length >= OPEN) return;
    const name = `two-${two.length}`;
    const run = await submit(namespace, 'two', { script: SCRIPT }, { name }).catch((error: unknown) => {
      // Made by the request before, which got no answer.
      if (error instanceof KubernetesError && error.alreadyExists) return client.get(RUNS, namespace, name);
      throw error;
    });
    two.push(run.metadata.uid);
  }
}
