/**
 * Runs the commands of docs/kubernetes.md and docs/helm.md in a shell, from top to bottom, and compares their output with the
 * page. Needs a cluster where Sequencer is not installed.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PageShell } from '@sequencer/testing/docs/page-shell';
import { installedCrds, removeClusterWideObjects, removePageNamespace } from '@sequencer/testing/install/cluster-wide';

let shell: PageShell;

beforeAll(async () => {
  shell = new PageShell();
  await removeClusterWideObjects();
}, 400_000);
afterAll(async () => {
  await removePageNamespace();
  shell.close();
}, 400_000);

test('the commands of docs/kubernetes.md print what the page shows', async () => {
  expect(await shell.walk('docs/kubernetes.md')).toHaveLength(5);
  expect(await installedCrds()).toBe('');
}, 600_000);

test('the commands of docs/helm.md print what the page shows', async () => {
  expect(await shell.walk('docs/helm.md')).toHaveLength(3);
}, 400_000);
