/** `helm test`: runs a script through the Kubernetes API and prints its outcome. Needs only Node. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

const { NAMESPACE = '', SEQUENCER = '', KUBERNETES_SERVICE_HOST = '', KUBERNETES_SERVICE_PORT = '443' } = process.env;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';
const WITHIN_MS = 300_000;

interface Run {
  metadata: { name: string };
  status?: { phase?: string; reason?: string };
}

const host = KUBERNETES_SERVICE_HOST.includes(':') ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
const runs = `https://${host}:${KUBERNETES_SERVICE_PORT}/apis/sequencer.dev/v1alpha1/namespaces/${NAMESPACE}/sequencerruns`;

async function request(method: string, url: string, body?: unknown): Promise<Response> {
  return fetch(url, {
    method,
    headers: { authorization: `Bearer ${readFileSync(TOKEN, 'utf8').trim()}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  });
}

async function asRun(response: Response): Promise<Run> {
  if (!response.ok) throw new Error(`The API server returned ${String(response.status)}: ${await response.text()}`);
  return (await response.json()) as Run;
}

const { metadata } = await asRun(
  await request('POST', `${runs}?fieldManager=sequencer-test`, {
    apiVersion: 'sequencer.dev/v1alpha1',
    kind: 'SequencerRun',
    metadata: { generateName: `${SEQUENCER}-` },
    spec: {
      sequencer: SEQUENCER,
      title: 'helm test',
      desiredState: 'Running',
      script: 'import socket\nprint("A script runs on", socket.gethostname())\nassert sum(range(5)) == 10\n',
    },
  }),
);
const run = `${runs}/${metadata.name}`;
console.log(`Submitted ${metadata.name}.`);

const FINAL = ['Succeeded', 'Failed', 'Interrupted', 'Terminated', 'Killed', 'Cancelled', 'Lost'];
const deadline = Date.now() + WITHIN_MS;
let printed = '';
let phase = '';
while (!FINAL.includes(phase) && Date.now() < deadline) {
  const { status } = await asRun(await request('GET', run));
  phase = status?.phase ?? '';
  const now = [phase || 'Waiting for the operator', status?.reason].filter(Boolean).join(': ');
  if (now !== printed) console.log((printed = now));
  await sleep(500);
}

// A script that is still running is stopped first.
const deleted = await request('DELETE', run);
if (!deleted.ok && deleted.status !== 404) throw new Error(`The run cannot be deleted: ${await deleted.text()}`);
while ((await request('GET', run)).status !== 404) {
  if (Date.now() > deadline + 60_000) throw new Error(`${metadata.name} still exists. See kubectl describe.`);
  await sleep(500);
}
if (phase !== 'Succeeded') {
  console.error(`The script did not succeed within ${String(WITHIN_MS / 1000)} s: ${printed}`);
  process.exit(1);
}
console.log('The script succeeded.');
