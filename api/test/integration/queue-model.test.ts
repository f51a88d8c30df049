/** The queue of the local backend behaves as a small model of it, whatever operators do and however often the API restarts. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Api } from '../../src/server.ts';
import { TestRunner, ask, newDatabase, record, start, until, type Answer } from '@sequencer/testing/api/running-api';

/** `soon` opens, and `brief` ends, while the test waits. */
type Window = 'open' | 'future' | 'soon' | 'brief';
type Operation =
  | {
      name: 'submit';
      start: 'QUEUED' | 'RUNNING';
      continues: boolean;
      position: number | null;
      copies: number;
      laser: boolean;
    }
  | { name: 'edit'; run: number; window: Window | null }
  | { name: 'move'; run: number; position: number }
  | { name: 'hold' | 'release' | 'cancel'; run: number }
  | { name: 'setMode'; mode: 'OFF' | 'QUEUE' }
  | { name: 'finish'; outcome: 'SUCCEEDED' | 'FAILED' | 'INTERRUPTED' }
  | { name: 'share' }
  | { name: 'restart' };

const run = fc.nat(20);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      name: fc.constant('submit'),
      start: fc.constantFrom('QUEUED', 'QUEUED', 'RUNNING'),
      continues: fc.boolean(),
      position: fc.option(fc.nat(4)),
      copies: fc.integer({ min: 1, max: 3 }),
      laser: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constant('edit'),
      run,
      window: fc.option(fc.constantFrom<Window>('open', 'future', 'soon', 'brief')),
    }),
  },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('move'), run, position: fc.nat(6) }) },
  { weight: 4, arbitrary: fc.record({ name: fc.constantFrom('hold', 'release', 'cancel'), run }) },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('setMode'), mode: fc.constantFrom('OFF', 'QUEUE', 'QUEUE') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      name: fc.constant('finish'),
      outcome: fc.constantFrom('SUCCEEDED', 'SUCCEEDED', 'FAILED', 'INTERRUPTED'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ name: fc.constant('share') }) },
  { weight: 1, arbitrary: fc.record({ name: fc.constant('restart') }) },
);

interface ModelRun {
  id: string;
  script: string;
  start: 'QUEUED' | 'RUNNING';
  continues: boolean;
  laser: boolean;
  onHold: boolean;
  window: 'open' | 'future' | 'ended';
}

/** What the queue should be. It shares no code with the product. */
class Model {
  mode = 'OFF';
  active: ModelRun | null = null;
  /** The run of another telescope that uses the laser. */
  other: string | null = null;
  queue: ModelRun[] = [];
  readonly expired: string[] = [];

  /** Starts the next run, if one may start. */
  settle(): void {
    while (!this.active) {
      const isReady = ({ onHold, window, laser }: ModelRun) =>
        !onHold && (window === 'ended' || (window === 'open' && !(laser && this.other)));
      const next =
        this.queue.find((one) => one.start === 'RUNNING' && isReady(one)) ??
        (this.mode === 'QUEUE' ? this.queue.find(isReady) : undefined);
      if (!next) return;
      this.remove(next);
      if (next.window === 'ended') this.expired.push(next.id);
      else this.active = next;
    }
  }

  remove(gone: ModelRun): void {
    this.queue = this.queue.filter((one) => one !== gone);
  }

  finish(outcome: string): void {
    const continues = outcome === 'SUCCEEDED' || (outcome === 'FAILED' && this.active?.continues === true);
    this.active = null;
    if (!continues) {
      this.mode = 'OFF';
      for (const one of this.queue) one.start = 'QUEUED';
    }
    this.settle();
  }
}

const after = (ms: number) => new Date(Date.now() + ms);
const passed = (time: Date) =>
  until(() => {
    expect(Date.now()).toBeGreaterThan(time.getTime());
  });

/** The product with one telescope, and another one that uses the laser at times, next to its model. */
class Comparison {
  readonly #model = new Model();
  readonly #databaseUrl: string;
  #api: Api;
  #runner: TestRunner;
  #other: TestRunner;
  #scripts = 0;

