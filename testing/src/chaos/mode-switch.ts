/** A person who switches a telescope off on the pages, waits until git was applied twice, and switches it on again. */
import type { Git } from './git.ts';
import { pick } from './kills.ts';
import type { OffPeriods } from './off-periods.ts';
import { TELESCOPES, type Release, type Telescope } from './release.ts';

/** Syncs while a telescope is off. */
const SYNCS = 2;
/** How often a telescope is switched on by a change of git instead of a person. */
const BY_GIT = 0.25;

export class ModeSwitch {
  readonly #release: Release;
  readonly #git: Git;
  readonly #periods: OffPeriods;
  readonly #random: () => number;
  /** One at a time, so that runs end on the other one. */
  #telescope: Telescope = 'one';
  /** The time of the next step. */
  #due = 0;
  #syncsBefore = 0;

  constructor(release: Release, git: Git, periods: OffPeriods, random: () => number) {
    this.#release = release;
    this.#git = git;
    this.#periods = periods;
    this.#random = random;
  }

  isOff(telescope: Telescope): boolean {
    return this.#periods.isOff(telescope);
  }

  /** The next step, if it is due. Must not be called while a request of a user for the mode is pending. @throws TryAgain */
  async step(telescope: Telescope): Promise<void> {
    if (telescope !== this.#telescope || performance.now() < this.#due) return;
    if (!this.isOff(telescope)) await this.#switchOff(telescope);
    else if (this.#git.syncs[telescope] >= this.#syncsBefore + SYNCS) await this.#switchOn(telescope);
  }

  /** No check any more: users may switch all telescopes on. */
  end(): void {
    for (const telescope of TELESCOPES) this.#periods.end(telescope);
  }

  async #switchOff(telescope: Telescope): Promise<void> {
    await this.#release.setMode(telescope, 'OFF');
    await this.#periods.begin(telescope);
    this.#syncsBefore = this.#git.syncs[telescope];
    this.#wait(3000);
  }

  async #switchOn(telescope: Telescope): Promise<void> {
    const byGit = this.#random() < BY_GIT;
    if (byGit) await this.#git.commit(telescope, 'Off');
    this.#periods.end(telescope);
    this.#telescope = pick(TELESCOPES, this.#random) ?? telescope;
    this.#wait(10_000);
    if (byGit) await this.#git.commit(telescope, 'Queue');
    else await this.#release.setMode(telescope, 'QUEUE');
  }

  #wait(longestMs: number): void {
    this.#due = performance.now() + longestMs * this.#random();
  }
}
