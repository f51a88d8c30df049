import { emptyView } from '@sequencer/model';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LiveRun } from '../runs/live-run.ts';
import { runTokenHash } from '../runs/run-token.ts';
import type { RunSummary } from '../store/run-store.ts';
import { RunnerSession, type Output } from './runner-session.ts';

const HIGH_WATER = 3000;
/** Larger than a message of the tests and what it adds in memory. */
const MESSAGE = 3000;
const COUNT = 30;
const SCRIPT = { script: '', arguments: [], title: null, startPaused: false, holdOnFailure: false, breakpoints: [] };
const at = '2026-11-24T04:00:00.000Z';
const hello = (runs: { run: string; lastSeq: number; ended: boolean }[]) => ({
  ...{ type: 'hello', protocol: 1, sequencer: 'satp1', instance: 'test', python: '3.13.0', hostname: 'h' },
  ...{ packages: {}, problems: [], runs },
});
const event = (seq: number) =>
  seq === COUNT
    ? { seq, at, type: 'ended', outcome: 'SUCCEEDED', exitCode: 0, reason: '' }
    : { seq, at, type: 'output', stream: 'STDOUT', text: 'x'.repeat((seq * 37) % 300) };
const text = (value: unknown) => JSON.stringify(value);

const ALLOWED = { allows: () => true };
const newRun = (id: string, tokenHash: string | null = null): LiveRun =>
  new LiveRun({ id, phase: 'STARTING', tokenHash, seenAt: null } as RunSummary, emptyView());
/** Seq and text of an event: each is recorded once, in order, and unchanged. */
const contentOf = ({ seq, text = '' }: { seq: number; text?: string }) => [seq, text];
const EXPECTED = Array.from({ length: COUNT }, (_, index) => contentOf(event(index + 1)));
const recordOf = (live: LiveRun) =>
  (live.tail(0, COUNT + 1) ?? []).map(({ seq, data }) => contentOf({ ...(JSON.parse(data) as object), seq }));

interface Connection {
  session: RunnerSession;
  outputs: Output[];
  paused: boolean;
  ended: boolean;
  welcomed: boolean;
  unanswered: Set<string>;
  /** Commands that the runner has received. */
  toAnswer: string[];
  acked: Map<string, number>;
}

/** A gateway with one sequencer, whose runner has the journal of run `a` and gets run `b` by a command. */
class Site {
  readonly runs = new Map(['a', 'b'].map((run) => [run, newRun(run)]));
  readonly connections: Connection[] = [];
  current: Connection | null = null;
  now = 0;
  #ids = 0;

  connect(): Connection {
    const session = new RunnerSession(ALLOWED, HIGH_WATER);
    const toAnswer: string[] = [];
    const state = { outputs: [], paused: false, ended: false, welcomed: false, toAnswer };
    const connection = { ...state, session, unanswered: new Set<string>(), acked: new Map<string, number>() };
    this.connections.push(connection);
    return connection;
  }

  /** Checks each output against the contract. */
  check(connection: Connection, outputs: Output[]): void {
    for (const output of outputs) {
      connection.outputs.push(output);
      if (output.type === 'reply') {
        expect(connection.unanswered.delete(output.reply.id)).toBe(true);
        continue;
      }
      expect(connection.ended).toBe(false);
      if (output.type === 'close' || output.type === 'terminate') connection.ended = true;
      if (output.type === 'record') this.#recorded(connection, output.live);
      if (output.type === 'send') this.#sent(connection, output);
      if (output.type === 'read') {
        expect(output.paused).toBe(!connection.paused);
        connection.paused = output.paused;
      }
    }
    expect(this.#pending()).toBeLessThanOrEqual(HIGH_WATER + MESSAGE);
    if (this.#pending() === 0 && !connection.ended) expect(connection.paused).toBe(false);
  }

  #recorded(connection: Connection, live: LiveRun): void {
    expect(connection).toBe(this.current);
    expect(recordOf(live)).toEqual(EXPECTED.slice(0, live.view.lastSeq));
  }

  #sent(connection: Connection, { message }: Extract<Output, { type: 'send' }>): void {
    expect(message.type === 'welcome').toBe(!connection.welcomed);
    connection.welcomed = true;
    if (message.type === 'command') connection.toAnswer.push(message.id);
    if (message.type !== 'ack') return;
    expect(message.seq).toBeLessThanOrEqual(this.run(message.run).storedSeq);
    connection.acked.set(message.run, message.seq);
  }

