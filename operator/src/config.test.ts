import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig, schema } from './config.ts';

const required = { NAMESPACE: 'a', GATEWAY_URL: 'ws://api:8000/runner', RUN_TOKEN_KEY: 'x'.repeat(32) };

test('docs/configuration.md describes every setting', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/configuration.md'), 'utf8');
  for (const name of Object.keys(schema.shape)) expect(page).toContain(`\`${name}\``);
});

test('reads the labels of the gateway pods', () => {
  expect(readConfig(required).gatewayPods).toEqual({
    'app.kubernetes.io/name': 'sequencer',
    'app.kubernetes.io/component': 'api',
  });
  expect(readConfig({ ...required, GATEWAY_PODS: 'app=api' }).gatewayPods).toEqual({ app: 'api' });
});

test('reads the default runner image with its pull policy and pull secrets', () => {
  const settings = { RUNNER_IMAGE: 'runner:1', RUNNER_PULL_POLICY: 'Always', RUNNER_PULL_SECRETS: 'one,two' };
  expect(readConfig({ ...required, ...settings }).runnerImage).toEqual({
    image: 'runner:1',
    pullPolicy: 'Always',
    pullSecrets: ['one', 'two'],
  });
  expect(readConfig(required).runnerImage).toBeNull();
});

test('lists all problems in one error', () => {
  const settings = { ...required, GATEWAY_URL: 'http://api', GATEWAY_PODS: 'api', RUN_TOKEN_KEY: 'short' };
  expect(() => readConfig(settings)).toThrow(/GATEWAY_URL[^]*GATEWAY_PODS[^]*RUN_TOKEN_KEY/);
});
