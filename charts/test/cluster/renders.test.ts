/**
 * Compares the rendered examples with golden files. `vitest run --project cluster charts/test/cluster/renders -u` updates
 * the files.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CHART, EXAMPLES, helm, manifests, render, valuesOf } from '@sequencer/testing/install/helm';

const GOLDEN = join(import.meta.dirname, '../../golden');
/** Secrets that the chart generates at random. */
const GENERATED = /^( {2}(?:key|password): )[A-Za-z0-9+/=]{64}$/gm;

interface Container {
  image: string;
  resources?: { requests?: object; limits?: object };
  securityContext?: object;
}

interface PodSpec {
  automountServiceAccountToken?: boolean;
  securityContext?: object;
  containers: Container[];
}

function podsOf(text: string): [string, PodSpec][] {
  return manifests(text).flatMap(({ kind, metadata, spec }) => {
    const template = spec?.template as { spec: PodSpec } | undefined;
    const pod = kind === 'Pod' ? (spec as unknown as PodSpec) : template?.spec;
    return pod ? [[`${kind} ${metadata.name}`, pod]] : [];
  });
}

describe.each(EXAMPLES)('%s', (example) => {
  test('passes helm lint', async () => {
    expect(await helm('lint', '--strict', CHART, ...valuesOf(example))).toContain('0 chart(s) failed');
  });

  test('renders as the golden file', async () => {
    const text = (await render('seq', '--no-hooks', ...valuesOf(example))).replace(GENERATED, '$1MADE');
    await expect(text).toMatchFileSnapshot(join(GOLDEN, example));
  });

  test('has only restricted pods, with resources, and with tokens only where they are needed', async () => {
    const pods = podsOf(await render('seq', '--is-upgrade', ...valuesOf(example)));
    expect(pods.length).toBeGreaterThan(3);
    for (const [name, pod] of pods) {
      expect(pod.securityContext, name).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
      expect(pod.automountServiceAccountToken, name).toBe(/-(api|operator|test|crds)$/.test(name));
      for (const { securityContext, resources } of pod.containers) {
        expect(securityContext, name).toStrictEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
        expect(resources?.requests, name).toBeDefined();
        expect(resources?.limits, name).toBeDefined();
      }
    }
  });
});

test('generates no password where the bundled database has an existing Secret', async () => {
  const own = ['database.bundled.existingSecret=mine', 'database.bundled.existingSecretKey=word'];
  const text = await render('seq', ...valuesOf('try-out.yaml'), ...own.flatMap((value) => ['--set', value]));
  expect(text.match(/secretKeyRef: { name: mine, key: word }/g)).toHaveLength(2);
  expect(manifests(text).filter(({ kind }) => kind === 'Secret')).toSatisfy((secrets: { metadata: object }[]) =>
    secrets.every(({ metadata }) => !JSON.stringify(metadata).includes('database')),
  );
});

test('air-gapped: uses only images from the registry of the site, by digest, and generates nothing at random', async () => {
  const values = valuesOf('air-gapped.yaml');
  const [one, other] = await Promise.all([render('seq', ...values), render('seq', ...values)]);
  expect(one).toBe(other);
  const images = [...one.matchAll(/^ *image: (.*)$/gm)].map(([, image]) => image);
  expect(images.length).toBeGreaterThan(4);
  for (const image of images)
    expect(image).toMatch(/^registry\.site\.example\/sequencer\/sequencer-\w+@sha256:\d{64}$/);
  expect(podsOf(one).map(([, pod]) => pod)).toSatisfy((pods: PodSpec[]) =>
    pods.every((pod) => JSON.stringify(pod).includes('registry-of-the-site')),
  );
});

test('records who creates a run with the newest version of the policy that the cluster has, and only on request', async () => {
  const only = ['--show-only', 'templates/submitter-policy.yaml', ...valuesOf('try-out.yaml')];
  const withVersions = (...versions: string[]) =>
    versions.flatMap((one) => ['--api-versions', `admissionregistration.k8s.io/${one}/MutatingAdmissionPolicy`]);
  await expect(await render('seq', ...only, ...withVersions('v1beta1', 'v1alpha1'))).toMatchFileSnapshot(
    join(GOLDEN, 'submitter-policy.yaml'),
  );
  const newest = manifests(await render('seq', ...only, ...withVersions('v1', 'v1beta1')));
  expect(newest.map(({ apiVersion }) => apiVersion)).toEqual(Array(2).fill('admissionregistration.k8s.io/v1'));
  await expect(render('seq', ...only)).rejects.toThrow('could not find template');
  const off = ['--set', 'admissionPolicies.recordSubmitters=false'];
  await expect(render('seq', ...only, ...withVersions('v1'), ...off)).rejects.toThrow('could not find template');
});