  run(run: string): LiveRun {
    return this.runs.get(run)!;
  }

  /** Characters in memory that are not committed. */
  #pending(): number {
    const unstored = [...this.runs.values()].flatMap((live) => live.unstored(COUNT, Infinity));
    return unstored.reduce((sum, { data }) => sum + data.length + 100, 0);
  }

  hello(connection: Connection): void {
    const runs = [...this.runs].filter(([run, { view }]) => run === 'a' || view.lastSeq > 0);
    const held = runs.map(([run]) => ({ run, lastSeq: COUNT, ended: true }));
    this.check(connection, connection.session.message(text(hello(held))));
  }

  /** As the gateway does: closes the connection before, and admits this one, without anything in between. */
  admit(connection: Connection): void {
    if (connection.session.state !== 'admitting') return;
    const replaced = { type: 'close', code: 4003, reason: 'replaced' } as const;
    if (this.current) this.check(this.current, this.current.session.end(replaced));
    this.current = connection;
    const runs = [...this.runs].filter(([run, { view }]) => run === 'a' || view.lastSeq > 0);
    const admitted = runs.map(([run, live]) => ({ run, live: live.isComplete ? null : live }));
    this.check(connection, connection.session.welcome(admitted));
  }

  commit(run: string, count: number): void {
    const live = this.run(run);
    const batch = live.unstored(count, Infinity);
    if (batch.length === 0) return;
    live.stored(batch);
    if (this.current) this.check(this.current, this.current.session.committed(live));
  }

  /** Another replica has received and committed the next events, and this one reads them from the store. */
  follow(run: string, count: number): void {
    const live = this.run(run);
    const next = Array.from({ length: count }, (_, index) => live.view.lastSeq + 1 + index);
    const stored = next
      .filter((seq) => seq <= COUNT)
      .map((seq) => {
        const { type, at, seq: _seq, ...data } = event(seq);
        return { seq, type, at, data: JSON.stringify(data) };
      });
    live.follow(stored);
  }

  command(connection: Connection, starts: string | null): void {
    const id = String(++this.#ids);
    const about = { run: starts ?? 'a', by: 'ada' };
    const command =
      starts === null ? { name: 'pause' as const, ...about } : { name: 'start' as const, ...about, ...SCRIPT };
    connection.unanswered.add(id);
    this.check(
      connection,
      connection.session.command(id, command, this.now, starts === null ? undefined : this.run(starts)),
    );
  }

  /** What the socket passes on while it is open and not paused. */
  fromRunner(connection: Connection, value: unknown): void {
    if (!connection.paused) this.check(connection, connection.session.message(text(value)));
  }

  closed(connection: Connection): void {
    this.check(connection, connection.session.end());
    connection.ended = true;
  }
}

const run = fc.constantFrom('a', 'b');
const count = fc.integer({ min: 1, max: 8 });
/** An action on the site and one of its connections. */
type Action = (site: Site, connection: Connection) => void;
const actions: fc.Arbitrary<Action>[] = [
  fc.constant((site) => {
    site.hello(site.connect());
  }),
  fc.constant((site, connection) => {
    site.hello(connection);
  }),
  fc.constant((site, connection) => {
    site.admit(connection);
  }),
  // The next events, from a little before them (duplicates) or after them (a gap).
  fc.tuple(run, fc.constantFrom(0, 0, 0, 0, 0, -1, -3, 1), count).map(([run, skip, count]): Action => {
    return (site, connection) => {
      const first = Math.max(1, site.run(run).view.lastSeq + 1 + skip);
      const seqs = Array.from({ length: count }, (_, i) => first + i).filter((seq) => seq <= COUNT + 1);
      if (seqs.length > 0) site.fromRunner(connection, { type: 'events', run, events: seqs.map(event) });
    };
  }),
  fc.tuple(run, count).map(([run, count]): Action => {
    return (site) => {
      site.commit(run, count);
    };
  }),
  fc.tuple(run, count).map(([run, count]): Action => {
    return (site) => {
      site.follow(run, count);
    };
  }),
  fc.constantFrom('b', null).map((starts): Action => {
    return (site, connection) => {
      site.command(connection, starts);
    };
  }),
  fc.boolean().map((ok): Action => {
    return (site, connection) => {
      const id = connection.toAnswer.shift();
      if (id !== undefined) site.fromRunner(connection, { type: 'reply', id, ok });
      // A reply that arrives twice, or after the timeout.
      if (id !== undefined) site.fromRunner(connection, { type: 'reply', id, ok });
    };
  }),
  fc.integer({ min: 100, max: 6000 }).map((ms): Action => {
    return (site, connection) => {
      site.now += ms;
      site.check(connection, connection.session.tick(site.now));
    };
  }),
  fc.constant((_site, connection) => {
    connection.session.pong();
  }),
  fc.constantFrom({ type: 7 }, { type: 'newer' }, 'x').map((value): Action => {
    return (site, connection) => {
      site.fromRunner(connection, value);
    };
  }),
  fc.constant((site, connection) => {
    site.closed(connection);
  }),
];

