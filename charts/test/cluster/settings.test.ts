/** The API and the operator accept the settings from the chart, with every sign-in method. */
import { describe, expect, test } from 'vitest';
import { readConfig as readApi } from '@sequencer/api/config';
import { readConfig as readOperator } from '@sequencer/operator/config';
import { EXAMPLES, manifests, render, valuesOf } from '@sequencer/testing/install/helm';

/** Values that come from Secrets and from fields of the pod. */
const SECRETS: Record<string, string> = {
  'database-app uri': 'postgres://sequencer:password@host:5432/sequencer',
  'postgres url': 'postgres://sequencer:password@host:5432/sequencer',
};
const FIELDS: Record<string, string> = {
  'status.podIP': '10.244.1.7',
  'metadata.namespace': 'seq',
  'metadata.name': 'pod-1',
};

interface Variable {
  name: string;
  value?: string;
  valueFrom?: { fieldRef?: { fieldPath: string }; secretKeyRef?: { name: string; key: string } };
}

async function environment(example: string, part: string): Promise<Record<string, string>> {
  const deployment = manifests(await render('seq', ...valuesOf(example))).find(
    ({ kind, metadata }) => kind === 'Deployment' && metadata.name === `sequencer-${part}`,
  );
  const pod = deployment?.spec as unknown as { template: { spec: { containers: { env: Variable[] }[] } } };
  const env: Record<string, string> = {};
  for (const { name, value = '', valueFrom } of pod.template.spec.containers[0]?.env ?? []) {
    const { fieldRef, secretKeyRef } = valueFrom ?? {};
    const secret = secretKeyRef && `${secretKeyRef.name.replace('sequencer-', '')} ${secretKeyRef.key}`;
    const resolved = fieldRef
      ? FIELDS[fieldRef.fieldPath]
      : secret
        ? (SECRETS[secret] ?? 'a secret of more than 32 characters')
        : value;
    if (resolved === undefined) throw new Error(`${name} comes from a field that this test does not know`);
    env[name] = resolved.replace(/\$\((\w+)\)/g, (_, of: string) => env[of] ?? `$(${of})`);
  }
  return env;
}

describe.each(EXAMPLES)('%s', (example) => {
  test('the API accepts its settings', async () => {
    const env = await environment(example, 'api');
    const config = readApi(env);
    const key = 'a secret of more than 32 characters';
    expect(config.kubernetes).toMatchObject({
      namespace: 'seq',
      runTokenKeys: [key, key],
      checker: { url: 'http://sequencer-checker:8080/' },
    });
    const operator = await environment(example, 'operator');
    expect(config.kubernetes?.checker?.image).toBe(operator.RUNNER_IMAGE);
    expect(config.auth.methods).toStrictEqual(env.AUTH?.split(','));
    expect(config.allowedHosts).toContain('10.244.1.7');
    expect(config.allowedHosts).toContain('sequencer-api.seq.svc.cluster.local');
    expect(config.auth.publicUrl?.href).toBe(env.PUBLIC_URL);
  });

  test('the operator accepts its settings', async () => {
    const config = readOperator(await environment(example, 'operator'));
    expect(config).toMatchObject({
      namespace: 'seq',
      identity: 'pod-1',
      gatewayUrl: 'ws://sequencer-api:8000/runner',
      runnerLabels: { 'app.kubernetes.io/instance': 'sequencer' },
      gatewayPods: { 'app.kubernetes.io/instance': 'sequencer', 'app.kubernetes.io/component': 'api' },
    });
  });
});

test('the redirect of the provider leads to the API', async () => {
  const config = readApi(await environment('site.yaml', 'api'));
  expect(config.auth.oidc?.base.href).toBe('https://site.example/nextline/api/');
  expect(config.auth.oidc?.clientSecret).toBe('a secret of more than 32 characters');
  expect([...config.auth.roleGroups.keys()]).toStrictEqual(['heads', 'observers', 'satp1-crew']);
});

test('a telescope overrides the settings of all telescopes, also with warm: 0', async () => {
  const telescopes = [
    '--set',
    'runner.warm=2',
    '--set',
    'sequencers.own.runner.warm=0',
    '--set',
    'sequencers.like.mode=Off',
  ];
  const rendered = manifests(await render('seq', ...valuesOf('try-out.yaml'), ...telescopes));
  const warm = Object.fromEntries(
    rendered
      .filter(({ kind }) => kind === 'Sequencer')
      .map(({ metadata, spec }) => [metadata.name, (spec?.runner as { warm?: number }).warm]),
  );
  expect(warm).toMatchObject({ own: undefined, like: 2 });
});
