/** Values that cannot be used are refused before anything is made, in words. */
import { describe, expect, test } from 'vitest';
import { render, valuesOf } from '@sequencer/testing/install/helm';

const USERS = 'auth.password.users={alice:admin:hash}';
const GOOD = ['auth.modes={password}', USERS, 'database.bundled.enabled=true'];

async function refusal(...values: string[]): Promise<string> {
  const answer = await render('seq', ...values.flatMap((value) => ['--set', value])).then(
    () => 'was rendered',
    (error: unknown) => (error as { stderr: string }).stderr,
  );
  return answer;
}

test('good values are rendered', async () => {
  expect(await refusal(...GOOD)).toBe('was rendered');
});

describe('what does not go together', () => {
  const bundled = 'database.bundled.enabled=true';
  const site = ['ingress.enabled=true', 'ingress.host=site.example'];
  test.each<[string, string[], string]>([
    ['no sign-in', [bundled], 'auth.modes is empty: everybody in the cluster could command the telescopes.'],
    ['an ingress without sign-in', [bundled, ...site], 'auth.modes is empty: with an ingress, a route, a NodePort'],
    ['a NodePort without sign-in', [bundled, 'web.service.type=NodePort'], 'auth.modes is empty: with an ingress'],
    ['no users', [bundled, 'auth.modes={password}'], 'auth.password: give users, lines that'],
    ['users twice', [...GOOD, 'auth.password.existingSecret=x'], 'give either users or existingSecret, and not both.'],
    ['no provider', [bundled, 'auth.modes={oidc}'], 'auth.oidc.issuer is empty: the way oidc needs it.'],
    ['no roles', [bundled, 'auth.modes={oidc}'], 'auth.roleGroups is empty: oidc and proxy need to know'],
    ['no proxy secret', [bundled, 'auth.modes={proxy}'], 'auth.proxy.existingSecret is empty: the proxy proves'],
    ['no proxy address', [bundled, 'auth.modes={proxy}'], 'auth.trustedProxies is empty: the way proxy needs'],
    ['no database', ['auth.modes={password}', USERS], 'database: there is none. Give exactly one of'],
    ['two databases', [...GOOD, 'database.cloudNativePG.enabled=true'], 'database: there is more than one.'],
    ['no host', [...GOOD, 'ingress.enabled=true'], 'ingress.host is empty: the name of the site.'],
    ['no gateway', [...GOOD, 'httpRoute.enabled=true'], 'httpRoute: host and parentRefs have to be given.'],
    ['both', [...GOOD, ...site, 'httpRoute.enabled=true'], 'ingress and httpRoute are both enabled: choose one.'],
    ['no address', [...GOOD, 'web.service.type=NodePort'], 'publicUrl is empty: with a NodePort it has to say'],
    [
      'an empty ocs',
      [...GOOD, 'sequencers.satp1.ocs.configMap='],
      'sequencers.satp1.ocs: give either configMap or files.',
    ],
  ])('%s', async (_name, values, sentence) => {
    const text = await refusal(...values);
    expect(text).toContain('The chart cannot be installed with these values:');
    expect(text).toContain(`- ${sentence}`.replace('- give', 'give'));
  });

  test('all at once', async () => {
    expect((await refusal('auth.modes={proxy}')).match(/^ {2}- /gm)).toHaveLength(4);
  });
});

describe('what is wrong by itself', () => {
  test.each([
    ['a value that there is not', 'api.replica=3', "at '/api': additional properties 'replica' not allowed"],
    ['a number that is none', 'api.replicas=many', "at '/api/replicas': got string, want integer"],
    ['a way to sign in that there is not', 'auth.modes={none}', "must be one of 'password', 'oidc', 'proxy'"],
    ['a telescope that cannot be named so', 'sequencers.SAT_P1.mode=Queue', "invalid propertyName 'SAT_P1'"],
    ['a mode that there is not', 'sequencers.satp1.mode=On', "must be one of 'Off', 'Queue', 'Scheduler'"],
    ['a path without its slash', 'ingress.path=/nextline', "at '/ingress/path': '/nextline' does not match pattern"],
    ['a digest that is none', 'web.image.digest=latest', "at '/web/image/digest': 'latest' does not match pattern"],
    ['a port that there is not', 'runner.egress[0].ports[0]=70000', 'maximum: got 70,000, want 65,535'],
    ['a line that is no user', 'auth.password.users={alice}', "at '/auth/password/users/0': 'alice' does not match"],
  ])('%s', async (_name, value, sentence) => {
    const text = await refusal(...GOOD, value);
    expect(text).toContain("values don't meet the specifications of the schema");
    expect(text).toContain(sentence);
  });
});

test('what a telescope has of its own goes before what all have', async () => {
  const text = await render('seq', ...valuesOf('site.yaml'), '--show-only', 'templates/sequencers.yaml');
  const [lat = '', satp1 = ''] = text.split('kind: Sequencer\n').slice(1);
  expect(lat).toContain('memory: 8Gi');
  expect(lat).toContain('cidr: 10.20.0.0/24');
  expect(lat).toContain('hostname: daq-lat-control');
  expect(satp1).toContain('memory: 2Gi');
  expect(satp1).not.toContain('hostname');
  for (const one of [lat, satp1]) expect(one).toContain('image: registry.site.example/runner:2026.11');
});
