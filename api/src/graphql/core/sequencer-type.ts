import { builder } from './builder.ts';

/** A sequencer by its name. Each field is read when the query selects it. */
export const SequencerType = builder.objectRef<{ name: string }>('Sequencer');
