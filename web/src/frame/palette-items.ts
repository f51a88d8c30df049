/** The entries of the command palette. It only opens pages; it sends no command. */
import { titleOf } from '../lib/run-title.ts';
import {
  mdiCloseCircle,
  mdiCog,
  mdiCalendarSyncOutline,
  mdiConsoleLine,
  mdiHistory,
  mdiMonitor,
  mdiPlayCircleOutline,
  mdiPlaylistPlay,
  mdiViewGridOutline,
} from '@mdi/js';
import type { SequencerSummary } from '../api/sequencers.ts';
import type { HistoryQuery } from '../gql/graphql.ts';
import { displayOfPhase } from '../lib/phases.ts';
import { displayOfSequencer } from '../lib/sequencer-status.ts';

export interface PaletteItem {
  key: string;
  icon: string;
  text: string;
  note: string;
  to: string;
}

export function pageItems(sequencers: readonly SequencerSummary[]): PaletteItem[] {
  const telescopes = sequencers.flatMap((s) => [
    { key: s.name, icon: mdiConsoleLine, text: s.name, note: displayOfSequencer(s).word, to: `/${s.name}` },
    ...(s.activeRun
      ? [
          {
            key: `${s.name} now`,
            icon: mdiPlayCircleOutline,
            text: `Active run on ${s.name}`,
            note: `#${String(s.activeRun.number)}`,
            to: `/runs/${s.activeRun.id}`,
          },
        ]
      : []),
    { key: `${s.name} queue`, icon: mdiPlaylistPlay, text: `Queue of ${s.name}`, note: '', to: `/${s.name}/queue` },
    {
      key: `${s.name} scheduler`,
      icon: mdiCalendarSyncOutline,
      text: `Scheduler of ${s.name}`,
      note: '',
      to: `/${s.name}/scheduler`,
    },
    {
      key: `${s.name} history`,
      icon: mdiHistory,
      text: `History of ${s.name}`,
      note: '',
      to: `/history?telescope=${encodeURIComponent(s.name)}`,
    },
  ]);
  return [
    ...telescopes,
    { key: 'overview', icon: mdiViewGridOutline, text: 'Overview', note: 'g o', to: '/' },
    { key: 'history', icon: mdiHistory, text: 'History', note: 'g h', to: '/history' },
    { key: 'failed', icon: mdiCloseCircle, text: 'Failed runs', note: '', to: '/history?outcome=FAILED' },
    { key: 'wall', icon: mdiMonitor, text: 'Overview for a wall display', note: '', to: '/?wall' },
    { key: 'settings', icon: mdiCog, text: 'Settings', note: '', to: '/settings' },
  ];
}

/** The search text for the server: a number searches by run number, anything else as text. */
export function searchFor(text: string): string {
  const number = /^#?(\d+)$/.exec(text.trim())?.[1];
  return number ? `/${number}` : text.trim();
}

export function runItems(runs: HistoryQuery['runs'], text: string): PaletteItem[] {
  const number = Number(/^#?(\d+)$/.exec(text.trim())?.[1]);
  const nodes = runs.edges.map((edge) => edge.node);
  return nodes
    .toSorted((a, b) => Number(b.number === number) - Number(a.number === number))
    .map((run) => ({
      key: run.id,
      icon: displayOfPhase(run.phase).icon,
      text: `${run.sequencer.name} #${String(run.number)} ${titleOf(run)}`,
      note: displayOfPhase(run.phase).word,
      to: `/runs/${run.id}`,
    }));
}
