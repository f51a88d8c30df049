/** How a script of the editor is submitted. */
export type Start = 'run' | 'paused' | 'queue';
