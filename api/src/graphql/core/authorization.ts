/** Wraps the fields of the schema with the rules of `auth/rules.ts`, and its mutations with the audit log. */
import { SequencerError } from '@sequencer/model';
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';
import { details } from '../../auth/audit-log.ts';
import { hasRole, mayOnlyPropose, operates } from '../../auth/grants.ts';
import { MUTATIONS, NEEDS, QUERIES, type CommandRule, type Need } from '../../auth/rules.ts';
import { asSequencerError, isDatabaseUnreachable } from '../../store/database.ts';
import { findRun } from '../../store/run-store.ts';
import type { Context } from './context.ts';
import { isUuid } from '../../lib/uuid.ts';

type Field = GraphQLField<unknown, Context>;
type Resolver = GraphQLFieldResolver<unknown, Context>;
type Args = Record<string, unknown>;

/** The required role of every field and argument. Throws if one has no rule. */
export function needsOf(schema: GraphQLSchema): Map<string, Need> {
  const found = new Map<string, Need>();
  const missing: string[] = [];
  const add = (name: string) => {
    const need = NEEDS.get(name);
    if (need === undefined) missing.push(name);
    else found.set(name, need);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !('getFields' in type)) continue;
    for (const field of Object.values(type.getFields()) as (Field | GraphQLInputField)[]) {
      add(`${type.name}.${field.name}`);
      if ('args' in field) for (const { name } of field.args) add(`${type.name}.${field.name}(${name})`);
    }
  }
  if (missing.length > 0) throw new Error(`api/src/auth/rules.ts has no rule for ${missing.join(', ')}. Add one.`);
  return found;
}

export function withAuthorization(schema: GraphQLSchema): GraphQLSchema {
  const needs = needsOf(schema);
  const roots: unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || !('getInterfaces' in type)) continue;
    for (const field of Object.values(type.getFields()) as Field[]) {
      const need = needs.get(`${type.name}.${field.name}`) ?? 'ADMIN';
      if (type === schema.getMutationType()) {
        field.resolve = authorizedMutation(field, field.resolve ?? defaultFieldResolver);
      } else if (type === schema.getSubscriptionType()) {
        field.subscribe = withRole(need, field.subscribe ?? defaultFieldResolver);
      } else if (type === schema.getQueryType() && QUERIES[field.name]) {
        field.resolve = authorizedQuery(QUERIES[field.name], field.resolve ?? defaultFieldResolver);
      } else if (roots.includes(type) || need !== 'VIEWER') {
        // Below the roots, a field for viewers is reached only through a root field that was checked.
        field.resolve = withRole(need, field.resolve ?? defaultFieldResolver);
      }
    }
  }
  return schema;
}

function requireNeed(need: Need, { user }: Context): void {
  if (need === 'ANYBODY' || hasRole(user, need)) return;
  if (need === 'PROPOSER' || need === 'OPERATOR')
    throw new SequencerError('FORBIDDEN', 'You are watching.', 'Ask an admin for the operator role.');
  throw new SequencerError('FORBIDDEN');
}

/** Throws BAD_INPUT for text that a database cannot store (NUL, lone surrogates). Scripts have their own check. */
function requireText(args: Args, path = ''): void {
  for (const [name, value] of Object.entries(args)) {
    if (typeof value === 'string' && name !== 'script' && (value.includes('\0') || !value.isWellFormed())) {
      throw new SequencerError('BAD_INPUT', `${path}${name}: not valid text, or contains NUL characters.`);
    }
    if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
      requireText(value as Args, `${path}${name}.`);
    }
  }
}

function withRole(need: Need, inner: Resolver): Resolver {
  return (root, args: Args, context, info) => {
    requireNeed(need, context);
    requireText(args);
    return inner(root, args, context, info);
  };
}

/** Wraps a query that a runner or its script answers. */
function authorizedQuery(rule: CommandRule | undefined, inner: Resolver): Resolver {
  if (!rule) return inner;
  return async (root, args: Args, context, info): Promise<unknown> => {
    await admit(rule, args, context, { sequencer: null, run: null, line: null });
    return inner(root, args, context, info);
  };
}

interface Target {
  sequencer: string | null;
  run: string | null;
  line: number | null;
}

/** The fields of a mutation whose resolver was called, and which have their audit entry. */
const reached = new WeakMap<Context, Set<string>>();

export function hasBeenReached(context: Context, key: string): boolean {
  return reached.get(context)?.has(key) ?? false;
}

/** Mutations about a run that the queue carries out. */
const OF_THE_QUEUE = new Set([
  'cancelRun',
  'moveInQueue',
  'editRun',
  'holdRun',
  'releaseRun',
  'acceptRun',
  'declineRun',
]);

/**
 * Whether the action does not wait for its audit entry. Commands to a running script have to work while the database is
 * unreachable, and are in the record that the runner keeps. A check changes nothing.
 */
