/** The operator's settings, read from the environment once. Reference: `docs/configuration.md`. */
import { hostname } from 'node:os';
import { z } from 'zod';
import type { RunnerImage } from './pods/runner-image.ts';

const labels = z
  .string()
  .transform((text) => text.split(',').map((part) => part.split('=')))
  .refine((pairs) => pairs.every(([key, value]) => key && value !== undefined), {
    error: 'GATEWAY_PODS must be labels such as app.kubernetes.io/component=api,app.kubernetes.io/instance=sequencer.',
  })
  .transform((pairs) => Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value])));

export const schema = z.object({
  NAMESPACE: z.string('NAMESPACE must be set to the namespace of the Sequencer objects.').min(1),
  GATEWAY_URL: z.url({
    protocol: /^wss?$/,
    error: 'GATEWAY_URL must be set to an address such as ws://sequencer-api:8000/runner.',
  }),
  GATEWAY_PODS: labels.prefault('app.kubernetes.io/name=sequencer,app.kubernetes.io/component=api'),
  RUN_TOKEN_KEY: z
    .string('RUN_TOKEN_KEY must be set to the same value as for the API. It signs the tokens of runners.')
    .min(32, 'RUN_TOKEN_KEY must have at least 32 characters.'),
  RUNNER_IMAGE: z.string().min(1).max(1024).optional(),
  RUNNER_PULL_POLICY: z.enum(['Always', 'IfNotPresent', 'Never']).optional(),
  RUNNER_PULL_SECRETS: z
    .string()
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .prefault(''),
  LEASE_NAME: z.string().min(1).default('sequencer-operator'),
  IDENTITY: z.string().min(1).optional(),
  HOST: z.string().default('0.0.0.0'),
  PORT: z.coerce.number('PORT must be a number.').int().min(0).max(65535).default(8080),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface Config {
  namespace: string;
  gatewayUrl: string;
  gatewayPods: Record<string, string>;
  runTokenKey: string;
  runnerImage: RunnerImage | null;
  leaseName: string;
  identity: string;
  host: string;
  port: number;
  logLevel: string;
}

/** Throws one Error that lists all problems. */
export function readConfig(env: Record<string, string | undefined>): Config {
  const result = schema.safeParse(env);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new Error(`Invalid settings of the operator:\n${problems.join('\n')}`);
  }
  const value = result.data;
  return {
    namespace: value.NAMESPACE,
    gatewayUrl: value.GATEWAY_URL,
    gatewayPods: value.GATEWAY_PODS,
    runTokenKey: value.RUN_TOKEN_KEY,
    runnerImage: value.RUNNER_IMAGE
      ? { image: value.RUNNER_IMAGE, pullPolicy: value.RUNNER_PULL_POLICY, pullSecrets: value.RUNNER_PULL_SECRETS }
      : null,
    leaseName: value.LEASE_NAME,
    // The host name identifies a pod; the process id distinguishes processes on one machine.
    identity: value.IDENTITY ?? `${hostname()}-${String(process.pid)}`,
    host: value.HOST,
    port: value.PORT,
    logLevel: value.LOG_LEVEL,
  };
}
