/** The subscriptions: each sends the current state first, then changes at the pace of its reader. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isFinal } from '@sequencer/model';
import type { Signal } from '../../lib/signal.ts';
import { eventsAfter, firstBytes, sizeOf, type StoredEvent } from '../../store/event-store.ts';
import { findRun } from '../../store/run-store.ts';
import { DateTime, builder } from '../core/builder.ts';
import type { Context } from '../core/context.ts';
import { EventType, OutputType, readOutput, type OutputPart } from './run-parts.ts';
import { findRunModel, requireRunModel, type RunModel } from './run-model.ts';
import { RunType } from './run.ts';
import { SequencerType } from '../core/sequencer-type.ts';
import { stream } from '../core/stream.ts';

/** A whole state is sent at most ten times a second. */
const STATE_EVERY_MS = 100;
/** One with a new prompt, phase or question, at most forty times a second. */
const URGENT_EVERY_MS = 25;
const HEARTBEAT_MS = 2000;
const BATCH = 1000;
const BATCH_BYTES = 128 * 1024;

/** Waits; returns early when `stopped` is aborted. */
async function pause(ms: number, stopped: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stopped }).catch(() => undefined);
}

/** Waits while the client has unread results. The returned function frees the slot, once the client has taken the result. */
async function slot({ flow }: Context, stopped: AbortSignal): Promise<() => void> {
  return flow ? flow.slot(stopped) : () => undefined;
}

/** The state immediately, then again after each signal, at most ten times a second. */
function states<T>(signal: Signal, context: Context, read: () => T): AsyncIterableIterator<T> {
  return stream(async function* (stopped) {
    while (!stopped.aborted) {
      const free = await slot(context, stopped);
      const seen = signal.version;
      try {
        yield read();
      } finally {
        free();
      }
      await pause(STATE_EVERY_MS, stopped);
      await signal.after(seen, stopped);
    }
  });
}

/**
 * The run after each change, until it has ended. An urgent change is sent immediately, any other at most every 100 ms:
 * a script that floods the record costs a viewer ten states a second.
 */
function runStates(first: RunModel, context: Context): AsyncIterableIterator<RunModel> {
  const signal = context.sequencerStates.signalOf(first.row.sequencer);
  return stream(async function* (stopped) {
    const leave = context.watchers.enter(first.row.id, signal);
    try {
      let run = first;
      let sent = '';
      while (!stopped.aborted) {
        const seen = signal.version;
        const urgent = context.liveRuns.get(first.row.id)?.urgent;
        const seenUrgent = urgent?.version ?? 0;
        // A quick step completes within milliseconds: only the state after it is sent.
        if (sent !== '' && run.live?.isBetweenPrompts) await urgent?.after(seenUrgent, stopped, STATE_EVERY_MS);
        // The signal is that of the sequencer: the change may be about another run.
        const state = await fingerprint(run);
        if (state !== sent) {
          sent = state;
          const free = await slot(context, stopped);
          try {
            yield run;
          } finally {
            free();
          }
          if (isFinal(run.phase)) return;
          await pause(URGENT_EVERY_MS, stopped);
          if (urgent) await urgent.after(seenUrgent, stopped, STATE_EVERY_MS - URGENT_EVERY_MS);
          else await pause(STATE_EVERY_MS - URGENT_EVERY_MS, stopped);
        }
        await signal.after(seen, stopped);
        run = (await findRunModel(first.row.id, context)) ?? run;
      }
    } finally {
      leave();
    }
  });
}

async function fingerprint(run: RunModel): Promise<string> {
  const { live } = run;
  const { lastSeq } = run.facts;
  return [
    run.phase,
    await run.reason(),
    run.row.place,
    lastSeq,
    live?.connected,
    live?.seenAt?.getTime(),
    run.watchers,
  ].join(' ');
}

/**
 * Events with seq > after in batches, from the store and then from memory: exact by seq, at the pace of the reader.
 * The first batch is sent immediately, even if it is empty. Ends after the last event of the run.
 */
