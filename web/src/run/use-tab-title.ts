/** Shows telescope, state and line in the tab's title, and the state as the favicon's shape. */
import { computed, onScopeDispose, watch, type Ref } from 'vue';
import type { RunFrame, RunState } from './record/use-run.ts';
import { displayOfRun } from '../lib/phases.ts';

const DEFAULT_TITLE = 'Sequencer';

function setIcon(svg: string | null): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link) link.href = svg === null ? 'favicon.svg' : `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

export function useTabTitle(source: Ref<{ name: string; run: RunState; frame: RunFrame | null } | null>): void {
  const display = computed(() => {
    const { run, frame } = source.value ?? {};
    return run ? displayOfRun({ ...run, asks: frame?.view.asks ?? [] }) : null;
  });
  const title = computed(() => {
    if (!source.value || !display.value) return null;
    const { name, run, frame } = source.value;
    const line = frame?.view.traces.find((trace) => trace.id === 1)?.line;
    const at = line !== null && line !== undefined && run.finishedAt === null ? ` ${String(line)}` : '';
    const { mark, word } = display.value;
    return mark === '▲' ? `${name} ▲ NEEDS YOU` : `${name} ${mark} ${word}${at}`;
  });
  // A run is painted up to 60 times a second, so that only changes go to the browser.
  watch(
    title,
    (text) => {
      if (text !== null) document.title = text;
    },
    { immediate: true },
  );
  watch(
    display,
    (shown) => {
      if (!shown) return;
      const { tone, icon } = shown;
      const colour = getComputedStyle(document.documentElement).getPropertyValue(`--${tone}`).trim();
      setIcon(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><path fill="${colour}" d="${icon}"/></svg>`);
    },
    { immediate: true },
  );
  onScopeDispose(() => {
    document.title = DEFAULT_TITLE;
    setIcon(null);
  });
}