/** Events, commits and commands are more frequent than ends of connections, so that runs advance. */
const WEIGHTS = [2, 1, 4, 12, 6, 1, 4, 4, 3, 2, 1, 1];
const action = fc
  .oneof(...actions.map((arbitrary, index) => ({ arbitrary, weight: WEIGHTS[index] ?? 1 })))
  .chain((act) => fc.nat(3).map((back) => ({ act, back })));

test('keeps its contract for any interleaving, over several connections of one runner', () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80, size: 'max' }), (steps) => {
      const site = new Site();
      site.hello(site.connect());
      site.admit(site.connections[0]!);
      for (const { act, back } of steps) act(site, site.connections.at(-1 - back) ?? site.connections.at(-1)!);
      for (const connection of site.connections) {
        site.closed(connection);
        expect(connection.unanswered.size).toBe(0);
      }

      // A runner that reconnects always completes its record.
      const last = site.connect();
      site.hello(last);
      site.admit(last);
      const live = site.run('a');
      for (let seq = live.storedSeq + 1; seq <= COUNT; seq++) {
        if (last.paused) site.commit('a', COUNT);
        if (last.paused) site.commit('b', COUNT);
        site.fromRunner(last, { type: 'events', run: 'a', events: [event(seq)] });
      }
      const wasComplete = live.isComplete;
      site.commit('a', COUNT);
      expect(recordOf(live)).toEqual(EXPECTED);
      expect(live.isComplete).toBe(true);
      if (!wasComplete) expect(last.acked.get('a')).toBe(COUNT);
    }),
    { numRuns: 500 },
  );
});

/** A session that has admitted the first of the runs. */
function open({ allows } = ALLOWED, runs = [newRun('a')]): RunnerSession {
  const session = new RunnerSession({ allows });
  session.message(text(hello([{ run: 'a', lastSeq: 3, ended: false }])));
  session.welcome([{ run: 'a', live: runs[0]! }]);
  return session;
}

const pause = { name: 'pause', run: 'a', by: 'ada' } as const;
const away = { type: 'reply', reply: { type: 'reply', id: '1', ok: false, code: 'RUNNER_AWAY' } };

test('terminates a runner that sends nothing between two pings, and answers its commands', () => {
  const session = open();
  expect(session.tick(0)).toEqual([]);
  expect(session.tick(5000)).toEqual([{ type: 'ping' }]);
  session.pong();
  expect(session.tick(10_000)).toEqual([{ type: 'ping' }]);
  session.command('1', pause, 11_000);
  expect(session.tick(15_000)).toEqual([away, { type: 'terminate' }]);
});

test('answers a command with RUNNER_AWAY before the welcome and after the end', () => {
  const session = new RunnerSession(ALLOWED);
  expect(session.command('1', pause, 0)).toEqual([away]);
  session.end();
  expect(session.command('1', pause, 0)).toEqual([away]);
});