function eventBatches(
  id: string,
  after: number,
  context: Context,
  types: readonly string[] | null,
): AsyncIterableIterator<StoredEvent[]> {
  return stream(async function* (stopped) {
    const signal = context.sequencerStates.signalOf((await requireRunModel(id, context)).row.sequencer);
    const wanted = types && new Set(types);
    let at = after;
    let first = true;
    while (!stopped.aborted) {
      const seen = signal.version;
      const free = await slot(context, stopped);
      try {
        const live = context.liveRuns.get(id);
        const tail = live?.tail(at, BATCH) ?? null;
        // Read before the query, so that `at` never passes an event that the query did not see.
        const stored = live ? live.storedSeq : ((await findRun(context.db, id))?.lastSeq ?? 0);
        const batch = tail
          ? firstBytes(tail, BATCH_BYTES)
          : await eventsAfter(context.db, id, at, BATCH, types, BATCH_BYTES);
        const chosen = wanted && tail ? batch.filter((event) => wanted.has(event.type)) : batch;
        if (chosen.length > 0 || first) yield chosen;
        first = false;
        const last = batch.at(-1)?.seq ?? at;
        const isFull = batch.length === BATCH || sizeOf(batch) >= BATCH_BYTES;
        // A filtered page that is not full has seen everything that is stored.
        at = tail === null && !isFull ? Math.max(last, stored) : last;
        if (batch.length > 0) continue;
      } finally {
        free();
      }
      const now = context.liveRuns.get(id);
      if (at < (now?.view.lastSeq ?? 0)) continue;
      if (now ? now.view.outcome !== null || isFinal(now.row.phase) : await hasEnded(id, context)) return;
      await signal.after(seen, stopped);
    }
  });
}

async function hasEnded(id: string, context: Context): Promise<boolean> {
  const row = await findRun(context.db, id);
  return row === null || isFinal(row.phase);
}

builder.subscriptionType({
  fields: (t) => ({
    sequencers: t.field({
      type: [SequencerType],
      description: 'All sequencers now, then after each change.',
      subscribe: (_root, _args, context) =>
        states(context.sequencerStates.anyChange, context, () =>
          context.sequencerStates.names.map((name) => ({ name })),
        ),
      resolve: (sequencers) => sequencers,
    }),
    sequencer: t.field({
      type: SequencerType,
      description: 'The sequencer now, then after each change.',
      args: { name: t.arg.string() },
      subscribe: (_root, { name }, context) => states(context.sequencerStates.signal(name), context, () => ({ name })),
      resolve: (sequencer) => sequencer,
    }),
    run: t.field({
      type: RunType,
      description: 'The run now, then after each change, until it has ended.',
      args: { id: t.arg.id() },
      subscribe: async (_root, { id }, context) => runStates(await requireRunModel(id, context), context),
      resolve: (run) => run,
    }),
    output: t.field({
      type: [OutputType],
      description: 'Output with seq > after in batches, each piece exactly once, until the run has ended.',
      args: { run: t.arg.id(), after: t.arg.int({ defaultValue: 0, required: false }) },
      subscribe: (_root, { run, after }, context) => eventBatches(run, after ?? 0, context, ['output']),
      resolve: (batch): OutputPart[] => batch.map(readOutput),
    }),
    events: t.field({
      type: [EventType],
      description: 'Events with seq > after in batches, each exactly once, until the run has ended.',
      args: { run: t.arg.id(), after: t.arg.int({ defaultValue: 0, required: false }) },
      subscribe: (_root, { run, after }, context) => eventBatches(run, after ?? 0, context, null),
      resolve: (batch) => batch,
    }),
    heartbeat: t.field({
      type: DateTime,
      description: "The server's clock, every 2 seconds, so that a client notices a dead connection.",
      subscribe: () =>
        stream(async function* (stopped) {
          while (!stopped.aborted) {
            yield new Date();
            await pause(HEARTBEAT_MS, stopped);
          }
        }),
      resolve: (time) => time,
    }),
  }),
});
