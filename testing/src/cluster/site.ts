/** An API, an operator and a node for the namespace of one test. Only the kubelet is not real. */
import { SEQUENCERS } from '@sequencer/kubernetes/resources';
import type { SequencerSpec } from '@sequencer/model/kubernetes/sequencer';
import { client, dropNamespace, makeNamespace, makeSequencer, until } from './cluster.ts';
import { NOWHERE } from './fake-node.ts';
import { SCHEDULER, SETTINGS, startOperator, type RunningOperator } from './operators.ts';
import type { Api } from '@sequencer/api/server';
import { ask, newDatabase, start } from '../api/running-api.ts';
import { HostNode } from './host-node.ts';

export interface Site {
  namespace: string;
  databaseUrl: string;
  api: Api;
  node: HostNode;
  operator: RunningOperator;
  close: () => Promise<void>;
}

export function startApi(databaseUrl: string, namespace: string, env: Record<string, string> = {}): Promise<Api> {
  return start(databaseUrl, {
    BACKEND: 'kubernetes',
    NAMESPACE: namespace,
    RUN_TOKEN_KEY: SETTINGS.runTokenKey,
    RUNNER_TOKEN: '',
    ...env,
  });
}

/** @param schedulerUrl where schedules are pulled from */
export async function makeSite(schedulerUrl?: string): Promise<Site> {
  const namespace = await makeNamespace();
  const databaseUrl = await newDatabase();
  const api = await startApi(databaseUrl, namespace, schedulerUrl === undefined ? {} : { SCHEDULER_URL: schedulerUrl });
  const node = new HostNode();
  await node.add();
  await node.serve(namespace);
  const gatewayUrl = `${api.url.replace('http', 'ws')}/runner`;
  const operator = await startOperator(namespace, {
    settings: { ...SETTINGS, gatewayUrl },
    scheduler: { ...SCHEDULER, defaults: { ...SCHEDULER.defaults, schedulerUrl } },
  });
  const site: Site = {
    namespace,
    databaseUrl,
    api,
    node,
    operator,
    close: async () => {
      await operator.stop();
      await node.close();
      await site.api.close();
      await dropNamespace(namespace);
    },
  };
  return site;
}

/** Adds a sequencer whose pods do not run on real nodes; resolves when the API lists it. */
export async function addSequencer(
  { namespace, api }: Site,
  name: string,
  spec: Partial<SequencerSpec> = {},
): Promise<void> {
  const runner = { image: 'localhost/none:1', env: [], egress: [], nodeSelector: NOWHERE };
  await makeSequencer(namespace, name, { recordGraceSeconds: 5, ...spec, runner });
  await until(`the API lists ${name}`, async () => {
    const { data } = await ask<{ sequencers: { name: string }[] }>(api, '{ sequencers { name } }');
    return data.sequencers.some((sequencer) => sequencer.name === name);
  });
}

export async function sequencerObject({ namespace }: Site, name: string) {
  return client.get(SEQUENCERS, namespace, name);
}
