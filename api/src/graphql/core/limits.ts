/** Limits on the complexity of a query, over HTTP and over a websocket alike. */
import { costLimitRule } from '@escape.tech/graphql-armor-cost-limit';
import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxTokensPlugin } from '@escape.tech/graphql-armor-max-tokens';
import { SequencerError } from '@sequencer/model';
import { GraphQLError, type ValidationRule } from 'graphql';
import type { Plugin } from 'graphql-yoga';

const onReject = [
  (context: { reportError: (error: GraphQLError) => void } | null, error: GraphQLError) => {
    const message = error.message.replace(/^Syntax Error: /, '');
    const limitError = new GraphQLError(message, { originalError: new SequencerError('TOO_COMPLEX', message) });
    if (context) context.reportError(limitError);
    else throw limitError;
  },
];
const options = { onReject, propagateOnRejection: false };

const RULES = [
  maxDepthRule({ ...options, n: 12 }),
  maxAliasesRule({ ...options, n: 30 }),
  costLimitRule({ ...options, maxCost: 200_000 }),
] as unknown as ValidationRule[];

export function limitPlugins(): Plugin[] {
  return [
    maxTokensPlugin({ ...options, n: 2000 }),
    {
      onValidate: ({ addValidationRule }) => {
        for (const rule of RULES) addValidationRule(rule);
      },
    },
  ];
}
