/** Puts the rules of `auth/rules.ts` around the schema's fields, and the audit around its mutations. */
import { SequencerError } from '@sequencer/model';
import {
  defaultFieldResolver,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLInputField,
  type GraphQLSchema,
} from 'graphql';
import { details } from '../../auth/audit-log.ts';
import { hasRole, operates } from '../../auth/grants.ts';
import { MUTATIONS, NEEDS, QUERIES, type CommandRule, type Need } from '../../auth/rules.ts';
import { asSequencerError, isDatabaseUnreachable } from '../../store/database.ts';
import { findRun } from '../../store/run-store.ts';
import type { Context } from './context.ts';
import { isUuid } from '../../lib/uuid.ts';

type Field = GraphQLField<unknown, Context>;
type Resolver = GraphQLFieldResolver<unknown, Context>;
type Args = Record<string, unknown>;

/** The needs of all fields and arguments. Throws when one has no rule. */
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
  if (missing.length > 0) throw new Error(`There is no rule in api/src/auth/rules.ts for ${missing.join(', ')}.`);
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
        // Below the roots, a viewer's field is reached only by who has passed a root.
        field.resolve = withRole(need, field.resolve ?? defaultFieldResolver);
      }
    }
  }
  return schema;
}

function requireNeed(need: Need, { user }: Context): void {
  if (need === 'ANYBODY' || hasRole(user, need)) return;
  const text = need === 'OPERATOR' ? 'You are watching. Ask an admin for the operator role.' : undefined;
  throw new SequencerError('FORBIDDEN', text);
}

/** Throws BAD_INPUT for what no database can keep: NUL, half a character. What a script may hold is said of scripts. */
function requireText(args: Args, path = ''): void {
  for (const [name, value] of Object.entries(args)) {
    if (typeof value === 'string' && name !== 'script' && (value.includes('\0') || !value.isWellFormed())) {
      throw new SequencerError('BAD_INPUT', `${path}${name}: it is not text, or holds NUL characters.`);
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

/** A query that a script answers. */
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

/** Of the fields of a mutation: those whose resolver has been reached, and that have their entry. */
const reached = new WeakMap<Context, Set<string>>();

export function hasBeenReached(context: Context, key: string): boolean {
  return reached.get(context)?.has(key) ?? false;
}

/** On a run, but carried out by the queue. */
const OF_THE_QUEUE = new Set(['cancelRun', 'moveInQueue']);

/**
 * Whether the action does not wait for its entry: commands to a running script have to work while the database does not, and
 * are in the run's own record, which its runner keeps. A check changes nothing.
 */
function isUrgent(name: string, rule: CommandRule): boolean {
  return (rule.run !== undefined && !OF_THE_QUEUE.has(name)) || name === 'checkScript';
}

/** A mutation: the role, the grant for its sequencer, who has control, and in any case an entry in the audit. */
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
    // An attempt at signing in is judged by its result; it does nothing that needs an entry before.
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
  // What it is about is looked up first, so that the audit of a refusal knows it; who is nobody gets not even that.
  if (rule.need !== 'ANYBODY') hasRole(context.user, 'VIEWER');
  const missing = await findTarget(rule, args, context, target).then(
    () => null,
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  requireNeed(rule.need, context);
  requireText(args);
  if (rule.byToken === false && context.access.identity?.method === 'token') {
    throw new SequencerError('FORBIDDEN', 'A token cannot do this. Sign in with a browser.');
  }
  if (missing) throw missing;
  if (target.sequencer === null) return;
  if (!operates(context.user, target.sequencer)) {
    throw new SequencerError('FORBIDDEN', `You are watching ${target.sequencer}. Ask an admin to operate it.`);
  }
  if (rule.needsControl) await context.access.control.require(target.sequencer, context.user);
}

async function findTarget(rule: CommandRule, args: Args, context: Context, target: Target): Promise<void> {
  if (rule.sequencer !== undefined) {
    const name = rule.sequencer.split('.').reduce<unknown>((value, key) => (value as Args)[key], args);
    if (typeof name !== 'string') throw new SequencerError('UNKNOWN_SEQUENCER');
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

/** People sometimes type their password where the name belongs: a name that nobody has is not kept. */
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
