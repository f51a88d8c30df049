/** The API while the API server of the cluster is unreachable. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { submit as create, until } from '@sequencer/testing/cluster/cluster';
import { startProxy } from '@sequencer/testing/cluster/proxy';
import { ask, submit } from '@sequencer/testing/api/running-api';
import { addSequencer, makeSite, startApi, type Site } from '@sequencer/testing/cluster/site';

let site: Site;

beforeAll(async () => {
  site = await makeSite();
});
afterAll(() => site.close());

test('shows the last known state without the API server, marked as such, until the server is back', async () => {
  const sequencer = 'satp1';
  await addSequencer(site, sequencer, { mode: 'Off' });
  const proxy = await startProxy();
  const folder = mkdtempSync('/tmp/sequencer-kubeconfig-');
  const before = process.env.KUBECONFIG ?? '';
  writeFileSync(`${folder}/config`, proxy.config.exportConfig());
  process.env.KUBECONFIG = `${folder}/config`;
  const api = await startApi(site.databaseUrl, site.namespace).finally(() => {
    process.env.KUBECONFIG = before;
  });
  const since = async () => {
    const { data } = await ask<{ sequencers: { name: string; lastKnownSince: string | null }[] }>(
      api,
      '{ sequencers { name lastKnownSince } }',
    );
    const [own] = data.sequencers.filter(({ name }) => name === sequencer);
    if (!own) throw new Error(`${sequencer} is not listed`);
    return own.lastKnownSince;
  };
  try {
    expect(await since()).toBeNull();
    proxy.down(true);
    await until('the state is marked as last known', async () => (await since()) !== null);
    const { errors } = await submit(api, { sequencer, start: 'QUEUED' });
    expect(errors?.[0]?.extensions.code).toBe('CLUSTER_AWAY');
    proxy.down(false);
    await until('the state is current again', async () => (await since()) === null);
    const created = await create(site.namespace, sequencer, { title: 'made meanwhile' });
    await until('the API has the run', async () => {
      const { data } = await ask<{ run: { title: string } | null }>(
        api,
        'query ($id: ID!) { run(id: $id) { title } }',
        {
          id: created.metadata.uid,
        },
      );
      return data.run?.title === 'made meanwhile';
    });
  } finally {
    await api.close();
    proxy.close();
    rmSync(folder, { recursive: true });
  }
});
