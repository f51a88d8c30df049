/** GraphQL over HTTP and over a websocket, with the same limits and the same errors. */
import type { ServerResponse, IncomingMessage } from 'node:http';
import { SequencerError, statusOf } from '@sequencer/model';
import {
  GraphQLError,
  type DocumentNode,
  type ExecutionArgs,
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import { authenticate, type Authenticator } from '../auth/authenticator.ts';
import { TRY_AGAIN_LATER, UNAUTHORIZED, closeOnExpiry } from '../auth/socket-expiry.ts';
import { noStreams } from '../http/guard.ts';
import type { GraphqlSockets } from '../http/upgrades.ts';
import type { Logger } from '../lib/log.ts';
import type { Context } from './core/context.ts';
import { present } from './core/errors.ts';
import { answerSizePlugin } from './core/answer-size.ts';
import { auditInvalidMutations, type Caller } from './core/audit-invalid.ts';
import { limitPlugins } from './core/limits.ts';
import { schema } from './schema.ts';
import type { SocketFlows } from './core/socket-flow.ts';

export interface NodeContext {
  req: IncomingMessage;
  /** Undefined on a websocket. */
  res?: ServerResponse;
}
export type MakeContext = (node: NodeContext) => Promise<Context>;
export type Yoga = YogaServerInstance<NodeContext, Context>;

const SUBSCRIPTIONS_PER_SOCKET = 100;
/** As HTTP status 429. */
const TOO_MANY = 4429;

/**
 * For Yoga, which reads the status here and does not include it in the answer: that of the first error, if the request
 * failed before it was executed, or nobody is signed in. Other errors are about single fields.
 */
function httpStatus({ data }: ExecutionResult, errors: readonly GraphQLError[]): Record<string, unknown> {
  const isWhole = ({ path, extensions: { code } }: GraphQLError) => path === undefined || code === 'UNAUTHENTICATED';
  const [first] = errors;
  return first && data == null && errors.every(isWhole)
    ? { http: { status: statusOf(String(first.extensions.code)) } }
    : {};
}

export function makeYoga(
  makeContext: MakeContext,
  callerOf: (request: IncomingMessage) => Promise<Caller>,
  log: Logger,
): Yoga {
  /** Yoga would answer a subscription with an event stream, whatever the client accepts. */
  const onlyOnWebsockets: Plugin<Context> = {
    onSubscribe: ({ args, setResultAndStopExecution }) => {
      if ((args.contextValue as Context).access.response === null) return;
      const error = noStreams();
      setResultAndStopExecution({
        errors: [new GraphQLError(error.message, { originalError: error })],
        extensions: { http: { status: error.status } },
      });
    },
  };
  const presented: Plugin = {
    onResultProcess: (process) => {
      const { result } = process;
      if (!('errors' in result)) return;
      const errors = result.errors.map((error) => present(error, log));
      process.setResult({ extensions: httpStatus(result, errors), ...result, errors });
    },
  };
  return createYoga<NodeContext, Context>({
    schema,
    context: makeContext,
    graphqlEndpoint: '/graphql',
    cors: false,
    multipart: false,
    batching: false,
    graphiql: false,
    landingPage: false,
    healthCheckEndpoint: '/unused-health',
    maskedErrors: { maskError: (error) => present(error, log) },
    plugins: [...limitPlugins(), auditInvalidMutations(callerOf), onlyOnWebsockets, answerSizePlugin, presented],
    logging: false,
  });
}

/** Yoga's parse, validate and execute functions for one operation, with all plugins. */
interface Enveloped {
  schema: GraphQLSchema;
  parse: (query: string) => DocumentNode;
  validate: (schema: GraphQLSchema, document: DocumentNode) => readonly GraphQLError[];
  execute: Execute;
  subscribe: Subscribe;
  contextFactory: () => Promise<unknown>;
}
type Execute = (args: ExecutionArgs) => Promise<ExecutionResult>;
type Subscribe = (args: ExecutionArgs) => Promise<AsyncIterable<ExecutionResult> | ExecutionResult>;

/** graphql-ws passes only these arguments on, so `rootValue` carries the functions of Yoga. */
interface Operation extends ExecutionArgs {
  rootValue: { execute: Execute; subscribe: Subscribe };
}

export function serveWebsockets(
  yoga: Yoga,
  { server, signedIn }: GraphqlSockets,
  authenticator: Authenticator,
  flows: SocketFlows,
  log: Logger,
) {
  const presentAll = (errors: readonly unknown[]) => errors.map((error) => present(error, log));
  return useServer(
    {
      onConnect: async ({ connectionParams, extra: { request, socket } }) => {
        // Clients whose websocket cannot send headers send the authorization in the first message.
        const authorization = connectionParams?.authorization;
        if (typeof authorization === 'string') request.headers.authorization ??= authorization;
        try {
          const { identity } = await authenticate(authenticator, request);
          if (!identity) socket.close(UNAUTHORIZED, 'Sign in first');
          else if (!signedIn(request, identity.user.name)) socket.close(TOO_MANY, 'Too many connections');
          else {
            flows.open(request, socket, identity.user.name);
            closeOnExpiry(authenticator, socket, request, identity, log);
            return true;
          }
          return false;
        } catch (error) {
          // Logs the error: a close reason is limited to 123 bytes.
          present(error, log);
          socket.close(TRY_AGAIN_LATER, 'Try again later');
          return false;
        }
      },
      execute: (args) => (args as Operation).rootValue.execute(args),
      subscribe: (args) => (args as Operation).rootValue.subscribe(args),
      onSubscribe: async (context, id, params) => {
        if (Object.keys(context.subscriptions).length > SUBSCRIPTIONS_PER_SOCKET) {
          const text = `This connection has ${String(SUBSCRIPTIONS_PER_SOCKET)} subscriptions, which is the limit.`;
          return presentAll([new SequencerError('TOO_MANY', text, 'End some first.')]);
        }
        try {
          const yogas = yoga.getEnveloped({ params, req: context.extra.request } as never) as Enveloped;
          const document = yogas.parse(params.query);
          const errors = yogas.validate(yogas.schema, document);
          if (errors.length > 0) return presentAll(errors);
          const contextValue = (await yogas.contextFactory()) as Context;
          flows.of(context.extra.request)?.begin(id, contextValue.answer);
          const operation: Operation = {
            schema: yogas.schema,
            operationName: params.operationName ?? null,
            document,
            variableValues: params.variables ?? null,
            contextValue,
            rootValue: { execute: yogas.execute, subscribe: yogas.subscribe },
          };
          return operation;
        } catch (error) {
          return presentAll([error]);
        }
      },
      onComplete: (context, id) => {
        flows.of(context.extra.request)?.end(id);
      },
      onError: (_context, _id, _payload, errors) => presentAll(errors).map((error) => error.toJSON()),
      onNext: (_context, _id, _payload, _args, result): FormattedExecutionResult | undefined => {
        const { errors, ...rest } = result;
        return errors
          ? { ...(rest as FormattedExecutionResult), errors: presentAll(errors).map((error) => error.toJSON()) }
          : undefined;
      },
    },
    server,
  );
}
