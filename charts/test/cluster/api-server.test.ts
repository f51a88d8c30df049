/** The chart on a real API server: its objects are valid, and upgrade, rollback and uninstall keep what they should. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dropNamespace, makeNamespace } from '@sequencer/testing/cluster/cluster';
import { CHART, EXAMPLES, helm, kubectl, manifests, render, valuesOf } from '@sequencer/testing/install/helm';

/** Kinds whose CRDs the test cluster does not have. Only the rendered examples cover them. */
const FOREIGN = ['postgresql.cnpg.io/v1', 'gateway.networking.k8s.io/v1', 'monitoring.coreos.com/v1'];
const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};

const created: string[] = [];
async function namespace(): Promise<string> {
  const name = await makeNamespace(RESTRICTED);
  created.push(name);
  return name;
}

afterAll(async () => {
  for (const name of created) {
    await kubectl([
      'delete',
      'validatingadmissionpolicy,validatingadmissionpolicybinding',
      '--ignore-not-found',
      ...policies(name),
    ]);
    if (CAN_MUTATE)
      await kubectl(['delete', MUTATING.join(','), '--ignore-not-found', `${name}.sequencer.record-submitter`]);
    await dropNamespace(name);
  }
  await kubectl(['delete', 'clusterrole', '--ignore-not-found', ...ROLES]);
});

/** Not before Kubernetes 1.36, unless the API server has the feature gate and serves the version. */
const MUTATING = ['mutatingadmissionpolicy', 'mutatingadmissionpolicybinding'];
const CAN_MUTATE = (
  await kubectl(['api-resources', '--api-group=admissionregistration.k8s.io', '--output=name'])
).stdout
  .split('\n')
  .includes('mutatingadmissionpolicies.admissionregistration.k8s.io');
const ROLES = ['sequencer-view', 'sequencer-operate', 'sequencer-admin'];
const policies = (of: string) => ['submitted-by', 'mode-set-by', 'configure'].map((rule) => `${of}.sequencer.${rule}`);

async function outcomeOf(args: string[], input?: string): Promise<string> {
  return kubectl(args, input).then(
    () => 'was accepted',
    (error: unknown) => (error as { stderr: string }).stderr,
  );
}

describe.each(EXAMPLES)('%s', (example) => {
  test('passes strict validation and the Pod Security Standard restricted', async () => {
    const of = await namespace();
    const objects = manifests(await render(of, '--is-upgrade', ...valuesOf(example)));
    const own = objects.filter(({ apiVersion }) => !FOREIGN.includes(apiVersion));
    expect(own.length).toBeGreaterThan(20);
    // A pod is rejected if its service account does not exist.
    const accounts = own.filter(({ kind }) => kind === 'ServiceAccount').map(({ metadata }) => metadata.name);
    for (const account of accounts) await kubectl(['create', 'serviceaccount', account, '--namespace', of]);
    const items = own.filter(({ kind }) => kind !== 'ServiceAccount');
    const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    const { stderr } = await kubectl(
      // Cluster-wide objects may exist already, from another release.
      [
        'apply',
        '--server-side',
        '--force-conflicts',
        '--dry-run=server',
        '--validate=strict',
        '--namespace',
        of,
        '-f',
        '-',
      ],
      list,
    );
    expect(stderr).toBe('');
  });
});

