/** Events of the operator on a real API server. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENTS } from '@sequencer/kubernetes/resources';
import { makeLog } from '@sequencer/operator/runtime/log';
import { client, dropNamespace, makeNamespace, makeSequencer } from '@sequencer/testing/cluster/cluster';
import { EventRecorder } from '../../src/status/event-recorder.ts';

let namespace: string;
beforeAll(async () => {
  namespace = await makeNamespace();
});
afterAll(() => dropNamespace(namespace));

test('counts a problem that occurs again later, and renews its time', async () => {
  const sequencer = await makeSequencer(namespace, 'satp1');
  let now = Date.parse('2026-11-24T20:00:00Z');
  const record = (message: string) =>
    new EventRecorder(client, makeLog('silent'), () => now).record(sequencer, 'Warning', 'ImagePull', message);
  const recorded = async () =>
    (await client.list(EVENTS, namespace, { fieldSelector: 'involvedObject.name=satp1' })).map(
      ({ message, count, lastTimestamp }) => ({ message, count, lastTimestamp }),
    );
  await record('the image');
  now += 20_000;
  await record('the image');
  expect(await recorded()).toEqual([{ message: 'the image', count: 1, lastTimestamp: '2026-11-24T20:00:00Z' }]);
  now += 60_000;
  await record('the image');
  await record('another problem');
  expect(await recorded()).toEqual(
    expect.arrayContaining([
      { message: 'the image', count: 2, lastTimestamp: '2026-11-24T20:01:20Z' },
      { message: 'another problem', count: 1, lastTimestamp: '2026-11-24T20:01:20Z' },
    ]),
  );
});
