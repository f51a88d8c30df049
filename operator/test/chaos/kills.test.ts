/**
 * Kills (-9) parts of a site and of the cluster, one at a time and at random, while real scripts run in real pods. A watcher
 * checks all the time that no run has two pods, that each sequencer has one run at a time, and that outcomes do not change.
 * Meanwhile the sequencers in git are applied every few seconds, and a user switches a telescope off and on: while it is off, no
 * run may start.
 * After each kill, runs have to end again, and the record in the API is compared with what each script wrote to its log.
 *
 * Needs the images on the nodes, an ingress (SEQ_INGRESS_HTTPS) and the commands of `hooks.ts`. DURATION is in seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RUNS } from '@sequencer/kubernetes/resources';
import { isFinal, type Phase } from '@sequencer/model';
import type { SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import { isFinalKubernetesPhase } from '@sequencer/model/kubernetes/enums';
import { client, logOf, until } from '@sequencer/testing/cluster/cluster';
import { randomFrom, seed } from '@sequencer/testing/cluster/random';
import { Watcher } from '@sequencer/testing/cluster/watcher';
import { KILLS, pick, retry, type Chaos } from '@sequencer/testing/chaos/kills';
import { Git } from '@sequencer/testing/chaos/git';
import { ModeSwitch } from '@sequencer/testing/chaos/mode-switch';
import { OffPeriods, startFaults } from '@sequencer/testing/chaos/off-periods';
import { Users } from '@sequencer/testing/chaos/users';
import { compare, type Comparison, type Left } from '@sequencer/testing/chaos/record';
import { Release, TELESCOPES } from '@sequencer/testing/chaos/release';
import { report } from '@sequencer/testing/chaos/report';

const SECONDS = Number(process.env.DURATION ?? 120);
/** Time to recover from a kill. */
const LONG = 200_000;
const random = randomFrom(seed);

let release: Release;
beforeAll(async () => {
  release = await Release.install();
}, 400_000);
afterAll(() => retry('the release is removed', () => release.remove()));

type Shown = Pick<Left, 'lastSeq' | 'events'> & { phase: Phase };

/** The run as the pages get it from the API. */
function shownOf(uid: string): Promise<Shown | null> {
  return retry(`the API shows ${uid}`, async () => {
    const { run } = await release.ask<{ run: Shown | null }>(
      `{ run(id: "${uid}") { phase lastSeq events { seq type data } } }`,
    );
    return run;
  });
}

/** Log and record of a run that has ended, once the API has the whole record. */
async function leftOf({ metadata, status }: SequencerRun, killed: boolean): Promise<Left> {
  const { name, uid, namespace } = metadata;
  const pod = status?.podName ?? name;
  // A kubelet that was just restarted may not know the pod for a moment.
  const log = await until(`the log of ${name} is read`, () => logOf(namespace, pod).then((text) => text || null), LONG);
  const { phase: shown, ...record } = await until(
    `the record of ${name} is whole`,
    async () => {
      const run = await shownOf(uid);
      return run && isFinal(run.phase) && (killed || run.events.at(-1)?.type === 'ended') ? run : null;
    },
    LONG,
  );
  return { name, phase: status?.phase, shown, ...record, log, killed };
}

test(
  `runs each script once, in order and with a complete record, and none on a telescope that is off (seed ${seed})`,
  { timeout: (SECONDS + 1000) * 1000 },
  async () => {
    const chaos: Chaos = { release, random, killed: new Set() };
    const git = new Git(release, random);
    const periods = new OffPeriods(release.namespace);
    const users = new Users(release, new ModeSwitch(release, git, periods, random));
    const watching = new AbortController();
    const watcher = new Watcher(release.namespace, true);
    let unreachable = 0;
    const watched = Promise.all([
      watcher.watch(watching.signal, 400, () => (unreachable += 1)),
      periods.watch(watching.signal),
    ]);
    const lefts = new Map<string, Left>();
    const compared = new Map<string, Comparison>();
    const recoveries: [string, number][] = [];

    const compareEnded = async () => {
      for (const run of await retry('runs are listed', () => client.list(RUNS, release.namespace))) {
        const { uid } = run.metadata;
        if (compared.has(uid) || !isFinalKubernetesPhase(run.status?.phase)) continue;
        const left = await leftOf(run, chaos.killed.has(uid));
        lefts.set(uid, left);
        compared.set(uid, compare(left));
      }
      const faults = [...compared.values()].flatMap((comparison) => comparison.faults);
      expect([...watcher.faults, ...periods.faults, ...faults]).toEqual([]);
    };

    git.start();
    users.start();
    await until('runs end', () => watcher.ends.size >= 2, LONG);
    const deadline = performance.now() + SECONDS * 1000;
    // Each kind once, then at random.
    const planned = Object.keys(KILLS);
    while (performance.now() < deadline || planned.length > 0) {
      await sleep(1000 + 2000 * random());
      const kind = planned.shift() ?? pick(Object.keys(KILLS), random) ?? '';
      await KILLS[kind]?.(chaos);
      const [begun, endedBefore] = [performance.now(), watcher.ends.size];
      await until(`runs end again after the ${kind} was killed`, () => watcher.ends.size >= endedBefore + 2, LONG);
      await compareEnded();
      recoveries.push([kind, (performance.now() - begun) / 1000]);
    }
    await users.stop();
    const requested = TELESCOPES.flatMap((telescope) => users.submitted[telescope]);
    await until(
      'all requested runs have ended',
      async () => {
        for (const telescope of TELESCOPES) await users.resume(telescope);
        return requested.every((uid) => watcher.ends.has(uid));
      },
      LONG,
    );
    await git.stop();
    await compareEnded();
    await watcher.check();
    watching.abort();
    await watched;

    const faults = [...watcher.faults, ...periods.faults];
    // Compared once more at the end: a record must not have changed.
    for (const [uid, left] of lefts) {
      const { phase: shown, ...record } = (await shownOf(uid)) ?? { phase: 'LOST', lastSeq: 0, events: [] };
      const again = compare({ ...left, shown, ...record });
      compared.set(uid, again);
      faults.push(...again.faults);
    }
    const { runs } = await release.ask<{ runs: { totalCount: number } }>('{ runs(first: 1) { totalCount } }');
    if (runs.totalCount !== requested.length)
      faults.push(`${runs.totalCount} runs, ${requested.length} were requested`);
    for (const telescope of TELESCOPES) {
      let before = { name: 'nothing', until: 0 };
      for (const uid of users.submitted[telescope]) {
        const { begun, ended } = compared.get(uid) ?? {};
        if (begun === undefined) continue;
        const name = lefts.get(uid)?.name ?? uid;
        if (begun < before.until)
          faults.push(`${name} began at ${begun}, but ${before.name}, requested before, had it until ${before.until}`);
        before = { name, until: ended ?? begun };
        faults.push(...startFaults(periods.all, { telescope, run: name, uid, begun }));
      }
    }
    console.log(
      report({
        seconds: SECONDS,
        seed,
        recoveries,
        lefts: [...lefts.values()],
        comparisons: [...compared.values()],
        clusterChecks: [unreachable, unreachable + watcher.checks],
        unanswered: users.unanswered,
        git,
        periods,
        faults,
      }),
    );
    expect(faults).toEqual([]);
    expect(git.overwrites).toBeGreaterThan(0);
    expect([...lefts.keys()].sort()).toEqual(requested.sort());
  },
);
