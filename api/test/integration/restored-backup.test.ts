/** Scripts that run while the database is an older one. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { startRunner } from '@sequencer/testing/api/real-runner';
import {
  TestRunner,
  ask,
  newDatabase,
  record,
  start,
  submit,
  outputOf,
  phaseOf,
  until,
} from '@sequencer/testing/api/running-api';

let api: Api;
beforeEach(async () => {
  api = await start(await newDatabase());
});
afterEach(() => api.close());

describe('a running script whose run is not in the database, as after the restore of an older backup', () => {
  const facts = { by: 'anna', title: 'Scan', arguments: ['--el', '50'] };
  // Text that looks like an escape of the store.
  const script = "scan('\\u{0}')\n";
  const source = ({ name }: { name: string }) =>
    name === 'source' ? { ok: true, result: { file: '<script>', text: script } } : { ok: true };

  const detailsOf = async (id: string) => {
    const query =
      'query ($id: ID!) { run(id: $id) { phase title submittedBy arguments script sequencer { activeRun { id } } } }';
    return (await ask<{ run: Record<string, unknown> | null }>(api, query, { id })).data.run;
  };

  it('is recorded, can be stopped, and the next run starts after it', async () => {
    const id = crypto.randomUUID();
    const runner = await TestRunner.connect(api, [
      { run: id, lastSeq: 2, ended: false, token: 'the token of it', start: facts },
    ]);
    runner.answer = source;
    await until(() => {
      expect(runner.received[0]).toMatchObject({ type: 'welcome', runs: [{ run: id, acked: 0, forget: false }] });
    });
    runner.events(id, record(1).slice(0, 2), 'the token of it');
    await until(async () => {
      expect(await detailsOf(id)).toEqual({
        phase: 'RUNNING',
        title: 'Scan',
        submittedBy: 'anna',
        arguments: ['--el', '50'],
        script,
        sequencer: { activeRun: { id } },
      });
    });
    const next = (await submit(api)).data.submitRun.id;
    expect(await phaseOf(api, next)).toBe('QUEUED');
    const stop = 'mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }';
    expect((await ask(api, stop, { id })).errors).toBeUndefined();
    expect(runner.received.at(-1)).toMatchObject({ command: { name: 'stop', run: id, level: 'KILL' } });
    runner.events(id, record(1).slice(2), 'the token of it');
    await until(() => {
      expect(runner.acked).toBe(3);
    });
    expect(await phaseOf(api, id)).toBe('SUCCEEDED');
    // A stop holds the queue.
    await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
    await until(() => {
      expect(runner.started).toEqual([next]);
    });
  });

  it('puts a starting run back into the queue', async () => {
    const other = await TestRunner.connect(api);
    other.answer = ({ name }) =>
      name === 'start' ? { ok: false, code: 'RUNNER_BUSY', message: 'busy' } : { ok: true };
    const waiting = (await submit(api)).data.submitRun.id;
    await until(() => {
      expect(other.started).toContain(waiting);
    });
    other.leave();
    const id = crypto.randomUUID();
    const runner = await TestRunner.connect(api, [{ run: id, lastSeq: 2, ended: false, start: facts }]);
    runner.answer = source;
    await until(async () => {
      expect(await detailsOf(id)).toMatchObject({ sequencer: { activeRun: { id } } });
    });
    expect(await phaseOf(api, waiting)).toBe('QUEUED');
    runner.events(id, record(1));
    await until(async () => {
      expect(await phaseOf(api, id)).toBe('SUCCEEDED');
      expect(runner.started).toEqual([waiting]);
    });
  });

  it('is not adopted while another runner executes a run of the sequencer', async () => {
    const atWork = await TestRunner.connect(api);
    const active = (await submit(api)).data.submitRun.id;
    await until(() => {
      expect(atWork.started).toEqual([active]);
    });
    atWork.events(active, record(1).slice(0, 2));
    await until(() => {
      expect(atWork.acked).toBe(2);
    });
    const id = crypto.randomUUID();
    const other = await TestRunner.connect(api, [{ run: id, lastSeq: 2, ended: false, start: facts }]);
    expect(await other.closed()).toBe(4003);
    expect(await detailsOf(id)).toBeNull();
    atWork.events(active, record(1).slice(2));
    await until(async () => {
      expect(await phaseOf(api, active)).toBe('SUCCEEDED');
    });
  });

  it('does not adopt an ended run, or one with an invalid id', async () => {
    const ended = { run: crypto.randomUUID(), lastSeq: 2, ended: true };
    const odd = { run: 'satp1-1', lastSeq: 2, ended: false };
    const runner = await TestRunner.connect(api, [ended, odd]);
    await until(() => {
      expect(runner.received[0]).toMatchObject({
        runs: [
          { run: ended.run, forget: true },
          { run: odd.run, forget: true },
        ],
      });
    });
    expect(await detailsOf(ended.run)).toBeNull();
  });

  it('can be stopped with a real runner', { timeout: 60_000 }, async () => {
    const runner = await startRunner(api);
    const { id } = (await submit(api, { script: 'import time\nprint("on")\ntime.sleep(600)\n' })).data.submitRun;
    await until(async () => {
      expect(await outputOf(api, id)).toBe('on\n');
    });
    const { port } = new URL(api.url);
    await api.close();
    api = await start(await newDatabase(), { PORT: port });
    await until(async () => {
      expect(await detailsOf(id)).toMatchObject({
        phase: 'RUNNING',
        submittedBy: 'tester',
        script: 'import time\nprint("on")\ntime.sleep(600)\n',
      });
    });
    expect(await outputOf(api, id)).toBe('on\n');
    const stop = 'mutation ($id: ID!) { stopRun(id: $id, level: KILL) { id } }';
    expect((await ask(api, stop, { id })).errors).toBeUndefined();
    await until(async () => {
      expect(await phaseOf(api, id)).toBe('KILLED');
    });
    await ask(api, 'mutation { setMode(sequencer: "satp1", mode: QUEUE) { name } }');
    const next = (await submit(api)).data.submitRun.id;
    await until(async () => {
      expect(await phaseOf(api, next)).toBe('SUCCEEDED');
    });
    await runner.stop();
  });
});