describe('a release', () => {
  let of = '';
  const release = (...args: string[]) => [...args, '--namespace', of, '--no-hooks', '--take-ownership'];
  const values = valuesOf('try-out.yaml');
  const get = async (what: string, path: string) =>
    (await kubectl(['get', '--namespace', of, ...what.split(' '), '--output', `jsonpath=${path}`])).stdout;

  beforeAll(async () => {
    of = await namespace();
    const notes = await helm('install', 'sequencer', CHART, ...values, ...release());
    expect(notes).toContain('port-forward service/sequencer-web 8080:80');
    await kubectl([
      'create',
      'rolebinding',
      'crew',
      '--clusterrole=sequencer-operate',
      '--user=bob',
      '--namespace',
      of,
    ]);
  });

  test('keeps changes by users and generated secrets over an upgrade and a rollback', async () => {
    const secrets = () => get('secret sequencer-run-token-key sequencer-database', '{.items[*].data}');
    const before = await secrets();
    await kubectl([
      'patch',
      'sequencer',
      'satp1',
      '--namespace',
      of,
      '--type=merge',
      '--patch',
      '{"spec":{"mode":"Off"}}',
    ]);
    await helm('upgrade', 'sequencer', CHART, ...values, '--set', 'runner.image.tag=2.0.0', ...release());
    expect(await get('sequencer satp1', '{.spec.mode} {.spec.runner.image}')).toBe('Off sequencer-runner:2.0.0');
    await helm('rollback', 'sequencer', '1', '--namespace', of, '--no-hooks');
    expect(await get('sequencer satp1', '{.spec.mode} {.spec.runner.image}')).toBe('Off sequencer-runner:0.1.0');
    expect(await secrets()).toBe(before);
  });

  test('is the only one of its namespace', async () => {
    const second = helm('install', 'second', CHART, ...values, ...release(), '--dry-run=server');
    await expect(second).rejects.toMatchObject({
      stderr: expect.stringContaining(
        `The namespace ${of} already has the release sequencer of this chart. Install this release in a namespace of its own,`,
      ) as string,
    });
  });

  const run = (annotation: string) =>
    JSON.stringify({
      apiVersion: 'sequencer.dev/v1alpha1',
      kind: 'SequencerRun',
      metadata: {
        name: `satp1-${randomBytes(3).toString('hex')}`,
        namespace: of,
        ...(annotation && { annotations: { 'sequencer.dev/submitted-by': annotation } }),
      },
      spec: { sequencer: 'satp1', script: 'print(1)' },
    });

  test('allows only the API to set the annotation submitted-by', async () => {
    const as = (who: string) => ['create', '--filename', '-', `--as=${who}`];
    const api = `system:serviceaccount:${of}:sequencer-api`;
    await expect
      .poll(() => outcomeOf(as('bob'), run('alice')), { timeout: 30_000, interval: 500 })
      .toContain('only the API can set it. Remove it');
    expect(await outcomeOf(as('bob'), run(''))).toBe('was accepted');
    expect(await outcomeOf(as(api), run('alice'))).toBe('was accepted');
    expect(await outcomeOf(as(`system:serviceaccount:${of}:sequencer-runner`), run(''))).toContain('forbidden');
  });

  test('records the Kubernetes user who creates a run, if the cluster has MutatingAdmissionPolicy', async () => {
    const recorded = async (annotation: string) => {
      const output = '--output=jsonpath={.metadata.annotations}';
      const { stdout } = await kubectl(['create', '--filename', '-', '--as=bob', output], run(annotation));
      return JSON.parse(stdout || '{}') as unknown;
    };
    if (!CAN_MUTATE) {
      expect(await recorded('')).toEqual({});
      return;
    }
    await expect
      .poll(() => recorded(''), { timeout: 30_000, interval: 500 })
      .toEqual({ 'sequencer.dev/submitted-by': 'bob' });
    expect(await recorded('bob')).toEqual({ 'sequencer.dev/submitted-by': 'bob' });
    expect(await outcomeOf(['create', '--filename', '-', '--as=bob'], run('alice'))).toContain(
      'only the API can set it',
    );
  });

  test('allows only the API to set the annotation mode-set-by', async () => {
    const annotate = ['annotate', 'sequencer', 'lat', '--namespace', of, '--overwrite'];
    await expect
      .poll(() => outcomeOf([...annotate, 'sequencer.dev/mode-set-by=Off now alice']), {
        timeout: 30_000,
        interval: 500,
      })
      .toContain('only the API can set it. Remove it');
    const api = `--as=system:serviceaccount:${of}:sequencer-api`;
    expect(await outcomeOf([...annotate, 'sequencer.dev/mode-set-by=Off now alice', api])).toBe('was accepted');
    expect(await outcomeOf([...annotate, 'sequencer.dev/mode-set-by-'])).toBe('was accepted');
  });

  test('allows users with sequencer-operate to change the mode, and nothing else', async () => {
    const patch = (who: string, spec: object) =>
      outcomeOf([
        'patch',
        'sequencer',
        'lat',
        '--namespace',
        of,
        `--as=${who}`,
        '--type=merge',
        '--patch',
        JSON.stringify({ spec }),
      ]);
    for (const who of ['bob', `system:serviceaccount:${of}:sequencer-api`]) {
      expect(await patch(who, { mode: 'Off', resumeAfter: 'lat-1' })).toBe('was accepted');
      await expect
        .poll(() => patch(who, { runner: { image: `evil-${randomBytes(3).toString('hex')}` } }), {
          timeout: 30_000,
          interval: 500,
        })
        .toContain('other changes require the verb `configure`');
      expect(await patch(who, { ocs: { configMap: 'other' } })).toContain('configure');
      expect(await patch(who, { scheduler: { lengthMinutes: 60 } })).toBe('was accepted');
    }
    const elsewhere = { scheduler: { url: 'http://elsewhere.example/' } };
    await expect
      .poll(() => patch('bob', elsewhere), { timeout: 30_000, interval: 500 })
      .toContain('decide where requests and secrets are sent');
    expect(await patch(`system:serviceaccount:${of}:sequencer-api`, elsewhere)).toBe('was accepted');
    const forged = ['annotate', 'sequencer', 'lat', '--namespace', of, '--overwrite', 'sequencer.dev/scheduler-set={}'];
    expect(await outcomeOf(forged)).toContain('only the API can set it. Change spec.scheduler');
    const admin = [
      'create',
      'rolebinding',
      'heads',
      '--clusterrole=sequencer-admin',
      '--user=carol',
      '--namespace',
      of,
    ];
    await kubectl(admin);
    await expect
      .poll(() => patch('carol', { stopGraceSeconds: 60 }), { timeout: 30_000, interval: 500 })
      .toBe('was accepted');
  });

  test.each([
    ['operator', 'create pods', 'yes'],
    ['operator', 'patch sequencerruns/status', 'yes'],
    ['operator', 'list secrets', 'no'],
    ['operator', 'delete sequencers', 'no'],
    ['operator', 'create sequencerruns', 'yes'],
    ['operator', 'patch sequencers', 'yes'],
    ['api', 'create sequencerruns', 'yes'],
    ['api', 'patch sequencerruns/status', 'yes'],
    ['api', 'get pods', 'no'],
    ['api', 'get secrets', 'no'],
    ['runner', 'get sequencerruns', 'no'],
    ['web', 'get pods', 'no'],
  ])('service account of the %s: can-i %s answers %s', async (who, what, answer) => {
    const [verb = '', kind = ''] = what.split(' ');
    const [resource = '', subresource] = kind.split('/');
    const args = ['auth', 'can-i', verb, resource, ...(subresource ? [`--subresource=${subresource}`] : [])];
    const as = `--as=system:serviceaccount:${of}:sequencer-${who}`;
    const { stdout } = await kubectl([...args, as, '--namespace', of]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout.trim()).toBe(answer);
  });

  test('can be installed a second time in another namespace', async () => {
    const other = await namespace();
    const beside = ['--namespace', other, '--no-hooks', '--set', 'crds.install=false,clusterRoles.install=false'];
    await helm('install', 'sequencer', CHART, ...values, ...beside);
    const { stdout } = await kubectl(['get', 'sequencers', '--namespace', other, '--output', 'name']);
    expect(stdout.split('\n').filter(Boolean)).toHaveLength(2);
    await helm('uninstall', 'sequencer', '--namespace', other, '--no-hooks');
    expect(await get('deployment sequencer-api', '{.metadata.name}')).toBe('sequencer-api');
  });

  test('keeps telescopes, runs, secrets and CRDs after an uninstall, and uses them again', async () => {
    const kept =
      'sequencer,sequencerrun,configmap/satp1-ocs,secret/sequencer-run-token-key,secret/sequencer-database'.split(',');
    const uids = () => Promise.all(kept.map((what) => get(what, '{.metadata.uid}{.items[*].metadata.uid}')));
    const before = await uids();
    expect(before.every(Boolean)).toBe(true);
    await helm('uninstall', 'sequencer', '--namespace', of, '--no-hooks');
    expect(await outcomeOf(['get', 'deployment', 'sequencer-api', '--namespace', of])).toContain('not found');
    expect(await uids()).toStrictEqual(before);
    await kubectl(['get', 'crd', 'sequencers.sequencer.dev', 'sequencerruns.sequencer.dev']);
    await helm('install', 'sequencer', CHART, ...values, ...release());
    expect(await uids()).toStrictEqual(before);
  });
});
