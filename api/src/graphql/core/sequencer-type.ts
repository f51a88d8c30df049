import { builder } from './builder.ts';

/** A sequencer by its name; its fields are looked up as they are asked for. */
export const SequencerType = builder.objectRef<{ name: string }>('Sequencer');
