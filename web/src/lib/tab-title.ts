/** The tab tells the state too: telescope, mark, word, line; the favicon changes its shape. */
import { onScopeDispose, watchEffect, type Ref } from 'vue';
import type { RunFrame, RunState } from '../run/use-run.ts';
import { lookOfRun } from './phases.ts';

const DEFAULT_TITLE = 'Sequencer';

function setIcon(svg: string | null): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link) link.href = svg === null ? 'favicon.svg' : `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function useTabTitle(source: Ref<{ name: string; run: RunState; frame: RunFrame | null } | null>): void {
  watchEffect(() => {
    if (!source.value) return;
    const { name, run, frame } = source.value;
    const look = lookOfRun(run);
    const asks = frame?.view.asks.some((ask) => ask.answered === null) ?? false;
    const line = frame?.view.traces.find((trace) => trace.id === 1)?.line;
    const at = line !== null && line !== undefined && run.finishedAt === null ? ` ${String(line)}` : '';
    const needsYou = look.mark === '▲' || asks;
    document.title = needsYou ? `${name} ▲ NEEDS YOU` : `${name} ${look.mark} ${look.word}${at}`;
    const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${look.tone}`).trim();
    setIcon(
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="${colour}" d="${look.icon}"/></svg>`,
    );
  });
  onScopeDispose(() => {
    document.title = DEFAULT_TITLE;
    setIcon(null);
  });
}
