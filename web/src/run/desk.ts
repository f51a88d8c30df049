/** What the parts of a run's page share: the trace in focus, the breakpoints, the file that is open, the cursor. */
import { inject, shallowRef, type InjectionKey, type ShallowRef } from 'vue';
import type { RunBreakpoints } from './breakpoints/use-breakpoints.ts';
import type { Focus } from './inspect/focus.ts';
import type { OpenFile } from './inspect/open-file.ts';
import type { RunModel } from './use-run.ts';

/** A line of a file, the script being `<script>`. */
export interface Place {
  file: string;
  line: number;
}

export interface Desk {
  id: string;
  focus: Focus;
  breakpoints: RunBreakpoints;
  files: OpenFile;
  /** Where the cursor is, in the script or in the file that is open. */
  cursor: ShallowRef<Place | null>;
  onEvent: RunModel['onEvent'];
}

export const SCRIPT = '<script>';
export const deskKey: InjectionKey<Desk> = Symbol('desk');

export function useDesk(): Desk {
  const desk = inject(deskKey);
  if (!desk) throw new Error('no desk');
  return desk;
}

export function useCursor(): Desk['cursor'] {
  return shallowRef<Place | null>(null);
}

/** `line 12`, or `acu.py:30` in a file of the library. */
export function placeText({ file, line }: Place): string {
  return file === SCRIPT ? `line ${String(line)}` : `${file.split('/').at(-1) ?? file}:${String(line)}`;
}
