/** Breakpoints as a client asks for them, and setting them. */
import { breakpointSchema, type Breakpoint } from '@sequencer/model';
import { z } from 'zod';
import { breakpointsSchema } from '../../backends/submission.ts';
import { builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import { BreakpointType } from '../runs/run-parts.ts';
import { requireRunModel } from '../runs/run-model.ts';

export const BreakpointInput = builder.inputType('BreakpointInput', {
  fields: (t) => ({
    file: t.string({
      required: false,
      description:
        'A path, or the name of a module as in `import sorunlib.acu`; the script itself when it is left out.',
    }),
    line: t.int({ description: 'If it has no code, the next line that has is taken.' }),
    condition: t.string({
      required: false,
      description: 'An expression: stops where it is true, and where it raises.',
    }),
    hitCount: t.int({ required: false, description: 'Stops at this hit alone, counted from 1.' }),
    logMessage: t.string({
      required: false,
      description: 'Text with expressions in {braces}: it is recorded each time, and nothing stops.',
    }),
    enabled: t.boolean({ required: false, defaultValue: true }),
  }),
});

interface BreakpointFields {
  file?: string | null | undefined;
  line: number;
  condition?: string | null | undefined;
  hitCount?: number | null | undefined;
  logMessage?: string | null | undefined;
  enabled?: boolean | null | undefined;
}

/** As the runner knows them. Empty texts are none. */
export function readBreakpoints(breakpoints: readonly BreakpointFields[]): Breakpoint[] {
  return breakpoints.map((b) => ({
    file: b.file?.trim() || '<script>',
    line: b.line,
    condition: b.condition?.trim() || null,
    hitCount: b.hitCount ?? null,
    logMessage: b.logMessage?.trim() || null,
    enabled: b.enabled ?? true,
  }));
}

builder.mutationField('setBreakpoints', (t) =>
  t.field({
    type: [BreakpointType],
    description: 'Replaces all breakpoints of a run that waits or runs. They are returned as they were set.',
    args: { run: t.arg.id(), breakpoints: t.arg({ type: [BreakpointInput] }) },
    resolve: async (_root, args, context) => {
      const run = await requireRunModel(args.run, context);
      const breakpoints = validate('breakpoints', breakpointsSchema, readBreakpoints(args.breakpoints));
      if (run.phase === 'QUEUED' && (await context.queue.setBreakpoints(run.row, breakpoints))) return breakpoints;
      run.requireOpen();
      const command = { name: 'setBreakpoints', breakpoints } as const;
      return z.array(breakpointSchema).parse(await context.backend.command(run.row, context.user.name, command));
    },
  }),
);
