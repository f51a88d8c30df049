/**
 * Applies the CRDs beside this file, before an upgrade. Needs only Node.
 *
 * A CRD that does not exist is skipped: an installation creates it. Argo CD runs this also before the first installation.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const { KUBERNETES_SERVICE_HOST = '', KUBERNETES_SERVICE_PORT = '443' } = process.env;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const host = KUBERNETES_SERVICE_HOST.includes(':') ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
const all = `https://${host}:${KUBERNETES_SERVICE_PORT}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;

async function request(name: string, query = '', init: RequestInit = {}): Promise<Response> {
  const authorization = `Bearer ${readFileSync(TOKEN, 'utf8').trim()}`;
  const headers = { 'content-type': 'application/apply-patch+yaml', authorization };
  const answer = await fetch(`${all}/${name}${query}`, { ...init, headers, signal: AbortSignal.timeout(30_000) });
  if (answer.ok || answer.status === 404) return answer;
  throw new Error(`${name} cannot be applied: ${String(answer.status)} ${await answer.text()}`);
}

for (const file of readdirSync(import.meta.dirname)) {
  if (!file.endsWith('.yaml')) continue;
  const name = `${file.replace(/\.yaml$/, '')}.sequencer.dev`;
  if ((await request(name)).status === 404) {
    console.log(`${name} does not exist yet; the installation creates it.`);
    continue;
  }
  const body = readFileSync(join(import.meta.dirname, file), 'utf8');
  await request(name, '?fieldManager=helm-sequencer&force=true', { method: 'PATCH', body });
  console.log(`${name} upgraded.`);
}