test('closes with 4002 for a message before the welcome, and sends one welcome', () => {
  const session = new RunnerSession(ALLOWED);
  session.message(text(hello([])));
  expect(session.welcome([])).toMatchObject([{ message: { type: 'welcome' } }]);
  expect(session.welcome([])).toEqual([]);
  const early = new RunnerSession(ALLOWED);
  early.message(text(hello([])));
  const reply = text({ type: 'reply', id: '1', ok: true });
  expect(early.message(reply)).toMatchObject([{ type: 'close', code: 4002 }]);
});

test('records the events before a gap, and none after the end', () => {
  const ended = { ...event(COUNT), seq: 2 };
  for (const events of [
    [event(1), event(2), event(4)],
    [event(1), ended, event(3)],
  ]) {
    const live = newRun('a');
    const session = open(ALLOWED, [live]);
    const outputs = session.message(text({ type: 'events', run: 'a', events }));
    expect(outputs).toMatchObject([
      { type: 'record', live },
      { type: 'close', code: 4002 },
    ]);
    expect(recordOf(live).map(([seq]) => seq)).toEqual([1, 2]);
  }
});

test('has no run whose record is complete', () => {
  const live = newRun('a');
  const session = open(ALLOWED, [live]);
  session.message(text({ type: 'events', run: 'a', events: [{ ...event(COUNT), seq: 1 }] }));
  expect(session.runs).toEqual([live]);
  live.stored(live.unstored(1, Infinity));
  session.committed(live);
  expect(session.runs).toEqual([]);
});

test('acknowledges events that another replica has committed', () => {
  const live = newRun('a');
  const session = open(ALLOWED, [live]);
  const { type, seq, ...data } = event(1);
  live.follow([{ seq, type, at, data: JSON.stringify(data) }]);
  const first = session.message(text({ type: 'events', run: 'a', events: [event(1)] }));
  expect(first).toEqual([{ type: 'send', message: { type: 'ack', run: 'a', seq: 1 } }]);
  session.message(text({ type: 'events', run: 'a', events: [1, 2].map(event) }));
  expect(recordOf(live)).toEqual(EXPECTED.slice(0, 2));
});

test('answers a command with RUNNER_TIMEOUT, and ignores the late reply', () => {
  const session = open();
  session.command('1', pause, 0);
  expect(session.tick(4999)).toEqual([]);
  expect(session.tick(5000)).toMatchObject([{ reply: { id: '1', code: 'RUNNER_TIMEOUT' } }]);
  expect(session.message(text({ type: 'reply', id: '1', ok: true }))).toEqual([]);
});

test('closes with 4001 when the secret of the runner is revoked', () => {
  let isAllowed = true;
  const session = open({ allows: () => isAllowed });
  session.tick(0);
  isAllowed = false;
  expect(session.tick(5000)).toMatchObject([{ type: 'close', code: 4001 }]);
});

test('accepts the events of a run only with its newest token, and those of a run that it has started', () => {
  const events = (run: string, token?: string) => text({ type: 'events', run, token, events: [event(1)] });
  const violation = [{ type: 'close', code: 4002 }];
  const isOpenFor = ({ run, code, token }: { run: string; code?: string; token: string }): boolean => {
    const runs = [newRun('a', 'the hash of another token'), newRun('b')];
    const session = open(ALLOWED, runs);
    // As the backend does before it sends the command.
    for (const live of runs) if (live.row.id === run) live.row = { ...live.row, tokenHash: runTokenHash('first') };
    const command = { name: 'start' as const, run, by: 'ada', token: 'first', ...SCRIPT };
    session.command(
      '1',
      command,
      0,
      runs.find(({ row }) => row.id === run),
    );
    if (code !== undefined) session.message(text({ type: 'reply', id: '1', ok: false, code }));
    const [output] = session.message(events(run, token));
    return output?.type === 'record';
  };
  expect(isOpenFor({ run: 'a', token: 'first' })).toBe(true);
  expect(isOpenFor({ run: 'b', token: 'first' })).toBe(true);
  expect(isOpenFor({ run: 'b', token: 'other' })).toBe(false);
  expect(isOpenFor({ run: 'b', token: 'first', code: 'SYNTAX_ERROR' })).toBe(false);
  expect(open(ALLOWED, [newRun('a', 'a hash')]).message(events('a'))).toMatchObject(violation);
  expect(open().message(events('c'))).toMatchObject(violation);
});
