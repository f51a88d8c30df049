import { describe, expect, it } from 'vitest';
import type { SequencerSummary } from '../api/sequencers.ts';
import { attentionItems, displayOfSequencer, needsPerson, stateSince } from './sequencer-status.ts';

const NOW = Date.parse('2026-11-24T08:00:00Z');
const ago = (minutes: number) => new Date(NOW - minutes * 60_000).toISOString();

const run: NonNullable<SequencerSummary['lastRun']> = {
  id: 'an-id',
  number: 4,
  title: 'iv',
  phase: 'SUCCEEDED',
  reason: null,
  submittedBy: 'm.olsen',
  submittedAt: ago(60),
  startedAt: ago(59),
  finishedAt: ago(5),
  exitCode: 0,
  statementCount: 3,
  statementsDone: 3,
  live: false,
  seenAt: null,
  failure: null,
  stoppedBy: null,
};
const idle: SequencerSummary = {
  name: 'satp1',
  mode: 'OFF',
  control: null,
  holdOnFailure: false,
  afterFailure: 'HOLD_QUEUE',
  modeReason: null,
  modeChangedBy: null,
  modeChangedAt: null,
  hostname: 'host',
  lastKnownSince: null,
  runner: {
    connected: true,
    runnerPerRun: false,
    since: ago(90),
    python: '3.13',
    hostname: 'host',
    packages: [],
    problems: [],
  },
  activeRun: null,
  queue: [],
  lastRun: run,
};
const active = {
  ...run,
  phase: 'RUNNING' as const,
  finishedAt: null,
  live: true,
  pausePending: false,
  resources: [],
  scriptVersion: 1,
  pausedSince: null,
  asks: [],
  stops: [],
};
const failure = { type: 'ValueError', message: 'y', line: 2, awaitingDecision: false };
const texts = (...sequencers: SequencerSummary[]) =>
  attentionItems(sequencers, NOW).map((item) => `${item.name} ${item.text}`);

describe('stateSince', () => {
  const begun = { ...active, startedAt: ago(30), position: null };

  it('is the start of a running run, and the first stop of a paused one', () => {
    expect(stateSince(begun)).toBe(ago(30));
    expect(stateSince({ ...begun, phase: 'PAUSED', pausedSince: ago(3) })).toBe(ago(3));
  });

  it('is the time of the open question, or of the newest stop request', () => {
    const asks = [{ question: 'x', at: ago(2), answered: null }];
    expect(stateSince({ ...begun, asks })).toBe(ago(2));
    expect(stateSince({ ...begun, asks, phase: 'STOPPING', stops: [{ at: ago(5) }, { at: ago(1) }] })).toBe(ago(1));
  });
});

describe('attentionItems', () => {
  it('is empty while no sequencer needs a person', () => {
    expect(texts(idle, { ...idle, activeRun: { ...active, position: null } })).toEqual([]);
  });

  it('lists disconnected and failed sequencers first, then paused, blocked and long idle ones, the oldest first', () => {
    expect(
      texts(
        { ...idle, lastRun: { ...run, phase: 'FAILED', failure } },
        { ...idle, name: 'b', activeRun: { ...active, phase: 'PAUSED', pausedSince: ago(10), position: null } },
        { ...idle, name: 'c', runner: { ...idle.runner, connected: false, since: ago(1) } },
        {
          ...idle,
          name: 'd',
          queue: [
            { ...run, phase: 'QUEUED', start: 'QUEUED', resources: [], proposed: false, window: null, onHold: null },
          ],
          lastRun: null,
        },
        { ...idle, name: 'e', lastRun: { ...run, finishedAt: ago(38) } },
      ),
    ).toEqual([
      'c runner disconnected, no run can start',
      'satp1 run 4 failed 5 m 00 s ago, mode Off:',
      'd idle, mode Off, 1 waiting in the queue',
      'e idle for 38 m 00 s, mode Off',
      'b paused for 10 m 00 s',
    ]);
  });

  it('puts a held failure before everything else, and does not count a pause as a need', () => {
    const paused = { ...active, phase: 'PAUSED' as const, pausedSince: ago(30), position: null };
    const held = { ...paused, pausedSince: ago(1), failure: { ...failure, awaitingDecision: true } };
    const items = attentionItems(
      [
        { ...idle, name: 'paused', activeRun: paused },
        { ...idle, name: 'failed', lastRun: { ...run, phase: 'FAILED', finishedAt: ago(10) } },
        { ...idle, name: 'held', activeRun: held },
      ],
      NOW,
    );
    expect(items.map((item) => [item.name, needsPerson(item)])).toEqual([
      ['held', true],
      ['failed', true],
      ['paused', false],
    ]);
  });

  it('lists a killed run only if no person stopped it', () => {
    const killed = { ...run, phase: 'KILLED' as const, reason: 'Killed by m.olsen.' };
    expect(texts({ ...idle, lastRun: { ...killed, stoppedBy: { by: 'm.olsen' } } })).toEqual([]);
    // A script may be named like a user, and may end itself with any reason.
    expect(texts({ ...idle, lastRun: killed })).toHaveLength(1);
  });

  it('ignores a missing runner where each run has its own, until the script has started', () => {
    const none = { ...idle, runner: { ...idle.runner, connected: false, runnerPerRun: true } };
    const begun = { ...active, position: null };
    expect(texts(none, { ...none, activeRun: { ...begun, phase: 'STARTING' } })).toEqual([]);
    expect(texts({ ...none, activeRun: begun })).toEqual([
      'satp1 runner disconnected, the script may still be running',
    ]);
  });

  it('lists a sequencer whose state may be outdated', () => {
    expect(texts({ ...idle, lastKnownSince: ago(1) })).toEqual([
      'satp1 the cluster is unreachable, mode and queue may be outdated',
    ]);
  });

  it('lists a script that asks, with its question, until it is answered', () => {
    const question = { question: 'Open the dome?', at: ago(2), answered: null };
    const asking = { ...active, asks: [question], position: null };
    expect(attentionItems([{ ...idle, activeRun: asking }], NOW)).toMatchObject([
      { text: 'asks, waiting for 2 m 00 s:', detail: 'Open the dome?' },
    ]);
    expect(displayOfSequencer({ ...idle, activeRun: asking })).toMatchObject({ word: 'Needs you', loud: true });
    const answered = { ...asking, asks: [{ ...question, answered: { at: ago(1) } }] };
    expect(texts({ ...idle, activeRun: answered })).toEqual([]);
    expect(displayOfSequencer({ ...idle, activeRun: answered }).word).toBe('Running');
    expect(displayOfSequencer({ ...idle, activeRun: { ...asking, phase: 'STOPPING' } }).word).toBe('Stopping');
  });

  it('displays a held failure as Needs you', () => {
    const held = {
      ...active,
      phase: 'PAUSED' as const,
      failure: { ...failure, awaitingDecision: true },
      position: null,
    };
    expect(displayOfSequencer({ ...idle, activeRun: held }).word).toBe('Needs you');
  });
});
