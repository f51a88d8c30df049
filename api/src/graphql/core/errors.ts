/** Converts errors for clients: code, message and remedy, without internal details. */
import { randomUUID } from 'node:crypto';
import { ERRORS, ERROR_CODES, SequencerError, storableText } from '@sequencer/model';
import { GraphQLError } from 'graphql';
import type { Logger } from '../../lib/log.ts';
import { asSequencerError } from '../../store/database.ts';

const codes = new Set<unknown>(ERROR_CODES);
/** Errors of a newer peer, whose code is not in the catalogue. */
const foreign = new WeakSet<Error>();

type Presented = Pick<SequencerError, 'code' | 'message' | 'remedy'>;

function rebuilt(error: GraphQLError, { code, message, remedy }: Presented): GraphQLError {
  const made = new GraphQLError(storableText(message), {
    ...(error.nodes ? { nodes: error.nodes } : {}),
    ...(error.path ? { path: error.path } : {}),
    extensions: { code, ...(remedy === '' ? {} : { remedy: storableText(remedy) }) },
  });
  if (!codes.has(code)) foreign.add(made);
  return made;
}

/** Also by name, because a library may have loaded its own copy of the class. */
function isGraphQL(error: unknown): error is GraphQLError {
  return error instanceof GraphQLError || (error instanceof Error && error.name === 'GraphQLError');
}

/** The error as a client may see it. An internal error is logged, and the client gets a reference to the log entry. */
export function present(error: unknown, log: Logger): GraphQLError {
  const graphql = isGraphQL(error) ? error : new GraphQLError('', { originalError: error as Error });
  // A later stage may wrap an error that was converted before.
  const isWrapped = isGraphQL(graphql.originalError);
  const isPresented = codes.has(graphql.extensions.code) || foreign.has(graphql);
  if (isPresented && (!graphql.originalError || isWrapped)) return graphql;
  const typed = asSequencerError(graphql.originalError ?? error);
  if (typed) return rebuilt(graphql, typed);
  // An error without a cause is about the query: its syntax, names or variables.
  if (!graphql.originalError || isGraphQL(graphql.originalError)) {
    return rebuilt(graphql, new SequencerError('BAD_INPUT', graphql.message, 'Correct the request.'));
  }
  const reference = randomUUID().slice(0, 8);
  log.error({ reference, err: graphql.originalError }, 'a request failed');
  const remedy = `Search the log of the API for "${reference}".`;
  return rebuilt(graphql, new SequencerError('INTERNAL', ERRORS.INTERNAL.message, remedy));
}
