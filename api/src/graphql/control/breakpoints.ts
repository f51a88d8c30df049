/** The breakpoint input, and the mutation that sets breakpoints. */
import { breakpointSchema, type Breakpoint } from '@sequencer/model';
import { z } from 'zod';
import { breakpointsSchema } from '../../backends/submission.ts';
import { builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import { BreakpointType } from '../runs/run-parts.ts';
import { requireRunModel } from '../runs/run-model.ts';

export const BreakpointInput = builder.inputType('BreakpointInput', {
  description: 'A breakpoint or log point to set.',
  fields: (t) => ({
    file: t.string({
      required: false,
      description: 'Path of a file, or name of a module such as `sorunlib.acu`. The script itself if null.',
    }),
    line: t.int({ description: 'Line from 1. Without code there, the next line with code is used.' }),
    condition: t.string({
      required: false,
      description: 'Python expression. The trace stops if it is true, or if it raises.',
    }),
    hitCount: t.int({ required: false, description: 'Stop only at this hit, counted from 1.' }),
    logMessage: t.string({
      required: false,
      description: 'Makes it a log point: records this text, with {expressions} in braces, and does not stop.',
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

/** The breakpoints in the form of the runner protocol. Empty texts count as null. */
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
    description: 'Replaces all breakpoints of a queued or active run. Returns them as they were set.',
    args: { run: t.arg.id(), breakpoints: t.arg({ type: [BreakpointInput] }) },
    resolve: async (_root, args, context) => {
      const run = await requireRunModel(args.run, context);
      const breakpoints = validate('breakpoints', breakpointsSchema, readBreakpoints(args.breakpoints));
      if (run.phase === 'QUEUED' && (await context.queue.setBreakpoints(run.row, context.user.name, breakpoints)))
        return breakpoints;
      run.requireOpen();
      const command = { name: 'setBreakpoints', breakpoints } as const;
      return z.array(breakpointSchema).parse(await context.backend.command(run.row, context.user.name, command));
    },
  }),
);
