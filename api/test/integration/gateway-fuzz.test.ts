/** Invalid messages of a runner are handled, or its connection is closed. Other runners are not affected. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import golden from '@sequencer/model/golden/messages.json' with { type: 'json' };
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, record, start, submit, until } from '@sequencer/testing/api/running-api';

let api: Api;
beforeAll(async () => {
  api = await start(await newDatabase());
});
afterAll(() => api.close());

type Message = Record<string, unknown>;

/** A valid message with some fields changed or removed. */
const mutated = fc
  .tuple(
    fc.constantFrom(...(golden.fromRunner as Message[])),
    fc.array(fc.tuple(fc.nat(), fc.option(fc.jsonValue())), { minLength: 1, maxLength: 3 }),
  )
  .map(([good, changes]) => {
    const message: Message = { ...good };
    for (const [at, value] of changes) {
      const keys = Object.keys(message);
      const key = keys[at % keys.length] ?? 'type';
      if (value === null) Reflect.deleteProperty(message, key);
      else message[key] = value;
    }
    return JSON.stringify(message);
  });
const message = fc.oneof(fc.string(), fc.json(), mutated, fc.constant('['.repeat(50_000)));

it('survives any message of a runner, without effect on the run of another runner', { timeout: 120_000 }, async () => {
  const holder = await TestRunner.connect(api);
  const { data } = await submit(api);
  const run = data.submitRun.id;
  await until(() => {
    expect(holder.started).toEqual([run]);
  });
  const events = record(40);
  holder.events(run, events.slice(0, 1));
  let sent = 1;
  await fc.assert(
    fc.asyncProperty(fc.array(message, { minLength: 1, maxLength: 5 }), fc.boolean(), async (texts, welcomed) => {
      const odd = await TestRunner.connect(api, [], { sequencer: 'lat' });
      if (welcomed) {
        await until(() => {
          expect(odd.received[0]?.type).toBe('welcome');
        });
      }
      for (const text of texts) odd.raw(text);
      // The API still responds, and still receives messages of the other runner.
      holder.events(run, events.slice(sent, sent + 1));
      sent += 1;
      await until(() => {
        expect(holder.acked).toBe(sent);
      });
      const { data: seen } = await ask<{ run: { phase: string } }>(api, 'query ($id: ID!) { run(id: $id) { phase } }', {
        id: run,
      });
      expect(seen.run.phase).toBe('RUNNING');
      odd.leave();
    }),
    { numRuns: 35, seed: 4 },
  );
  holder.events(run, events.slice(sent));
  await until(async () => {
    const { data: seen } = await ask<{ run: { phase: string; output: unknown[] } }>(
      api,
      'query ($id: ID!) { run(id: $id) { phase output(first: 100) { text } } }',
      { id: run },
    );
    expect(seen.run).toMatchObject({ phase: 'SUCCEEDED' });
    expect(seen.run.output).toHaveLength(40);
  });
});

it.each(golden.badFromRunner as Message[])('closes with 4002 for %j', async (message) => {
  const odd = await TestRunner.connect(api, [], { sequencer: 'lat' });
  const closed = odd.closed();
  await until(() => {
    expect(odd.received[0]?.type).toBe('welcome');
  });
  odd.raw(JSON.stringify(message));
  expect(await closed).toBe(4002);
});
