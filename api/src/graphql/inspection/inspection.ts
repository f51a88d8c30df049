/** Inspection of a stopped run: evaluation, variables, source files. */
import {
  LIMITS,
  VARIABLE_SCOPES,
  exactText,
  evaluationSchema,
  sourceFileSchema,
  variablePageSchema,
  type Evaluation,
  type RunCommand,
  type SourceFile,
  type VariablePage,
} from '@sequencer/model';
import { z } from 'zod';
import { builder } from '../core/builder.ts';
import { validate } from '../core/validate.ts';
import type { Context } from '../core/context.ts';
import { VariableType } from '../runs/run-parts.ts';
import { requireRunModel } from '../runs/run-model.ts';

const ScopeEnum = builder.enumType('VariableScope', {
  description: 'Scope of the variables of a frame.',
  values: {
    LOCALS: { value: 'locals', description: 'Local variables of the function.' },
    GLOBALS: { value: 'globals', description: 'Global variables of its module.' },
  } as const,
});

const EvaluationType = builder.objectRef<Evaluation>('Evaluation').implement({
  description: 'Result of an evaluated expression or statement.',
  fields: (t) => ({
    ok: t.boolean({ description: 'False if it raised an exception.', resolve: ({ ok }) => ok }),
    text: t.string({
      description: 'Printed output and the value, or the error. Bounded in size.',
      resolve: ({ text }) => text,
    }),
  }),
});

const VariablePageType = builder.objectRef<VariablePage>('VariablePage').implement({
  description: 'A page of variables, or of the items of a value.',
  fields: (t) => ({
    variables: t.field({ type: [VariableType], resolve: ({ variables }) => variables }),
    total: t.int({ description: 'Number of variables in all pages.', resolve: ({ total }) => total }),
  }),
});

const SourceFileType = builder.objectRef<SourceFile>('SourceFile').implement({
  description: 'A Python file that a run uses.',
  fields: (t) => ({
    file: t.string({ description: 'Path of the file.', resolve: ({ file }) => file }),
    text: t.string({ resolve: ({ text }) => text }),
  }),
});

async function sendCommand(id: string, context: Context, command: RunCommand): Promise<unknown> {
  const run = await requireRunModel(id, context);
  run.requireStarted();
  return context.backend.command(run.row, context.user.name, command);
}

const positive = z.int().positive();
const expressionSchema = z
  .string()
  .refine((text) => Buffer.byteLength(text) <= LIMITS.expressionBytes, 'longer than 16384 bytes; shorten it.');
const pathSchema = z
  .array(z.string().max(LIMITS.breakpointTextLength))
  .max(LIMITS.variableDepth, `more than ${String(LIMITS.variableDepth)} parts`);

const TRACE = 'Id of the trace.';
const PROMPT = 'Number of its current prompt.';
const FRAME = 'Frame of the stack: 0 is the innermost, 1 its caller.';

builder.mutationFields((t) => ({
  evaluate: t.field({
    type: EvaluationType,
    description:
      'Evaluates an expression or executes a statement in a frame of a stopped trace, in that trace itself. ' +
      'A long evaluation fails with STILL_EVALUATING and continues; its result is then recorded as an event.',
    args: {
      run: t.arg.id(),
      trace: t.arg.int({ description: TRACE }),
      prompt: t.arg.int({ description: PROMPT }),
      expression: t.arg.string(),
      frame: t.arg.int({ defaultValue: 0, required: false, description: FRAME }),
      watch: t.arg.boolean({
        defaultValue: false,
        required: false,
        description: 'The client evaluates it at each stop, to show its value. The record contains this.',
      }),
    },
    resolve: async (_root, args, context) =>
      evaluationSchema.parse(
        await sendCommand(args.run, context, {
          name: 'evaluate',
          trace: validate('trace', positive, args.trace),
          prompt: validate('prompt', positive, args.prompt),
          frame: validate('frame', z.int().nonnegative(), args.frame ?? 0),
          expression: validate('expression', expressionSchema, args.expression),
          watch: args.watch ?? false,
        }),
      ),
  }),
  interruptEvaluation: t.field({
    type: 'Boolean',
    description: 'Interrupts an evaluation with KeyboardInterrupt. Nothing else is interrupted.',
    args: { run: t.arg.id(), trace: t.arg.int({ description: TRACE }), prompt: t.arg.int({ description: PROMPT }) },
    resolve: async (_root, args, context) => {
      await sendCommand(args.run, context, {
        name: 'interruptEvaluation',
        trace: validate('trace', positive, args.trace),
        prompt: validate('prompt', positive, args.prompt),
      });
      return true;
    },
  }),
}));

builder.queryFields((t) => ({
  variables: t.field({
    type: VariablePageType,
    description: 'The variables of a frame of a stopped trace, or with `path` the items of a value.',
    args: {
      run: t.arg.id(),
      trace: t.arg.int({ description: TRACE }),
      prompt: t.arg.int({ description: PROMPT }),
      frame: t.arg.int({ defaultValue: 0, required: false, description: FRAME }),
      scope: t.arg({ type: ScopeEnum, required: false, defaultValue: VARIABLE_SCOPES[0] }),
      path: t.arg.stringList({ required: false, defaultValue: [], description: '`path` of a Variable.' }),
      after: t.arg.int({ required: false, defaultValue: 0, description: 'Number of variables to skip.' }),
      first: t.arg.int({
        required: false,
        defaultValue: 100,
        description: `Largest number of variables, ${String(LIMITS.variablePage)} at most.`,
      }),
    },
    resolve: async (_root, args, context) =>
      variablePageSchema.parse(
        await sendCommand(args.run, context, {
          name: 'variables',
          trace: validate('trace', positive, args.trace),
          prompt: validate('prompt', positive, args.prompt),
          frame: validate('frame', z.int().nonnegative(), args.frame ?? 0),
          scope: args.scope ?? 'locals',
          path: validate('path', pathSchema, args.path ?? []),
          after: validate('after', z.int().nonnegative(), args.after ?? 0),
          first: validate('first', positive.max(LIMITS.variablePage), args.first ?? 100),
        }),
      ),
  }),
  source: t.field({
    type: SourceFileType,
    description: 'Source of a Python file that the run uses: on a stack, with a breakpoint, or on the import path.',
    args: { run: t.arg.id(), file: t.arg.string({ description: 'Path of the file.' }) },
    resolve: async (_root, { run, file }, context) => {
      const name = validate('file', z.string().min(1).max(LIMITS.breakpointTextLength), file);
      const source = sourceFileSchema.parse(await sendCommand(run, context, { name: 'source', file: name }));
      return { ...source, text: exactText(source.text) };
    },
  }),
}));
