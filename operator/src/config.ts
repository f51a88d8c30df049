/** The operator's settings, read from the environment once. `docs/configuration.md` is generated from them. */
import { hostname } from 'node:os';
import { kubeconfig } from '@sequencer/kubernetes/settings';
import { list, logLevel, oneOf, port } from '@sequencer/model/setting-types';
import { documentation, readSettings, type Environment } from '@sequencer/model/settings';
import { schedulerEnvironment } from '@sequencer/scheduler/settings';
import { z } from 'zod';

const labels = list
  .transform((items) => items.map((item) => item.split('=')))
  .refine(
    (pairs) => pairs.every(([key, value]) => key && value !== undefined),
    'must be labels with commas between them',
  )
  .transform((pairs) => Object.fromEntries(pairs.map(([key = '', value = '']) => [key, value])));

/** The chart has the values of headers in a Secret. */
const { SCHEDULER_HEADERS_FILE: _file, ...scheduler } = schedulerEnvironment;

const CIDR = z.union([z.cidrv4(), z.cidrv6()]);

export const schema = z.object({
  NAMESPACE: z.string().register(documentation, {
    description: 'the namespace of the Sequencer and SequencerRun objects',
    example: 'sequencer',
  }),
  KUBECONFIG: kubeconfig,
  GATEWAY_URL: z
    .url({ protocol: /^wss?$/, error: 'must be an address that begins with ws:// or wss://' })
    .register(documentation, {
      description: 'the address at which runners reach the API',
      example: 'ws://sequencer-api:8000/runner',
    }),
  RUN_TOKEN_KEY: z.string().min(32, 'must have at least 32 characters').register(documentation, {
    description: 'the key that signs the tokens of runs, with at least 32 characters, the same as for the API',
    example: '$(head -c 32 /dev/urandom | base64)',
    secret: true,
  }),
  GATEWAY_PODS: labels
    .prefault('app.kubernetes.io/name=sequencer,app.kubernetes.io/component=api')
    .register(documentation, {
      description: "the labels of the API's pods, which runners may reach",
      example: 'app.kubernetes.io/instance=sequencer,app.kubernetes.io/component=api',
    }),
  DNS_NAMESPACE: z.string().min(1, 'must be the name of a namespace').prefault('kube-system').register(documentation, {
    description: "the namespace of the cluster's name server, which runners may reach",
    example: 'openshift-dns',
  }),
  DNS_CIDRS: list
    .refine((cidrs) => cidrs.every((cidr) => CIDR.safeParse(cidr).success), 'must be address ranges')
    .prefault('')
    .register(documentation, {
      description: 'the addresses of other name servers that runners may reach, separated by commas',
      example: '169.254.20.10/32',
    }),
  RUNNER_IMAGE: z.string().max(1024, 'must have at most 1024 characters').optional().register(documentation, {
    description:
      'the runner image of Sequencer objects without `spec.runner.image`. The chart sets it to its own. Without it, such a sequencer cannot run scripts',
    example: 'registry.example/sequencer-runner:1.2.0',
  }),
  RUNNER_PULL_POLICY: oneOf('Always', 'IfNotPresent', 'Never').optional().register(documentation, {
    description: 'the pull policy of that image: `Always`, `IfNotPresent` or `Never`',
    unset: "Kubernetes' default",
    example: 'IfNotPresent',
  }),
  RUNNER_PULL_SECRETS: list.prefault('').register(documentation, {
    description: 'the pull Secrets of that image, separated by commas',
    example: 'registry-login',
  }),
  RUNNER_LABELS: labels.prefault('').register(documentation, {
    description: 'labels of the pods, Secrets and network policies of runners, besides those of the operator',
    example: 'app.kubernetes.io/instance=sequencer',
  }),
  ...scheduler,
  LEASE_NAME: z.string().prefault('sequencer-operator').register(documentation, {
    description: 'the Lease by which several operators elect a leader',
    example: 'sequencer-operator-b',
  }),
  IDENTITY: z
    .string()
    // The host name identifies a pod; the process ID distinguishes processes on one machine.
    .default(() => `${hostname()}-${String(process.pid)}`)
    .register(documentation, {
      description: 'the name of this operator in the Lease',
      unset: 'host name and process ID',
      example: 'operator-1',
    }),
  HOST: z.string().prefault('0.0.0.0').register(documentation, {
    description: 'the address of `/healthz`, `/readyz` and `/metrics`',
    example: '127.0.0.1',
  }),
  PORT: port().prefault('8080').register(documentation, {
    description: 'the port of `/healthz`, `/readyz` and `/metrics`. With 0, the system chooses a free one',
    example: '9090',
  }),
  LOG_LEVEL: logLevel.prefault('info').register(documentation, {
    description:
      'the least important messages to log: `fatal`, `error`, `warn`, `info`, `debug`, `trace`, or `silent` for none',
    example: 'debug',
  }),
});

/** @throws SettingsError that lists all problems */
export function readConfig(env: Environment) {
  const settings = readSettings('the operator', schema, env);
  const { runnerImage: image, runnerPullPolicy: pullPolicy, runnerPullSecrets: pullSecrets } = settings;
  return { ...settings, runnerImage: image === undefined ? null : { image, pullPolicy, pullSecrets } };
}
