/** Counts the bytes of an answer field by field, which bounds the size of every query. */
import {
  GraphQLError,
  defaultFieldResolver,
  type ExecutionResult,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { AnswerBudget } from './answer-budget.ts';
import type { Context } from './context.ts';

type Field = GraphQLField<unknown, Context>;

/** Cost of a field besides its value: its name in the answer, and the work of resolving it. */
const FIELD_BYTES = 24;
/** Shorter texts are not measured exactly. */
const SHORT = 16;

function spend(answer: AnswerBudget, value: unknown): void {
  if (Array.isArray(value)) {
    answer.spend(FIELD_BYTES);
    // Objects are counted by their own fields.
    for (const item of value) if (typeof item !== 'object' || item === null) spend(answer, item);
    return;
  }
  const isLong = typeof value === 'string' && value.length > SHORT;
  answer.spend(FIELD_BYTES + (isLong ? answer.sizeOf(value) : SHORT));
}

/** Wraps every field of the schema with a charge to the answer budget. */
export function withAnswerBudget(schema: GraphQLSchema): GraphQLSchema {
  const subscriptions: unknown = schema.getSubscriptionType();
  const queries: unknown = schema.getQueryType();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !('getInterfaces' in type)) continue;
    for (const field of Object.values(type.getFields()) as Field[]) {
      const inner = field.resolve ?? defaultFieldResolver;
      // By its text, because the classes may be of another copy of the library.
      const mayBeNull = !String(field.type).endsWith('!');
      const isQuery = type === queries;
      const isSubscription = type === subscriptions;
      field.resolve = (source, args, context, info) => {
        const { answer } = context;
        if (isSubscription) answer.restart();
        if (answer.problem) {
          // The error replaces the whole answer.
          if (mayBeNull) return null;
          throw answer.problem;
        }
        const read = () => inner(source, args, context, info);
        // Aliases of one field load one after the other, so that the rest stop once the first have used the budget.
        const value: unknown = isQuery ? answer.load(read, 'query') : read();
        if (!(value instanceof Promise)) {
          spend(answer, value);
          return value;
        }
        return value.then((settled: unknown) => {
          spend(answer, settled);
          return settled;
        });
      };
    }
  }
  return schema;
}

function tooLarge(context: unknown): ExecutionResult | null {
  const { problem } = (context as Context).answer;
  if (!problem) return null;
  return { data: null, errors: [new GraphQLError(problem.message, { originalError: problem })] };
}

/** Replaces an answer that exceeded its budget by the error. */
export const answerSizePlugin: Plugin<Context> = {
  onExecute: ({ args }) => ({
    onExecuteDone: ({ setResult }) => {
      const problem = tooLarge(args.contextValue);
      if (problem) setResult(problem);
    },
  }),
  onSubscribe: ({ args }) => ({
    onSubscribeResult: () => ({
      onNext: ({ setResult }) => {
        const problem = tooLarge(args.contextValue);
        if (problem) setResult(problem);
      },
    }),
  }),
};
