/** Applies the CRDs beside this file, before an upgrade. Needs only Node. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const { KUBERNETES_SERVICE_HOST = '', KUBERNETES_SERVICE_PORT = '443' } = process.env;
const TOKEN = '/var/run/secrets/kubernetes.io/serviceaccount/token';

const host = KUBERNETES_SERVICE_HOST.includes(':') ? `[${KUBERNETES_SERVICE_HOST}]` : KUBERNETES_SERVICE_HOST;
const all = `https://${host}:${KUBERNETES_SERVICE_PORT}/apis/apiextensions.k8s.io/v1/customresourcedefinitions`;

for (const file of readdirSync(import.meta.dirname)) {
  if (!file.endsWith('.yaml')) continue;
  const name = `${file.replace(/\.yaml$/, '')}.sequencer.dev`;
  const answer = await fetch(`${all}/${name}?fieldManager=helm-sequencer&force=true`, {
    method: 'PATCH',
    headers: {
      authorization: `Bearer ${readFileSync(TOKEN, 'utf8').trim()}`,
      'content-type': 'application/apply-patch+yaml',
    },
    body: readFileSync(join(import.meta.dirname, file), 'utf8'),
    signal: AbortSignal.timeout(30_000),
  });
  if (!answer.ok) throw new Error(`${name} cannot be applied: ${String(answer.status)} ${await answer.text()}`);
  console.log(`${name} upgraded.`);
}
