/** The input for the window of a run. */
import { DateTime, builder } from '../core/builder.ts';

export const RunWindowInput = builder.inputType('RunWindowInput', {
  description: 'When a queued run may start.',
  fields: (t) => ({
    notBefore: t.field({
      type: DateTime,
      required: false,
      description: 'The queue skips the run before this time.',
    }),
    notAfter: t.field({
      type: DateTime,
      required: false,
      description: 'The run is cancelled if its turn comes after this time.',
    }),
  }),
});
