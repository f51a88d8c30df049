import { expect, test } from 'vitest';
import { readConfig } from './config.ts';

const required = { NAMESPACE: 'a', GATEWAY_URL: 'ws://api:8000/runner', RUN_TOKEN_KEY: 'x'.repeat(32) };

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

test('gives each process an identity of its own', () => {
  expect(readConfig(required).identity).toMatch(new RegExp(`-${String(process.pid)}$`));
  expect(readConfig({ ...required, IDENTITY: 'pod-1' }).identity).toBe('pod-1');
});

test('lists all problems in one error, without the key', () => {
  const settings = { ...required, GATEWAY_URL: 'http://api', GATEWAY_PODS: 'api', RUN_TOKEN_KEY: 'hunter2' };
  expect(() => readConfig(settings)).toThrow(/GATEWAY_URL: [^]*"http:\/\/api"[^]*RUN_TOKEN_KEY: [^]*GATEWAY_PODS: /);
  expect(() => readConfig(settings)).not.toThrow('hunter2');
});

test('states what a required setting that is missing means', () => {
  expect(() => readConfig({})).toThrow(
    'NAMESPACE: is required. Set it to the namespace of the Sequencer and SequencerRun objects.',
  );
});
