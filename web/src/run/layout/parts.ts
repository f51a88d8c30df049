/** The parts of the page of a run. On a wide page, only the editor takes the place of others. */
export type Part = 'now' | 'plan' | 'script' | 'output' | 'traces' | 'editor';

/** The editor of the next script, on the page of a telescope whose run is shown. */
export interface EditorTab {
  isShown: boolean;
  title: string;
  /** The draft has a text that no run has. */
  isUnsaved: boolean;
}
