/** What a site can change in the pods of the chart. */
import { describe, expect, test } from 'vitest';
import { manifests, render, valuesOf } from '@sequencer/testing/install/helm';

interface Template {
  metadata: { labels: Record<string, string>; annotations?: Record<string, string> };
  spec: {
    securityContext: Record<string, unknown>;
    volumes?: { name: string; emptyDir?: { sizeLimit?: string } }[];
    containers: [{ env: { name: string }[]; volumeMounts: { name: string }[]; [field: string]: unknown }];
    [field: string]: unknown;
  };
}

const PARTS = ['api', 'operator', 'web', 'checker', 'simulator', 'database'];
const path = (part: string) => (part === 'database' ? 'database.bundled' : part);

async function rendered(values: Record<string, unknown>) {
  const args = Object.entries(values).flatMap(([key, value]) => ['--set-json', `${key}=${JSON.stringify(value)}`]);
  return manifests(await render('seq', ...valuesOf('try-out.yaml'), '--is-upgrade', ...args));
}

async function workloads(values: Record<string, unknown>) {
  const objects = await rendered(values);
  return Object.fromEntries(
    PARTS.map((part) => {
      const found = objects.find(
        ({ kind, metadata }) => /^(Deployment|StatefulSet)$/.test(kind) && metadata.name === `sequencer-${part}`,
      );
      if (!found) throw new Error(`no pods of ${part}`);
      return [part, { metadata: found.metadata, template: found.spec?.template as Template }];
    }),
  );
}

describe('each part', async () => {
  const settings = {
    env: [{ name: 'OWN', valueFrom: { secretKeyRef: { name: 'own', key: 'word' } } }],
    envFrom: [{ configMapRef: { name: 'own' } }],
    extraVolumes: [{ name: 'own', persistentVolumeClaim: { claimName: 'own' } }],
    extraVolumeMounts: [{ name: 'own', mountPath: '/own' }],
    hostAliases: [{ ip: '10.0.0.1', hostnames: ['hub'] }],
    dnsConfig: { searches: ['site.example'] },
    topologySpreadConstraints: [{ maxSkew: 2, topologyKey: 'rack', whenUnsatisfiable: 'DoNotSchedule' }],
    podLabels: { team: 'daq', 'app.kubernetes.io/component': 'not-this' },
    podAnnotations: { own: 'pod' },
    deploymentAnnotations: { own: 'deployment' },
  };
  const parts = await workloads({
    ...Object.fromEntries(
      PARTS.flatMap((part) => Object.entries(settings).map(([field, value]) => [`${path(part)}.${field}`, value])),
    ),
    commonLabels: { site: 'chile' },
  });

  test.each(PARTS)('%s takes all settings', (part) => {
    const { metadata, template } = parts[part] ?? expect.unreachable();
    const { spec } = template;
    const [container] = spec.containers;
    expect(metadata.annotations).toMatchObject({ own: 'deployment' });
    expect(metadata.labels).toMatchObject({ site: 'chile', 'app.kubernetes.io/part-of': 'sequencer' });
    expect(template.metadata.annotations).toMatchObject({ own: 'pod' });
    expect(template.metadata.labels).toMatchObject({
      team: 'daq',
      site: 'chile',
      'app.kubernetes.io/component': part,
    });
    expect(container.env).toContainEqual(settings.env[0]);
    expect(container.envFrom).toStrictEqual(settings.envFrom);
    expect(container.volumeMounts).toContainEqual(settings.extraVolumeMounts[0]);
    expect(spec.volumes).toContainEqual(settings.extraVolumes[0]);
    expect(spec).toMatchObject({ hostAliases: settings.hostAliases, dnsConfig: settings.dnsConfig });
    expect(spec.topologySpreadConstraints).toStrictEqual([
      {
        ...settings.topologySpreadConstraints[0],
        labelSelector: {
          matchLabels: {
            'app.kubernetes.io/name': 'sequencer',
            'app.kubernetes.io/instance': 'sequencer',
            'app.kubernetes.io/component': part,
          },
        },
      },
    ]);
  });
});

test('every empty folder has a limit', async () => {
  for (const [part, { template }] of Object.entries(await workloads({}))) {
    for (const { emptyDir } of template.spec.volumes ?? []) {
      if (emptyDir) expect(emptyDir, part).toMatchObject({ sizeLimit: expect.any(String) as string });
    }
  }
});

test('null leaves user ids to the cluster, and keeps the rest of the security context', async () => {
  const none = { runAsUser: null, runAsGroup: null, fsGroup: null };
  for (const [part, { template }] of Object.entries(await workloads({ podSecurityContext: none }))) {
    expect(template.spec.securityContext, part).toStrictEqual({
      runAsNonRoot: true,
      fsGroupChangePolicy: 'OnRootMismatch',
      seccompProfile: { type: 'RuntimeDefault' },
    });
  }
  const { database } = await workloads({});
  expect(database?.template.spec.securityContext).toMatchObject({ runAsUser: 999, fsGroup: 999 });
});

test('adds objects of the site, with templates', async () => {
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-own' } };
  const text = 'apiVersion: v1\nkind: Secret\nmetadata: { name: "{{ .Release.Namespace }}-text" }\n';
  const names = (await rendered({ extraObjects: [object, text] })).map(
    ({ kind, metadata }) => `${kind} ${metadata.name}`,
  );
  expect(names).toEqual(expect.arrayContaining(['ConfigMap sequencer-own', 'Secret seq-text']));
});

test('annotates service accounts', async () => {
  const accounts = await rendered({ 'api.serviceAccount.annotations': { role: 'arn' } });
  const api = accounts.find(({ kind, metadata }) => kind === 'ServiceAccount' && metadata.name === 'sequencer-api');
  expect(api?.metadata.annotations).toStrictEqual({ role: 'arn' });
});
