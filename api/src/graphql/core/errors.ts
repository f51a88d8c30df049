/** How errors reach a client: with a code of the catalogue and a sentence, and nothing of our inside. */
import { randomUUID } from 'node:crypto';
import { ERROR_CODES, storableText } from '@sequencer/model';
import { GraphQLError } from 'graphql';
import type { Logger } from '../../lib/log.ts';
import { asSequencerError } from '../../store/database.ts';

const codes = new Set<unknown>(ERROR_CODES);
/** Errors whose code is from a newer runner and not in the catalogue. */
const foreign = new WeakSet<Error>();

function rebuilt(error: GraphQLError, message: string, code: string): GraphQLError {
  const made = new GraphQLError(storableText(message), {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: { code },
  });
  if (!codes.has(code)) foreign.add(made);
  return made;
}

/** By name too: a library may have loaded a copy of its own of the class. */
function isGraphQL(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError || (error instanceof Error && error.name === 'GraphQLError');
}

/** The error as a client may see it. What is not meant for people is logged under a reference. */
export function present(error: unknown, log: Logger): GraphQLError {
  const graphql = isGraphQL(error) ? error : new GraphQLError('', { originalError: error as Error });
  // Told already: a later stage may wrap it once more.
  const isWrapped = isGraphQL(graphql.originalError);
  const isPresented = codes.has(graphql.extensions.code) || foreign.has(graphql);
  if (isPresented && (!graphql.originalError || isWrapped)) return graphql;
  const typed = asSequencerError(graphql.originalError ?? error);
  if (typed) {
    return graphql.extensions.code === typed.code ? graphql : rebuilt(graphql, typed.message, typed.code);
  }
  // Without a cause of its own it is about the query: its syntax, its names, its variables.
  if (!graphql.originalError || isGraphQL(graphql.originalError)) {
    return rebuilt(graphql, graphql.message, 'BAD_INPUT');
  }
  const reference = randomUUID().slice(0, 8);
  log.error({ reference, err: graphql.originalError }, 'a request failed');
  const message = `Something failed inside the product. Look for "${reference}" in the log of the API.`;
  return rebuilt(graphql, message, 'INTERNAL');
}
