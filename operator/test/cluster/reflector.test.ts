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
let stopping: AbortController;
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
  stopping.abort();
  await running;
  for (const { metadata } of await client.list(CONFIG_MAPS, namespace))
    await client.remove(CONFIG_MAPS, namespace, metadata);
});

interface Rig {
  reflector: Reflector<ConfigMap>;
  changes: string[];
  errors: unknown[];
}

async function start(more: Partial<ReflectorOptions<ConfigMap>> = {}): Promise<Rig> {
  stopping = new AbortController();
  const changes: string[] = [];
  const errors: unknown[] = [];
  const reflector = new Reflector({
    client: proxy.client,
    resource: CONFIG_MAPS,
    namespace,
    query: { labelSelector: 'test=yes' },
    changed: (before, after) => {
      changes.push(`${before?.data?.is ?? '-'}>${after?.data?.is ?? '-'}`);
    },
    onError: (error) => errors.push(error),
    backOff: new BackOff(20, 500),
    ...more,
  });
  running = reflector.run(stopping.signal);
  await reflector.ready;
  return { reflector, changes, errors };
}

const make = (name: string, is: string) =>
  client.create(CONFIG_MAPS, namespace, { metadata: { name, labels: { test: 'yes' } }, data: { is } });
const set = (name: string, is: string) => client.merge(CONFIG_MAPS, namespace, name, { data: { is } });
const contents = (reflector: Reflector<ConfigMap>) =>
  [...reflector.all()].map(({ metadata, data }) => `${metadata.name}=${data?.is ?? ''}`).sort();
const contains = (reflector: Reflector<ConfigMap>, ...list: string[]) =>
  until(`the cache has ${list.join()}`, () => {
    expect(contents(reflector)).toEqual(list.sort());
    return true;
  });

test('lists in pages, then follows created, changed and deleted objects', async () => {
  for (let i = 0; i < 7; i++) await make(`a${String(i)}`, '1');
  const { reflector, changes } = await start({ pageSize: 3 });
  expect(reflector.size).toBe(7);
  expect(changes).toEqual(Array<string>(7).fill('->1'));
  changes.length = 0;
  const made = await make('b', '1');
  await set('b', '2');
  await client.remove(CONFIG_MAPS, namespace, made.metadata);
  await until('it has reported all changes', () => changes.length === 3);
  expect(changes).toEqual(['->1', '1>2', '2>-']);
  expect(reflector.counts).toEqual({ lists: 1, watches: 1 });
});

test('resumes the watch after each cut connection without a new list', async () => {
  const { reflector } = await start();
  const expected: string[] = [];
  for (let i = 0; i < 12; i++) {
    await make(`c${String(i)}`, '1');
    expected.push(`c${String(i)}=1`);
    proxy.cut();
  }
  await contains(reflector, ...expected);
  expect(reflector.counts.lists).toBe(1);
});

test('reports what was created, changed and deleted while the server was unreachable', async () => {
  const stays = await make('stays', '1');
  const goes = await make('goes', '1');
  const { reflector, changes, errors } = await start();
  proxy.down(true);
  await until('it has failed so often that it will list again', () => errors.length > 7);
  await make('comes', '1');
  await set(stays.metadata.name, '2');
  await client.remove(CONFIG_MAPS, namespace, goes.metadata);
  changes.length = 0;
  proxy.down(false);
  await contains(reflector, 'comes=1', 'stays=2');
  expect(changes.sort()).toEqual(['->1', '1>-', '1>2'].sort());
  expect(reflector.counts.lists).toBeGreaterThan(1);
});

test('detects a silent connection', async () => {
  const { reflector, errors } = await start({ inactivityMs: 1000 });
  proxy.silence(true);
  await make('d', '1');
  await until('it reports an error', () => errors.length > 0);
  expect(errors[0]).toBeInstanceOf(KubernetesError);
  proxy.silence(false);
  proxy.cut();
  await contains(reflector, 'd=1');
});

test('lists again when its version is too old', async () => {
  await make('e', '1');
  let old = false;
  /** Watches once from a version that no server has any more. */
  class OutdatedClient extends KubernetesClient {
    override async open(...[method, path, call]: Parameters<KubernetesClient['open']>) {
      if (!old || call.query?.watch !== true) return super.open(method, path, call);
      const response = await super.open(method, path, { ...call, query: { ...call.query, resourceVersion: '1' } });
      // Only now: a request that the cut hits is repeated.
      old = false;
      return response;
    }
  }
  const { reflector, errors } = await start({ client: new OutdatedClient(proxy.config, 'sequencer-operator') });
  // The watch is open by now, so that the cut hits it and not the request with the old version.
  await set('e', '1.1');
  await contains(reflector, 'e=1.1');
  old = true;
  proxy.cut();
  await until('it reports that the version has expired', () =>
    errors.some((error) => error instanceof KubernetesError && error.expired),
  );
  await set('e', '2');
  await contains(reflector, 'e=2');
  expect(reflector.counts.lists).toBe(2);
});

test('reports every object again at each resync', async () => {
  await make('f', '1');
  const { changes } = await start({ resyncMs: 200 });
  await until('the object is reported twice more', () => changes.filter((change) => change === '1>1').length >= 2);
});

test('ends when its signal is aborted, also during a back-off', async () => {
  await start({ backOff: new BackOff(60_000, 60_000) });
  proxy.down(true);
  stopping.abort();
  await running;
});