  private constructor(databaseUrl: string, api: Api, runner: TestRunner, other: TestRunner) {
    this.#databaseUrl = databaseUrl;
    this.#api = api;
    this.#runner = runner;
    this.#other = other;
  }

  static async begin(): Promise<Comparison> {
    const databaseUrl = await newDatabase();
    const api = await start(databaseUrl);
    return new Comparison(databaseUrl, api, await connect(api, 'satp1'), await connect(api, 'lat'));
  }

  async apply(change: Operation): Promise<void> {
    const model = this.#model;
    switch (change.name) {
      case 'submit':
        await this.#submit(change);
        break;
      case 'setMode':
        await this.#ask(`mutation { setMode(sequencer: "satp1", mode: ${change.mode}) { name } }`);
        model.mode = change.mode;
        break;
      case 'finish':
        if (!model.active) return;
        this.#runner.events(model.active.id, record(0, change.outcome));
        model.finish(change.outcome);
        break;
      case 'share':
        await this.#share();
        break;
      case 'restart':
        this.#runner.leave();
        this.#other.leave();
        await this.#api.close();
        this.#api = await start(this.#databaseUrl);
        this.#runner = await connect(this.#api, 'satp1');
        this.#other = await connect(this.#api, 'lat');
        break;
      default:
        await this.#change(change);
    }
    model.settle();
    await this.#compare();
  }

  close(): Promise<void> {
    return this.#api.close();
  }

  #ask<T>(query: string, variables: Record<string, unknown> = {}): Promise<Answer<T>> {
    return ask<T>(this.#api, query, variables);
  }

  /** Starts a run with the laser on the other telescope, or ends it. */
  async #share(): Promise<void> {
    const model = this.#model;
    if (model.other !== null) {
      await until(() => {
        expect(this.#other.started).toContain(model.other);
      });
      this.#other.events(model.other, record(0));
      model.other = null;
    } else if (!model.active?.laser) {
      const input = { sequencer: 'lat', script: 'x = 1\n', resources: ['laser'] };
      const { data } = await this.#ask<{ submitRun: { id: string; phase: string } }>(
        'mutation ($input: SubmitRunInput!) { submitRun(input: $input) { id phase } }',
        { input },
      );
      expect(data.submitRun.phase).toBe('STARTING');
      model.other = data.submitRun.id;
    }
  }

  async #submit({ start, continues, position, copies, laser }: Extract<Operation, { name: 'submit' }>): Promise<void> {
    const script = `version = ${String(++this.#scripts)}\n`;
    const afterFailure = continues ? 'CONTINUE' : 'HOLD_QUEUE';
    const { data } = await this.#ask<{ submitRuns: { id: string }[] }>(
      'mutation ($inputs: [SubmitRunInput!]!, $copies: Int) { submitRuns(inputs: $inputs, copies: $copies) { id } }',
      {
        inputs: [{ sequencer: 'satp1', script, start, afterFailure, position, resources: laser ? ['laser'] : [] }],
        copies,
      },
    );
    const added = data.submitRuns.map(({ id }): ModelRun => ({
      id,
      script,
      start,
      continues,
      laser,
      onHold: false,
      window: 'open',
    }));
    const { queue } = this.#model;
    queue.splice(position ?? queue.length, 0, ...added);
  }

  /** A change of a queued run, or of the active run, which refuses it. */
  async #change(
    change: Exclude<Operation, { name: 'submit' | 'setMode' | 'finish' | 'share' | 'restart' }>,
  ): Promise<void> {
    const { queue, active } = this.#model;
    const runs = active ? [active, ...queue] : queue;
    const chosen = runs[change.run % runs.length];
    if (!chosen) return;
    const { id } = chosen;
    const script = `version = ${String(++this.#scripts)}\n`;
    const window = change.name === 'edit' ? windowOf(change.window) : null;
    const answer = await this.#ask(MUTATIONS[change.name], {
      id,
      position: change.name === 'move' ? change.position : 0,
      input: { script, ...(window && { window: window.input }) },
    });
    expect(answer.errors?.[0]?.extensions.code).toBe(chosen === active ? 'RUN_STARTED' : undefined);
    if (chosen === active) return;
    switch (change.name) {
      case 'edit':
        chosen.script = script;
        if (window) await this.#waitFor(chosen, window);
        break;
      case 'move':
        this.#model.remove(chosen);
        this.#model.queue.splice(change.position, 0, chosen);
        break;
      case 'cancel':
        this.#model.remove(chosen);
        break;
      default:
        chosen.onHold = change.name === 'hold';
    }
  }

  async #waitFor(edited: ModelRun, { before, time, after: then }: EditedWindow): Promise<void> {
    edited.window = before;
    this.#model.settle();
    if (!time) return;
    await passed(time);
    edited.window = then;
  }

  /** Waits until the product is as the model. */
  async #compare(): Promise<void> {
    const { mode, active, queue, expired } = this.#model;
    await until(async () => {
      const { data } = await this.#ask<{ sequencer: object }>(
        '{ sequencer(name: "satp1") { mode activeRun { id script } queue { id script start onHold { by } } } }',
      );
      expect(data.sequencer).toEqual({
        mode,
        activeRun: active && { id: active.id, script: active.script },
        queue: queue.map((one) => ({
          id: one.id,
          script: one.script,
          start: one.start,
          onHold: one.onHold ? { by: 'tester' } : null,
        })),
      });
      if (active) expect(this.#startedScript(active.id)).toBe(active.script);
    });
    for (const id of expired.splice(0)) {
      const { data } = await this.#ask<{ run: object }>('query ($id: ID!) { run(id: $id) { phase reason } }', { id });
      expect(data.run).toMatchObject({ phase: 'CANCELLED', reason: expect.stringMatching(/^Expired: /) as string });
    }
  }

  #startedScript(id: string): string | null {
    const starts = this.#runner.received.flatMap((message) =>
      message.type === 'command' && message.command.name === 'start' ? [message.command] : [],
    );
    return starts.find((command) => command.run === id)?.script ?? null;
  }
}

