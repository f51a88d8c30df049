/** Operators in the process of the test, each with a cache of its own. */
import { KubernetesClient, defaultKubeConfig } from '@sequencer/kubernetes/client';
import { makeLog } from '@sequencer/operator/runtime/log';
import { makeMetrics } from '@sequencer/operator/runtime/metrics';
import { Operator, type OperatorOptions } from '@sequencer/operator/operator';
import { MANAGER } from '@sequencer/operator/status/status';
import { until } from './cluster.ts';

const client = new KubernetesClient(defaultKubeConfig(), MANAGER);

export const SETTINGS = {
  gatewayUrl: 'ws://nowhere.invalid:8000/runner',
  runTokenKey: 'a key for the tests, 32 characters or more',
  gatewayPods: { 'app.kubernetes.io/component': 'api' },
  dnsNamespace: 'kube-system',
  dnsCidrs: [],
  runnerLabels: { 'app.kubernetes.io/instance': 'site' },
};

export const SCHEDULER: OperatorOptions['scheduler'] = {
  defaults: { schedulerPolicy: '{"policy": "dummy", "config": {}}', schedulerLengthMinutes: 90 },
  headers: new Map(),
};

export interface RunningOperator {
  operator: Operator;
  stop: () => Promise<void>;
}

let last = 0;

export async function startOperator(
  namespace: string,
  more: Partial<OperatorOptions> & { client?: KubernetesClient } = {},
): Promise<RunningOperator> {
  const ending = new AbortController();
  last += 1;
  const operator = new Operator({
    client,
    namespace,
    identity: `operator-${String(last)}`,
    leaseName: 'operator',
    settings: SETTINGS,
    scheduler: SCHEDULER,
    log: makeLog(process.env.OPERATOR_LOG ?? 'silent'),
    metrics: makeMetrics(),
    lease: { leaseMs: 4000, renewMs: 2500, retryMs: 300 },
    ...more,
  });
  const running = operator.run(ending.signal);
  await until('the operator has filled its cache', () => operator.ready);
  return {
    operator,
    stop: async () => {
      ending.abort();
      await running;
    },
  };
}
