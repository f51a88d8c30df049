/** Looking into a stopped run: evaluating, variables, the source of what it runs. */
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
  description: 'Whose names: of the function, or of its module.',
  values: { LOCALS: { value: 'locals' }, GLOBALS: { value: 'globals' } } as const,
});

const EvaluationType = builder.objectRef<Evaluation>('Evaluation').implement({
  description: 'What came of an expression or a statement.',
  fields: (t) => ({
    ok: t.boolean({ resolve: ({ ok }) => ok }),
    text: t.string({
      description: 'What was printed and the value, or the error. It is bounded.',
      resolve: ({ text }) => text,
    }),
  }),
});

const VariablePageType = builder.objectRef<VariablePage>('VariablePage').implement({
  fields: (t) => ({
    variables: t.field({ type: [VariableType], resolve: ({ variables }) => variables }),
    total: t.int({ description: 'Of all pages.', resolve: ({ total }) => total }),
  }),
});

const SourceFileType = builder.objectRef<SourceFile>('SourceFile').implement({
  description: 'A Python file that a run uses.',
  fields: (t) => ({
    file: t.string({ resolve: ({ file }) => file }),
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
  .refine((text) => Buffer.byteLength(text) <= LIMITS.expressionBytes, 'It has more than 16384 bytes.');
const pathSchema = z
  .array(z.string().max(LIMITS.breakpointTextLength))
  .max(LIMITS.variableDepth, `It has more than ${String(LIMITS.variableDepth)} parts.`);

const FRAME = 'Counted from the innermost (0) outwards.';

builder.mutationFields((t) => ({
  evaluate: t.field({
    type: EvaluationType,
    description:
      'Evaluates an expression, or carries out a statement, in a frame of a stopped trace, by that trace itself. ' +
      'When it takes long, STILL_EVALUATING is answered and it goes on; its result is then in the record.',
    args: {
      run: t.arg.id(),
      trace: t.arg.int(),
      prompt: t.arg.int(),
      expression: t.arg.string(),
      frame: t.arg.int({ defaultValue: 0, required: false, description: FRAME }),
    },
    resolve: async (_root, args, context) =>
      evaluationSchema.parse(
        await sendCommand(args.run, context, {
          name: 'evaluate',
          trace: validate('trace', positive, args.trace),
          prompt: validate('prompt', positive, args.prompt),
          frame: validate('frame', z.int().nonnegative(), args.frame ?? 0),
          expression: validate('expression', expressionSchema, args.expression),
        }),
      ),
  }),
  interruptEvaluation: t.field({
    type: 'Boolean',
    description: 'Ends an evaluation that takes too long by a KeyboardInterrupt in it, and nothing else.',
    args: { run: t.arg.id(), trace: t.arg.int(), prompt: t.arg.int() },
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
    description: 'The names of a frame of a stopped trace, or with a path, what is inside a value.',
    args: {
      run: t.arg.id(),
      trace: t.arg.int(),
      prompt: t.arg.int(),
      frame: t.arg.int({ defaultValue: 0, required: false, description: FRAME }),
      scope: t.arg({ type: ScopeEnum, required: false, defaultValue: VARIABLE_SCOPES[0] }),
      path: t.arg.stringList({ required: false, defaultValue: [], description: 'As a Variable says it.' }),
      after: t.arg.int({ required: false, defaultValue: 0, description: 'Leaves out so many.' }),
      first: t.arg.int({ required: false, defaultValue: 100 }),
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
    description:
      'The text of a Python file that the run uses: on a stack, with a breakpoint, or where it imports from.',
    args: { run: t.arg.id(), file: t.arg.string() },
    resolve: async (_root, { run, file }, context) => {
      const name = validate('file', z.string().min(1).max(LIMITS.breakpointTextLength), file);
      const source = sourceFileSchema.parse(await sendCommand(run, context, { name: 'source', file: name }));
      return { ...source, text: exactText(source.text) };
    },
  }),
}));
