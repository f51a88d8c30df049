/**
 * Runs the commands of docs/kubernetes.md and docs/helm.md in a shell, from top to bottom, and compares their output with the
 * page. Needs a cluster where Sequencer is not installed.
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

/** The namespace that both pages install into. */
const NAMESPACE = 'sequencer';
const CRDS = ['sequencers.sequencer.dev', 'sequencerruns.sequencer.dev'];
const ROLES = ['view', 'operate', 'admin'].map((role) => `sequencer-${role}`);
/** Commands that only read, and that are repeated until their output is as on the page. */
const READS = /^kubectl (-n \S+ )?(get|describe|logs) /;
const READS_WITHIN_MS = 90_000;
const READ_EVERY_MS = 500;
const DONE_WITHIN_MS = 300_000;
/** Time for the deletion of namespaces of other tests, whose nodes no longer exist. */
const CLEAN_WITHIN_MS = 360_000;

/** The parts of a checkout that the pages need, and a kubeconfig that the commands can change. */
const folder = mkdtempSync(join(tmpdir(), 'sequencer-walk-'));
const env = { ...process.env, KUBECONFIG: join(folder, 'kubeconfig') };

beforeAll(async () => {
  for (const part of ['charts', 'simulator']) symlinkSync(join(root, part), join(folder, part));
  mkdirSync(join(folder, 'bin'));
  symlinkSync(join(root, 'bin/sequencer'), join(folder, 'bin/sequencer'));
  copyFileSync(process.env.KUBECONFIG ?? '', env.KUBECONFIG);
  await removeClusterWideObjects();
}, 400_000);
afterAll(async () => {
  await kubectl(['delete', 'namespace', NAMESPACE, '--ignore-not-found', '--wait=false']);
  // The operator, which removes the finalizers, is uninstalled.
  await removeFinalizers();
  await kubectl(['wait', '--for=delete', `namespace/${NAMESPACE}`, '--timeout=120s']);
  await removeClusterWideObjects();
  rmSync(folder, { recursive: true });
}, 400_000);

const inCluster = async (...args: string[]) => (await kubectl(['get', ...args, '--ignore-not-found'])).stdout.trim();

/** The pages install and delete cluster-wide objects. Nothing else in the cluster may use them. */
async function removeClusterWideObjects(): Promise<void> {
  if (await inCluster('namespace', NAMESPACE))
    throw new Error(`The namespace ${NAMESPACE} exists already in this cluster.`);
  if (await inCluster('crd', ...CRDS)) {
    await until(
      'no sequencer is left in the cluster, because the page deletes their kinds',
      async () => {
        const [sequencers, runs] = await Promise.all([client.list(SEQUENCERS, null), client.list(RUNS, null)]);
        return sequencers.length + runs.length === 0;
      },
      CLEAN_WITHIN_MS,
    );
  }
  await kubectl(['delete', 'crd', ...CRDS, '--ignore-not-found']);
  await kubectl(['delete', 'clusterrole', ...ROLES, '--ignore-not-found']);
}

async function removeFinalizers(): Promise<void> {
  if (!(await inCluster('crd', ...CRDS))) return;
  for (const kind of [...CRDS, 'pods']) {
    const names = (await inCluster(kind, '--namespace', NAMESPACE, '--output', 'name')).split('\n').filter(Boolean);
    const patch = ['--type', 'merge', '--patch', '{"metadata":{"finalizers":null}}'];
    for (const name of names) await kubectl(['patch', name, '--namespace', NAMESPACE, ...patch]);
  }
}

/** Runs a command and returns its output. Throws if it fails. */
function runInShell(command: string): Promise<string> {
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
    // The only prompt of all commands is for a password.
    child.stdin?.end(`${PASSWORD}\n`);
  });
}

async function runStep(step: Step & { kind: 'command' }, names: Names): Promise<Names> {
  const command = withNames(step.command, names);
  const startedAt = performance.now();
  for (;;) {
    const printed = await runInShell(command);
    const known = learn(step.prints, printed, names);
    if (known) {
      console.log(`$ ${command}\n${printed.trimEnd()}\n  (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
      return known;
    }
    if (!READS.test(command) || performance.now() - startedAt > READS_WITHIN_MS) {
      const expected = step.prints.join('\n');
      throw new Error(`line ${String(step.line)}: ${command}\nprinted\n${printed}\nand the page has\n${expected}`);
    }
    await sleep(READ_EVERY_MS);
  }
}

async function walk(page: string): Promise<string[]> {
  const steps = readPage(readFileSync(join(root, page), 'utf8'));
  let names: Names = new Map();
  const skipped: string[] = [];
  for (const step of steps) {
    if (step.kind === 'file') writeFileSync(join(folder, step.name), step.text);
    else if (step.kind === 'not run') skipped.push(`line ${String(step.line)}: ${step.why}`);
    else names = await runStep(step, names);
  }
  for (const one of skipped) console.log(`${page} ${one}`);
  return skipped;
}

test('the commands of docs/kubernetes.md print what the page shows', async () => {
  expect(await walk('docs/kubernetes.md')).toHaveLength(4);
  expect(await inCluster('crd', ...CRDS)).toBe('');
}, 600_000);

test('the commands of docs/helm.md print what the page shows', async () => {
  expect(await walk('docs/helm.md')).toHaveLength(1);
}, 400_000);
