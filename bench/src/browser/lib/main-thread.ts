/** What the main thread of a page does. */
import type { CDPSession } from '@playwright/test';

/** CPU time by kind of work, and the time that passed meanwhile, in seconds. */
export interface MainThread {
  script: number;
  style: number;
  layout: number;
  /** Everything, with painting. */
  all: number;
  elapsed: number;
}

const NAMES = { script: 'ScriptDuration', style: 'RecalcStyleDuration', layout: 'LayoutDuration', all: 'TaskDuration' };

async function read(devtools: CDPSession): Promise<MainThread> {
  const { metrics } = await devtools.send('Performance.getMetrics');
  const metric = (name: keyof typeof NAMES) => metrics.find((each) => each.name === NAMES[name])?.value ?? NaN;
  return {
    script: metric('script'),
    style: metric('style'),
    layout: metric('layout'),
    all: metric('all'),
    elapsed: performance.now() / 1000,
  };
}

export async function mainThreadDuring(devtools: CDPSession, action: () => Promise<unknown>): Promise<MainThread> {
  const before = await read(devtools);
  await action();
  const after = await read(devtools);
  const during = (name: keyof MainThread) => after[name] - before[name];
  return {
    script: during('script'),
    style: during('style'),
    layout: during('layout'),
    all: during('all'),
    elapsed: during('elapsed'),
  };
}

const seconds = ({ script, style, layout }: MainThread) => script + style + layout;

/** As a share of a core. */
export const shareBesidesPainting = (thread: MainThread) => seconds(thread) / thread.elapsed;

export function mainThreadText(thread: MainThread): string {
  const share = (work: number) => `${((100 * work) / thread.elapsed).toFixed(1)} %`;
  const { script, style, layout, all } = thread;
  const parts = `script ${share(script)}, style ${share(style)}, layout ${share(layout)}`;
  return `${share(seconds(thread))} of a core (${parts}; with painting ${share(all)})`;
}

/** The work for one of `count` equal actions. */
export function mainThreadPerAction(thread: MainThread, count: number): string {
  const each = (work: number) => ((1000 * work) / count).toFixed(1);
  const { script, style, layout, all } = thread;
  return `script ${each(script)}, style ${each(style)}, layout ${each(layout)}, with painting ${each(all)} ms`;
}
