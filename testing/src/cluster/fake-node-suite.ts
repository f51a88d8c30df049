/** The set-up that test files with a fake node share: a namespace, a node without a kubelet and an operator. */
import { afterAll, beforeAll } from 'vitest';
import { RUNS, SEQUENCERS } from '@sequencer/kubernetes/resources';
import type { Sequencer, SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import type { RunSpec, SequencerRun } from '@sequencer/model/kubernetes/sequencer-run';
import type { KubernetesPhase } from '@sequencer/model/kubernetes/enums';
import {
  client,
  dropNamespace,
  inPhase,
  makeNamespace,
  makeSequencer,
  namespaceName,
  reasonMatches,
  submit,
} from './cluster.ts';
import { FakeNode, NOWHERE } from './fake-node.ts';
import { startOperator, type RunningOperator } from './operators.ts';

export interface FakeNodeSuite {
  namespace: string;
  node: FakeNode;
  /** It runs from the first test on. `start` starts another one after `stop`. */
  operator: { stop: () => Promise<void>; start: () => Promise<void> };
  /** Creates a sequencer for one test, whose pods no real node can take, and returns its name. */
  sequencer: (spec?: Partial<SequencerSpec>, runner?: Partial<SequencerSpec['runner']>) => Promise<string>;
  /** Submits a run and returns its name. */
  start: (sequencer: string, spec?: Partial<RunSpec>) => Promise<string>;
  inPhase: (run: string, phase: KubernetesPhase) => Promise<SequencerRun>;
  reasonOf: (run: string, pattern: RegExp) => Promise<SequencerRun>;
  changeRun: (run: string, spec: object) => Promise<SequencerRun>;
  getSequencer: (name: string) => Promise<Sequencer>;
}

/** Sets up before the first test of the file that calls it, and cleans up after the last. */
export function useFakeNode(options: Parameters<typeof startOperator>[1] = {}): FakeNodeSuite {
  const namespace = namespaceName();
  const node = new FakeNode();
  let running: RunningOperator;
  let sequencers = 0;
  const operator = {
    stop: () => running.stop(),
    start: async () => {
      running = await startOperator(namespace, options);
    },
  };

  beforeAll(async () => {
    await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' }, namespace);
    await node.add();
    await operator.start();
  });
  afterAll(async () => {
    await operator.stop();
    await node.remove();
    await dropNamespace(namespace);
  });

  return {
    namespace,
    node,
    operator,
    sequencer: async (spec = {}, runner = {}) => {
      sequencers += 1;
      const name = `seq${String(sequencers)}`;
      await makeSequencer(namespace, name, {
        ...spec,
        runner: { image: 'localhost/none:1', env: [], egress: [], nodeSelector: NOWHERE, ...runner },
      });
      return name;
    },
    start: async (sequencer, spec) => (await submit(namespace, sequencer, spec)).metadata.name,
    inPhase: (run, phase) => inPhase(namespace, run, phase),
    reasonOf: (run, pattern) => reasonMatches(namespace, run, pattern),
    changeRun: (run, spec) => client.merge(RUNS, namespace, run, { spec }),
    getSequencer: (name) => client.get(SEQUENCERS, namespace, name),
  };
}
