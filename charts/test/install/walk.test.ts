/**
 * docs/kubernetes.md and docs/helm.md, from top to bottom as printed, on a cluster that has nothing of this product yet:
 * each command is typed in a shell, and prints what the page says.
 */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { client, until } from '@sequencer/testing/cluster/cluster';
import { root } from '@sequencer/testing/root';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import { kubectl } from '@sequencer/testing/install/helm';
import { learn, withNames, type Names } from '@sequencer/testing/docs/printed';
import { PASSWORD } from '@sequencer/testing/install/site';
import { readPage, type Step } from '@sequencer/testing/docs/walk';

/** That both pages install into. */
const NAMESPACE = 'sequencer';
const CRDS = ['sequencers.sequencer.dev', 'sequencerruns.sequencer.dev'];
const ROLES = ['view', 'operate', 'admin'].map((role) => `sequencer-${role}`);
/** Who looks and does not see it yet looks again. */
const LOOKS = /^kubectl (-n \S+ )?(get|describe|logs) /;
const SEEN_WITHIN_MS = 90_000;
const LOOK_EVERY_MS = 500;
const DONE_WITHIN_MS = 300_000;
/** Namespaces of other tests, whose nodes are gone as well. */
const LEFT_WITHIN_MS = 360_000;

/** A checkout, as far as the pages need one, and a person's own access to the cluster. */
const folder = mkdtempSync(join(tmpdir(), 'sequencer-walk-'));
const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') };

beforeAll(async () => {
  for (const part of ['charts', 'simulator']) symlinkSync(join(root, part), join(folder, part));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(root, 'bin/sequencer'), join(folder, 'bin/sequencer'));
  copyFileSync(process.env.KUBECONFIG ?? '', env.KUBECONFIG);
  await nothingOfIt();
}, 400_000);
afterAll(async () => {
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
  // Without an operator nobody else would let them go.
  await letGo();
  await kubectl(['wait', '--for=delete', `namespace/${NAMESPACE}`, '--timeout=120s']);
  await nothingOfIt();
  rmSync(folder, { recursive: true });
}, 400_000);

const inCluster = async (...args: string[]) => (await kubectl(['get', ...args, '--ignore-not-found'])).stdout.trim();

/** The pages bring what belongs to the cluster, and take it away: nobody else may use it. */
async function nothingOfIt(): Promise<void> {
  if (await inCluster('namespace', NAMESPACE)) throw new Error(`There is a namespace ${NAMESPACE} in this cluster.`);
  if (await inCluster('crd', ...CRDS)) {
    await until(
      'there is no sequencer in the cluster, as the page takes their kinds away',
      async () => {
        const [seats, runs] = await Promise.all([client.list(SEQUENCERS, null), client.list(RUNS, null)]);
        return seats.length + runs.length === 0;
      },
      LEFT_WITHIN_MS,
    );
  }
  await kubectl(['delete', 'crd', ...CRDS, '--ignore-not-found']);
  await kubectl(['delete', 'clusterrole', ...ROLES, '--ignore-not-found']);
}

async function letGo(): Promise<void> {
  if (!(await inCluster('crd', ...CRDS))) return;
  for (const kind of [...CRDS, 'pods']) {
    const names = (await inCluster(kind, '--namespace', NAMESPACE, '--output', 'name')).split('\n').filter(Boolean);
    const patch = ['--type', 'merge', '--patch', '{"metadata":{"finalizers":null}}'];
    for (const name of names) await kubectl(['patch', name, '--namespace', NAMESPACE, ...patch]);
  }
}

/** What a terminal shows. Throws when it fails. */
function type(command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'sh',
      ['-c', `exec 2>&1\n${command}`],
      { cwd: folder, env, timeout: DONE_WITHIN_MS, maxBuffer: 16 << 20 },
      (error, printed) => {
        if (error) reject(new Error(`${command}\n${printed}\n${error.message}`));
        else resolve(printed);
      },
    );
    // The only thing that any of them asks for.
    child.stdin?.end(`${PASSWORD}\n`);
  });
}

async function take(step: Step & { kind: 'command' }, names: Names): Promise<Names> {
  const command = withNames(step.command, names);
  const begun = performance.now();
  for (;;) {
    const printed = await type(command);
    const known = learn(step.prints, printed, names);
    if (known) {
      console.log(`$ ${command}\n${printed.trimEnd()}\n  (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
      return known;
    }
    if (!LOOKS.test(command) || performance.now() - begun > SEEN_WITHIN_MS) {
      const said = step.prints.join('\n');
      throw new Error(`line ${String(step.line)}: ${command}\nprinted\n${printed}\nand the page says\n${said}`);
    }
    await sleep(LOOK_EVERY_MS);
  }
}

async function walk(page: string): Promise<string[]> {
  const steps = readPage(readFileSync(join(root, page), 'utf8'));
  let names: Names = new Map();
  const left: string[] = [];
  for (const step of steps) {
    if (step.kind === 'file') writeFileSync(join(folder, step.name), step.text);
    else if (step.kind === 'not run') left.push(`line ${String(step.line)}: ${step.why}`);
    else names = await take(step, names);
  }
  for (const one of left) console.log(`${page} ${one}`);
  return left;
}

test('docs/kubernetes.md does what it says', async () => {
  expect(await walk('docs/kubernetes.md')).toHaveLength(2);
  expect(await inCluster('crd', ...CRDS)).toBe('');
}, 600_000);

test('docs/helm.md does what it says', async () => {
  expect(await walk('docs/helm.md')).toHaveLength(1);
}, 400_000);
