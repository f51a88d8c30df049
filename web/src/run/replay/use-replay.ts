/** Replays a run that has ended: its state, output and running lines at a selected time. */
import type { RunEvent } from '@sequencer/model/events';
import { applyEvent } from '@sequencer/model/fold';
import { outputPieceOf } from '@sequencer/model/output';
import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue';
import { errorText, useApi } from '../../api/client.ts';
import { OutputLog } from '../record/output-log.ts';
import { readEvents } from '../record/record-pages.ts';
import type { RunFrame, RunModel } from '../record/use-run.ts';
import { readOutput } from '../record/read-output.ts';
import { PAGE, Recording } from './recording.ts';

const OUTPUT = 1000;
const TICK_MS = 100;
export const SPEEDS = [1, 10, 60] as const;

export interface Replay {
  /** The selected time in ms; null while the end of the run is shown. */
  time: Ref<number | null>;
  frame: ShallowRef<RunFrame | null>;
  playing: Ref<boolean>;
  speed: Ref<(typeof SPEEDS)[number]>;
  error: Ref<string | null>;
  seek: (time: number) => Promise<void>;
  play: () => Promise<void>;
  pause: () => void;
  /** Leaves the replay and shows the end of the run. */
  leave: () => void;
}

export function useReplay(id: string, model: RunModel): Replay {
  const api = useApi();
  const time = ref<number | null>(null);
  const frame = shallowRef<RunFrame | null>(null);
  const playing = ref(false);
  const speed = ref<(typeof SPEEDS)[number]>(1);
  const error = ref<string | null>(null);
  let recording: Recording | null = null;
  /** Events after the selected time that are already read. */
  let upcoming: RunEvent[] = [];
  let requestedTime: number | null = null;
  let seeking: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function read(after: number, types: readonly string[] | null, first: number): Promise<RunEvent[]> {
    return (await readEvents(api, id, after, types, first)).map(
      ({ seq, at, type, data }) => ({ ...(JSON.parse(data) as object), seq, at, type }) as unknown as RunEvent,
    );
  }

  async function show(moment: number): Promise<void> {
    recording ??= new Recording(read, model.frame.value?.view.lastSeq ?? 0);
    const seq = await recording.seqAt(moment);
    const [view, output] = await Promise.all([
      recording.viewAt(seq),
      readOutput(api, id, { before: seq + 1, last: OUTPUT }),
    ]);
    if (requestedTime !== moment) return;
    const log = new OutputLog();
    log.moveTo(output);
    upcoming = [];
    frame.value = { view, log };
  }

  /** Shows requested times one after another, and skips all but the latest request. */
  async function settle(): Promise<void> {
    for (let shown: number | null = null; requestedTime !== null && requestedTime !== shown;) {
      shown = requestedTime;
      await show(shown);
    }
  }

  async function seek(moment: number): Promise<void> {
    time.value = moment;
    requestedTime = moment;
    error.value = null;
    try {
      seeking ??= settle();
      await seeking;
    } catch (reason) {
      error.value = errorText(reason);
    } finally {
      seeking = null;
    }
  }

  /** Folds events up to a time, and reads more first if needed: the time never runs ahead of the events. */
  async function advance(to: number): Promise<void> {
    const { value } = frame;
    if (!value || !recording) return;
    for (;;) {
      while (upcoming[0] && Date.parse(upcoming[0].at) <= to) {
        const event = upcoming.shift() as RunEvent;
        const piece = outputPieceOf(event);
        if (piece) value.log.append([piece]);
        applyEvent(value.view, event);
      }
      if (upcoming.length > 0 || value.view.lastSeq >= recording.lastSeq) break;
      upcoming = await read(value.view.lastSeq, null, PAGE);
      if (upcoming.length === 0 || !playing.value) break;
    }
  }

  async function play(): Promise<void> {
    const { startedAt, finishedAt } = model.frame.value?.view ?? {};
    if (playing.value || !startedAt || !finishedAt) return;
    const end = Date.parse(finishedAt);
    if (time.value === null || time.value >= end) await seek(Date.parse(startedAt));
    playing.value = true;
    let last = Date.now();
    const tick = async (): Promise<void> => {
      const now = Date.now();
      const to = Math.min(end, (time.value ?? end) + (now - last) * speed.value);
      last = now;
      try {
        await advance(to);
      } catch (reason) {
        error.value = errorText(reason);
        playing.value = false;
      }
      if (!playing.value || !frame.value) return;
      time.value = to;
      frame.value = { ...frame.value };
      if (to < end) timer = setTimeout(() => void tick(), TICK_MS);
      else playing.value = false;
    };
    await tick();
  }

  function pause(): void {
    playing.value = false;
    clearTimeout(timer);
  }
  onScopeDispose(pause);

  return {
    time,
    frame,
    playing,
    speed,
    error,
    seek: (moment) => {
      pause();
      return seek(moment);
    },
    play,
    pause,
    leave: () => {
      pause();
      requestedTime = null;
      time.value = null;
      frame.value = null;
    },
  };
}
