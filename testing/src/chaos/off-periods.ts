/** The periods in which a person has switched a telescope off: its mode has to stay Off, and no run may start. */
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import { SEQUENCERS } from '@sequencer/kubernetes/resources';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { client } from '../cluster/cluster.ts';
import type { Telescope } from './release.ts';

export interface OffPeriod {
  telescope: Telescope;
  /** When the API had confirmed the mode Off. Unix time in s, as in the output of the scripts. */
  since: number;
  /** Just before the request or the change of git that switches the telescope on; undefined before that. */
  until?: number;
  /** A version of the sequencer that contains the request. */
  generation: number;
  /** The run that had the telescope already. It may start its script. */
  activeRun: string | undefined;
}

export interface Start {
  telescope: Telescope;
  run: string;
  uid: string;
  /** When the script began, by its own clock. */
  begun: number;
}

/** Compares a sequencer, read during the period, with what the period permits. Pure. */
export function modeFaults(
  { telescope, generation, activeRun }: OffPeriod,
  { status }: Pick<Sequencer, 'status'>,
): string[] {
  const faults: string[] = [];
  const { observedGeneration = 0, mode = 'unknown', activeRun: active } = status ?? {};
  // Without an operator, the status is of an earlier version.
  if (observedGeneration >= generation && mode !== 'Off')
    faults.push(
      `${telescope}: the mode was ${mode} in version ${observedGeneration}, but a person had set Off in ${generation}`,
    );
  if (active && active.uid !== activeRun)
    faults.push(`${telescope}: ${active.name} was claimed, but a person had set Off`);
  return faults;
}

/** The periods in which the script began, though its run did not have the telescope before. Pure. */
export function startFaults(periods: readonly OffPeriod[], { telescope, run, uid, begun }: Start): string[] {
  return periods
    .filter((period) => period.telescope === telescope && period.activeRun !== uid)
    .filter(({ since, until = Infinity }) => since < begun && begun < until)
    .map(({ since }) => `${telescope}: ${run} began at ${begun}, but a person had set Off at ${since}`);
}

export class OffPeriods {
  readonly all: OffPeriod[] = [];
  readonly faults = new Set<string>();
  /** Number of checks of a telescope while it was off. */
  checks = 0;
  readonly #namespace: string;

  constructor(namespace: string) {
    this.#namespace = namespace;
  }

  isOff(telescope: Telescope): boolean {
    return this.#current(telescope) !== undefined;
  }

  /** To be called when the API has confirmed the mode Off. */
  async begin(telescope: Telescope): Promise<void> {
    const since = Date.now() / 1000;
    const { metadata, status } = await client.get(SEQUENCERS, this.#namespace, telescope);
    this.all.push({ telescope, since, generation: metadata.generation ?? 0, activeRun: status?.activeRun?.uid });
  }

  /** To be called before a person, or a change of git, switches the telescope on. */
  end(telescope: Telescope): void {
    const period = this.#current(telescope);
    if (period) period.until = Date.now() / 1000;
  }

  async watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#check();
      } catch (error) {
        if (!(error instanceof KubernetesError)) throw error;
      }
      await sleep(200);
    }
  }

  async #check(): Promise<void> {
    const before = this.all.filter(({ until }) => until === undefined);
    if (before.length === 0) return;
    const sequencers = await client.list(SEQUENCERS, this.#namespace);
    // Those that are still off: the answer is from within the period.
    for (const period of before.filter(({ until }) => until === undefined)) {
      const sequencer = sequencers.find(({ metadata }) => metadata.name === period.telescope);
      if (sequencer) for (const fault of modeFaults(period, sequencer)) this.faults.add(fault);
      this.checks += 1;
    }
  }

  #current(telescope: Telescope): OffPeriod | undefined {
    return this.all.find((period) => period.telescope === telescope && period.until === undefined);
  }
}
