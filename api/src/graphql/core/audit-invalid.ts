/** Writes audit entries for mutations that fail validation or coercion, before any resolver is called. */
import type { IncomingMessage } from 'node:http';
import { boundedText } from '@sequencer/model';
import { Kind, OperationTypeNode, type DocumentNode, type ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import type { AuditLog } from '../../auth/audit-log.ts';
import type { Identity } from '../../auth/authenticator.ts';
import { MUTATIONS } from '../../auth/rules.ts';
import type { Context } from './context.ts';
import { hasBeenReached, whoIs } from './authorization.ts';

/** The caller of a request, before its context exists. */
export interface Caller {
  audit: AuditLog;
  identity: Identity | null;
  address: string;
}

/** Entries of one request, however many fields it has. */
const MOST_ENTRIES = 3;
const LONGEST_MESSAGE = 300;

/** The field names by their keys in the answer; null unless the operation is a mutation. */
function mutationOf(document: DocumentNode): Map<string, string> | null {
  const operation = document.definitions.find(
    (definition) =>
      definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.MUTATION,
  );
  if (operation?.kind !== Kind.OPERATION_DEFINITION) return null;
  return new Map(
    operation.selectionSet.selections.flatMap((selection) =>
      selection.kind === Kind.FIELD
        ? [[selection.alias?.value ?? selection.name.value, selection.name.value] as const]
        : [],
    ),
  );
}

async function write(caller: Caller, names: Iterable<string>, message: string): Promise<void> {
  const known = [...new Set(names)].filter((name) => MUTATIONS[name]).slice(0, MOST_ENTRIES);
  for (const action of known.length > 0 ? known : ['(not known)']) {
    const none = { sequencer: null, run: null, line: null, details: '{}' };
    const what = { action, ...none, result: 'BAD_INPUT', message: boundedText(message, LONGEST_MESSAGE) };
    await caller.audit.writeInvalid({ ...whoIs(caller), at: new Date(), ...what });
  }
}

/** @param callerOf finds the caller of a request before its context exists */
export function auditInvalidMutations(callerOf: (request: IncomingMessage) => Promise<Caller>): Plugin {
  return {
    onValidate: ({ params, context }) => {
      return ({ valid, result }) => {
        const fields = valid ? null : mutationOf(params.documentAST as DocumentNode);
        if (!fields) return;
        const [error] = result as readonly Error[];
        // A database error occurs again, and is logged, at the next request.
        void callerOf((context as unknown as { req: IncomingMessage }).req)
          .then((caller) => write(caller, fields.values(), error?.message ?? ''))
          .catch(() => undefined);
      };
    },
    onExecute: ({ args }) => {
      const fields = mutationOf(args.document as DocumentNode);
      const context = args.contextValue as unknown as Context;
      if (!fields) return;
      return {
        onExecuteDone: async ({ result }) => {
          const { errors = [] } = result as ExecutionResult;
          // Errors of invalid variables have no path: nothing was executed.
          const whole = errors.find(({ path }) => path === undefined);
          if (whole) await write(context.access, fields.values(), whole.message);
          for (const { path, message } of errors) {
            const key = String(path?.[0]);
            const name = fields.get(key);
            if (path && name && !hasBeenReached(context, key)) await write(context.access, [name], message);
          }
        },
      };
    },
  };
}