const MUTATIONS = {
  edit: 'mutation ($id: ID!, $input: EditRunInput!) { editRun(id: $id, input: $input) { id } }',
  move: 'mutation ($id: ID!, $position: Int!) { moveInQueue(run: $id, position: $position) { name } }',
  hold: 'mutation ($id: ID!) { holdRun(id: $id) { id } }',
  release: 'mutation ($id: ID!) { releaseRun(id: $id) { id } }',
  cancel: 'mutation ($id: ID!) { cancelRun(id: $id) { id } }',
};

interface EditedWindow {
  input: { notBefore?: Date; notAfter?: Date };
  before: ModelRun['window'];
  /** When the window changes from `before` to `after`. */
  time: Date | null;
  after: ModelRun['window'];
}

function windowOf(window: Window | null): EditedWindow | null {
  const hour = after(3_600_000);
  switch (window) {
    case null:
      return null;
    case 'open':
      return { input: { notAfter: hour }, before: 'open', time: null, after: 'open' };
    case 'future':
      return { input: { notBefore: hour }, before: 'future', time: null, after: 'future' };
    case 'soon': {
      // Later than any answer, so that the run is certainly skipped first.
      const time = after(1000);
      return { input: { notBefore: time, notAfter: hour }, before: 'future', time, after: 'open' };
    }
    case 'brief': {
      const time = after(1000);
      return { input: { notAfter: time }, before: 'open', time, after: 'ended' };
    }
  }
}

async function connect(api: Api, sequencer: string): Promise<TestRunner> {
  const runner = await TestRunner.connect(api, [], { sequencer });
  await until(() => {
    expect(runner.received[0]?.type).toBe('welcome');
  });
  return runner;
}

it('does what the model does', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(operation, { minLength: 20, maxLength: 40 }), async (operations) => {
      const comparison = await Comparison.begin();
      try {
        for (const change of operations) await comparison.apply(change);
      } finally {
        await comparison.close();
      }
    }),
    { numRuns: 6, endOnFailure: true },
  );
});