function isUrgent(name: string, rule: CommandRule): boolean {
  return (rule.run !== undefined && !OF_THE_QUEUE.has(name)) || name === 'stopAll' || name === 'checkScript';
}

/** Wraps a mutation: checks the role, the grant for its sequencer and who has control, and always writes an audit entry. */
function authorizedMutation(field: Field, inner: Resolver): Resolver {
  const rule = MUTATIONS[field.name];
  if (!rule) throw new Error(`Mutation.${field.name} has no rule.`);
  return async (root, args: Args, context, info): Promise<unknown> => {
    reached.set(context, (reached.get(context) ?? new Set()).add(String(info.path.key)));
    const target: Target = { sequencer: null, run: null, line: null };
    const { audit } = context.access;
    const at = new Date();
    const entry = async () => ({
      ...whoIs(context.access),
      at,
      action: field.name,
      ...target,
      details: details(await auditedArguments(field.name, args, context)),
    });
    try {
      await admit(rule, args, context, target);
    } catch (error) {
      await audit.write({ ...(await entry()), ...resultOf(error) });
      throw error;
    }
    // A sign-in changes nothing that needs an entry beforehand; its entry has the result.
    const requested = rule.need === 'ANYBODY' ? null : audit.request(await entry());
    const finish = async (result: ReturnType<typeof resultOf>) => {
      if (requested) await audit.finish(requested, result.result, result.message);
      else await audit.write({ ...(await entry()), ...result });
    };
    try {
      if (requested && !isUrgent(field.name, rule)) await requested.id;
      const result: unknown = await inner(root, args, context, info);
      await finish({ result: 'DONE', message: null });
      return result;
    } catch (error) {
      await finish(resultOf(error));
      throw error;
    }
  };
}

export function whoIs({ identity, address }: Pick<Context['access'], 'identity' | 'address'>) {
  return { userName: identity?.user.name ?? null, via: identity?.via ?? 'not signed in', address };
}

function resultOf(error: unknown): { result: string; message: string | null } {
  const typed = asSequencerError(error);
  return { result: typed?.code ?? 'INTERNAL', message: typed?.message ?? null };
}

async function admit(rule: CommandRule, args: Args, context: Context, target: Target): Promise<void> {
  // The target is found before the role is checked, so that the audit entry of a refusal has it. Without sign-in, not even that.
  if (rule.need !== 'ANYBODY') hasRole(context.user, 'VIEWER');
  const missing = await findTarget(rule, args, context, target).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  requireNeed(rule.need, context);
  requireText(args);
  if (rule.byToken === false && context.access.identity?.method === 'token') {
    throw new SequencerError('FORBIDDEN', 'API tokens cannot do this.', 'Sign in with a browser.');
  }
  if (missing) throw missing;
  // Viewers watch all sequencers.
  if (target.sequencer === null || rule.need === 'VIEWER') return;
  // A proposal changes nothing on the telescope, so that it does not need control.
  if (rule.need === 'PROPOSER' && mayOnlyPropose(context.user, target.sequencer)) return;
  if (!operates(context.user, target.sequencer)) {
    throw new SequencerError(
      'FORBIDDEN',
      `You are watching ${target.sequencer}.`,
      'Ask an admin for permission to operate it.',
    );
  }
  if (rule.needsControl) await context.access.control.require(target.sequencer, context.user);
}

async function findTarget(rule: CommandRule, args: Args, context: Context, target: Target): Promise<void> {
  if (rule.sequencer !== undefined) {
    const name = rule.sequencer.split('.').reduce<unknown>((value, key) => (value as Args | undefined)?.[key], args);
    // An empty list, which names no sequencer.
    if (typeof name !== 'string') throw new SequencerError('BAD_INPUT', `${rule.sequencer}: missing.`);
    context.sequencerStates.require(name);
    target.sequencer = name;
  }
  if (rule.run === undefined) return;
  const id = args[rule.run];
  if (typeof id !== 'string' || !isUuid(id)) throw new SequencerError('UNKNOWN_RUN');
  const live = context.liveRuns.get(id);
  const row = live?.row ?? (await findRun(context.db, id));
  if (!row) throw new SequencerError('UNKNOWN_RUN');
  target.run = row.id;
  target.sequencer = row.sequencer;
  const main = live?.view.traces.find((trace) => trace.id === 1);
  target.line = main?.file === '<script>' ? main.line : null;
}

/** The arguments to log. An unknown user name is left out: it may be a password that was typed into the wrong field. */
async function auditedArguments(action: string, args: Args, context: Context): Promise<Args> {
  if (action !== 'signIn') return args;
  try {
    const person = await context.access.authenticator.passwordUsers?.find(String(args.name));
    return { name: person ? args.name : '(not known)' };
  } catch (error) {
    if (!isDatabaseUnreachable(error)) throw error;
    return { name: '(not known)' };
  }
}
