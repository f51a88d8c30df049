import type { TraceView } from '@sequencer/model/run-view';
import { visible } from '../../lib/invisible-characters.ts';

const MAX_NAME = 32;

/** `T2 humidity`. A long name is cut. */
export function traceTitle({ id, name }: Pick<TraceView, 'id' | 'name'>): string {
  const shown = visible(name);
  return `T${String(id)} ${shown.length > MAX_NAME ? `${shown.slice(0, MAX_NAME - 1)}…` : shown}`;
}
