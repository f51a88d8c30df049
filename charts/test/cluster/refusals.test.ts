/** The chart rejects unusable values before it creates anything, and explains why. */
import { describe, expect, test } from 'vitest';
import { render, valuesOf } from '@sequencer/testing/install/helm';

const USERS = 'auth.password.users={alice:admin:hash}';
const VALID = ['auth.modes={password}', USERS, 'database.bundled.enabled=true'];

async function errorOf(...values: string[]): Promise<string> {
  const answer = await render('seq', ...values.flatMap((value) => ['--set', value])).then(
    () => 'was rendered',
    (error: unknown) => (error as { stderr: string }).stderr,
  );
  return answer;
}

test('renders valid values', async () => {
  expect(await errorOf(...VALID)).toBe('was rendered');
});

describe('rejects combinations that do not work', () => {
  const bundled = 'database.bundled.enabled=true';
  const site = ['ingress.enabled=true', 'ingress.host=site.example'];
  test.each<[string, string[], string]>([
    ['no sign-in', [bundled], 'auth.modes is empty: everybody in the cluster could command the telescopes.'],
    ['an ingress without sign-in', [bundled, ...site], 'auth.modes is empty: with an ingress, a route, a NodePort'],
    ['a NodePort without sign-in', [bundled, 'web.service.type=NodePort'], 'auth.modes is empty: with an ingress'],
    ['no users', [bundled, 'auth.modes={password}'], 'auth.password: set users to lines that'],
    ['users twice', [...VALID, 'auth.password.existingSecret=x'], 'set either users or existingSecret, not both.'],
    ['no provider', [bundled, 'auth.modes={oidc}'], 'auth.oidc.issuer is empty: sign-in with oidc requires it.'],
    ['no roles', [bundled, 'auth.modes={oidc}'], 'auth.roleGroups is empty: oidc and proxy require'],
    ['no proxy secret', [bundled, 'auth.modes={proxy}'], 'auth.proxy.existingSecret is empty: the proxy authenticates'],
    ['no proxy address', [bundled, 'auth.modes={proxy}'], 'auth.trustedProxies is empty: sign-in with proxy requires'],
    ['no database', ['auth.modes={password}', USERS], 'database: none is set. Set exactly one of'],
    ['two databases', [...VALID, 'database.cloudNativePG.enabled=true'], 'database: more than one is set.'],
    [
      'more pods than the maximum',
      [...VALID, 'api.autoscaling.minReplicas=5'],
      'api.autoscaling: minReplicas is greater than maxReplicas.',
    ],
    [
      'two private authorities',
      [...VALID, 'privateCA.existingConfigMap=a', 'privateCA.existingSecret=b'],
      'privateCA: set either existingConfigMap or existingSecret, not both.',
    ],
    ['no host', [...VALID, 'ingress.enabled=true'], 'ingress.host is empty: set the host name of the site.'],
    ['no gateway', [...VALID, 'httpRoute.enabled=true'], 'httpRoute: set host and parentRefs.'],
    [
      'an ingress and a route',
      [...VALID, ...site, 'httpRoute.enabled=true'],
      'ingress and httpRoute are both enabled: choose one.',
    ],
    ['no address', [...VALID, 'web.service.type=NodePort'], 'publicUrl is empty: with a NodePort, set it'],
    [
      'an empty ocs',
      [...VALID, 'sequencers.satp1.ocs.configMap='],
      'sequencers.satp1.ocs: set either configMap or files.',
    ],
  ])('%s', async (_name, values, sentence) => {
    const text = await errorOf(...values);
    expect(text).toContain('The chart cannot be installed with these values:');
    expect(text).toContain(`- ${sentence}`.replace('- set', 'set'));
  });

  test('lists all problems in one error', async () => {
    expect((await errorOf('auth.modes={proxy}')).match(/^ {2}- /gm)).toHaveLength(4);
  });
});

describe('rejects values that the schema does not allow', () => {
  test.each([
    ['an unknown value', 'api.replica=3', "at '/api': additional properties 'replica' not allowed"],
    ['a value that is not a number', 'api.replicas=many', "at '/api/replicas': got string, want integer"],
    ['an unknown sign-in method', 'auth.modes={none}', "must be one of 'password', 'oidc', 'proxy'"],
    ['an invalid name of a telescope', 'sequencers.SAT_P1.mode=Queue', "invalid propertyName 'SAT_P1'"],
    ['an unknown mode', 'sequencers.satp1.mode=On', "must be one of 'Off', 'Queue', 'Scheduler'"],
    [
      'a path without its last slash',
      'ingress.path=/nextline',
      "at '/ingress/path': '/nextline' does not match pattern",
    ],
    ['an invalid digest', 'web.image.digest=latest', "at '/web/image/digest': 'latest' does not match pattern"],
    ['an invalid port', 'runner.egress[0].ports[0]=70000', 'maximum: got 70,000, want 65,535'],
    ['an invalid user line', 'auth.password.users={alice}', "at '/auth/password/users/0': 'alice' does not match"],
  ])('%s', async (_name, value, sentence) => {
    const text = await errorOf(...VALID, value);
    expect(text).toContain("values don't meet the specifications of the schema");
    expect(text).toContain(sentence);
  });
});

test('the settings of one telescope override those of all telescopes', async () => {
  const text = await render('seq', ...valuesOf('site.yaml'), '--show-only', 'templates/sequencers.yaml');
  const [lat = '', satp1 = ''] = text.split('kind: Sequencer\n').slice(1);
  expect(lat).toContain('memory: 8Gi');
  expect(lat).toContain('cidr: 10.20.0.0/24');
  expect(lat).toContain('hostname: daq-lat-control');
  expect(satp1).toContain('memory: 2Gi');
  expect(satp1).not.toContain('hostname');
  for (const one of [lat, satp1]) expect(one).toContain('image: registry.site.example/runner:2026.11');
});
