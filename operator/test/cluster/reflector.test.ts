import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BackOff } from '@sequencer/kubernetes/back-off';
import { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { ConfigMap } from '@sequencer/kubernetes/objects';
import { Reflector, type ReflectorOptions } from '@sequencer/kubernetes/reflector';
import { CONFIG_MAPS } from '@sequencer/kubernetes/resources';
import { client, dropNamespace, makeNamespace, until } from '@sequencer/testing/cluster/cluster';
import { startProxy, type CutProxy } from '@sequencer/testing/cluster/proxy';

let namespace: string;
let proxy: CutProxy;
let ending: AbortController;
let running: Promise<void> | undefined;

beforeAll(async () => {
  namespace = await makeNamespace();
  proxy = await startProxy();
});
afterAll(async () => {
  proxy.close();
  await dropNamespace(namespace);
});
afterEach(async () => {
  proxy.down(false);
  proxy.silence(false);
  ending.abort();
  await running;
  for (const { metadata } of await client.list(CONFIG_MAPS, namespace))
    await client.remove(CONFIG_MAPS, namespace, metadata);
});

interface Rig {
  reflector: Reflector<ConfigMap>;
  changes: string[];
  troubles: unknown[];
}

async function start(more: Partial<ReflectorOptions<ConfigMap>> = {}): Promise<Rig> {
  ending = new AbortController();
  const changes: string[] = [];
  const troubles: unknown[] = [];
  const reflector = new Reflector({
    client: proxy.client,
    resource: CONFIG_MAPS,
    namespace,
    query: { labelSelector: 'test=yes' },
    changed: (before, after) => {
      changes.push(`${before?.data?.is ?? '-'}>${after?.data?.is ?? '-'}`);
    },
    onError: (error) => troubles.push(error),
    backOff: new BackOff(20, 500),
    ...more,
  });
  running = reflector.run(ending.signal);
  await reflector.ready;
  return { reflector, changes, troubles };
}

const make = (name: string, is: string) =>
  client.create(CONFIG_MAPS, namespace, { metadata: { name, labels: { test: 'yes' } }, data: { is } });
const set = (name: string, is: string) => client.merge(CONFIG_MAPS, namespace, name, { data: { is } });
const holds = (reflector: Reflector<ConfigMap>) =>
  [...reflector.all()].map(({ metadata, data }) => `${metadata.name}=${data?.is ?? ''}`).sort();
const sees = (reflector: Reflector<ConfigMap>, ...list: string[]) =>
  until(`it holds ${list.join()}`, () => {
    expect(holds(reflector)).toEqual(list.sort());
    return true;
  });

test('lists in pages, and follows what is made, changed and deleted', async () => {
  for (let i = 0; i < 7; i++) await make(`a${String(i)}`, '1');
  const { reflector, changes } = await start({ pageSize: 3 });
  expect(reflector.size).toBe(7);
  expect(changes).toEqual(Array<string>(7).fill('->1'));
  changes.length = 0;
  const made = await make('b', '1');
  await set('b', '2');
  await client.remove(CONFIG_MAPS, namespace, made.metadata);
  await until('it has seen all', () => changes.length === 3);
  expect(changes).toEqual(['->1', '1>2', '2>-']);
  expect(reflector.counts).toEqual({ lists: 1, watches: 1 });
});

test('goes on after every cut from where it was, without another list', async () => {
  const { reflector } = await start();
  const expected: string[] = [];
  for (let i = 0; i < 12; i++) {
    await make(`c${String(i)}`, '1');
    expected.push(`c${String(i)}=1`);
    proxy.cut();
  }
  await sees(reflector, ...expected);
  expect(reflector.counts.lists).toBe(1);
});

test('a server that is away for a while: what was made, changed and deleted meanwhile is seen afterwards', async () => {
  const stays = await make('stays', '1');
  const goes = await make('goes', '1');
  const { reflector, changes, troubles } = await start();
  proxy.down(true);
  await until('it has tried in vain for so long that it lists again', () => troubles.length > 7);
  await make('comes', '1');
  await set(stays.metadata.name, '2');
  await client.remove(CONFIG_MAPS, namespace, goes.metadata);
  changes.length = 0;
  proxy.down(false);
  await sees(reflector, 'comes=1', 'stays=2');
  expect(changes.sort()).toEqual(['->1', '1>-', '1>2'].sort());
  expect(reflector.counts.lists).toBeGreaterThan(1);
});

test('silence is noticed', async () => {
  const { reflector, troubles } = await start({ inactivityMs: 1000 });
  proxy.silence(true);
  await make('d', '1');
  await until('it has noticed', () => troubles.length > 0);
  expect(troubles[0]).toBeInstanceOf(KubernetesError);
  proxy.silence(false);
  proxy.cut();
  await sees(reflector, 'd=1');
});

test('a version that is too old leads to a new list', async () => {
  await make('e', '1');
  let old = false;
  /** Asks once for a version that no server remembers. */
  class Forgetful extends KubernetesClient {
    override open(...[method, path, ask]: Parameters<KubernetesClient['open']>) {
      if (!old || ask.query?.watch !== true) return super.open(method, path, ask);
      old = false;
      return super.open(method, path, { ...ask, query: { ...ask.query, resourceVersion: '1' } });
    }
  }
  const { reflector, troubles } = await start({ client: new Forgetful(proxy.config) });
  // It watches by now, so that what is cut is a watch and not the question with the old version.
  await set('e', '1.1');
  await sees(reflector, 'e=1.1');
  old = true;
  proxy.cut();
  await until('it was told so', () => troubles.some((error) => error instanceof KubernetesError && error.expired));
  await set('e', '2');
  await sees(reflector, 'e=2');
  expect(reflector.counts.lists).toBe(2);
});

test('tells every object again now and then', async () => {
  await make('f', '1');
  const { changes } = await start({ resyncMs: 200 });
  await until('it was told twice more', () => changes.filter((change) => change === '1>1').length >= 2);
});

test('ends when it is told to, also in the middle of a wait', async () => {
  await start({ backOff: new BackOff(60_000, 60_000) });
  proxy.down(true);
  ending.abort();
  await running;
});
