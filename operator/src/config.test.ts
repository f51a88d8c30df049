import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig, schema } from './config.ts';

const needed = { NAMESPACE: 'a', GATEWAY_URL: 'ws://api:8000/runner', RUN_TOKEN_KEY: 'x'.repeat(32) };

test('every setting is described', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  for (const name of Object.keys(schema.shape)) expect(page).toContain(`\`${name}\``);
});

test('labels of the gateway are read', () => {
  expect(readConfig(needed).gatewayPods).toEqual({
    'app.kubernetes.io/name': 'sequencer',
    'app.kubernetes.io/component': 'api',
  });
  expect(readConfig({ ...needed, GATEWAY_PODS: 'app=api' }).gatewayPods).toEqual({ app: 'api' });
});

test('the image for sequencers without one of their own is read with how it is pulled', () => {
  const settings = { RUNNER_IMAGE: 'runner:1', RUNNER_PULL_POLICY: 'Always', RUNNER_PULL_SECRETS: 'one,two' };
  expect(readConfig({ ...needed, ...settings }).runnerImage).toEqual({
    image: 'runner:1',
    pullPolicy: 'Always',
    pullSecrets: ['one', 'two'],
  });
  expect(readConfig(needed).runnerImage).toBeNull();
});

test('what is wrong is named, all at once', () => {
  const settings = { ...needed, GATEWAY_URL: 'http://api', GATEWAY_PODS: 'api', RUN_TOKEN_KEY: 'short' };
  expect(() => readConfig(settings)).toThrow(/GATEWAY_URL[^]*GATEWAY_PODS[^]*RUN_TOKEN_KEY/);
});
