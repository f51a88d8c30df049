/**
 * Settings from environment variables. Each process declares its variables in one schema. The type of its settings, the errors
 * and the tables of docs/configuration.md follow from that schema.
 *
 *     SITE_LATITUDE: z.coerce.number().min(-90).max(90).optional().register(documentation, {
 *       description: 'the latitude of the site', unit: 'degrees', example: '-22.96' }),
 *
 * A default is a text, as in the environment: `.prefault('300')`. An empty variable counts as not set.
 */
import { z } from 'zod';

/** What docs/configuration.md and the errors contain about a variable. */
export interface Documentation {
  /** Starts like "the port of the pages", so that it can follow "Set it to". Markdown. */
  description: string;
  /** A valid value. */
  example: string;
  unit?: string;
  /** What applies when the variable is not set, if the schema does not state it. Markdown. */
  unset?: string;
  /** The value is a secret or contains one. It is never printed. */
  secret?: true;
}

export const documentation = z.registry<Documentation>();

export type Environment = Readonly<Record<string, string | undefined>>;

export interface SettingProblem {
  name: string;
  /** Continues "NAME: ", as in "must be a number.". It never contains a secret. */
  message: string;
}

/** At least one variable is missing or invalid. The message has one line for each problem. */
export class SettingsError extends Error {
  readonly problems: readonly SettingProblem[];

  /** @param owner the process, such as "the API" */
  constructor(owner: string, problems: readonly SettingProblem[]) {
    const lines = problems.map(({ name, message }) => `  ${name}: ${message}`);
    super(`The settings of ${owner} are invalid:\n${lines.join('\n')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

/** The declared variables by name. */
export type Shape = Readonly<Record<string, z.ZodType>>;

type CamelCase<Name extends string> = Name extends `${infer Word}_${infer Rest}`
  ? `${Lowercase<Word>}${Capitalize<CamelCase<Rest>>}`
  : Lowercase<Name>;

/** The values of a schema, with names such as `databaseUrl` for `DATABASE_URL`. */
export type Settings<Schema extends z.ZodObject<Shape>> = {
  [Name in keyof z.output<Schema> as CamelCase<Name & string>]: z.output<Schema>[Name];
};

/**
 * Reads and checks all variables of a process.
 *
 * @param owner the process, such as "the API"
 * @param conflicts finds problems that concern several variables, or the machine. Gets the variables that are set
 * @throws SettingsError with every problem
 */
export function readSettings<Schema extends z.ZodObject<Shape>>(
  owner: string,
  schema: Schema,
  env: Environment,
  conflicts: (set: Environment) => readonly SettingProblem[] = () => [],
): Settings<Schema> {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim()));
  const result = schema.safeParse(set);
  const invalid = result.error?.issues.map(({ path, message }) => problemOf(schema, set, String(path[0]), message));
  const problems = [...(invalid ?? []), ...conflicts(set)];
  if (!result.success || problems.length > 0) throw new SettingsError(owner, problems);
  const values = Object.entries(result.data).map(([name, value]) => [camelCase(name), value] as const);
  return Object.fromEntries(values) as Settings<Schema>;
}

function camelCase(name: string): string {
  return name.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function problemOf(schema: z.ZodObject<Shape>, env: Environment, name: string, reason: string): SettingProblem {
  const field = schema.shape[name];
  const about = field && documentation.get(field);
  const value = env[name];
  const example = about && !about.secret ? ` Example: ${name}=${about.example}` : '';
  if (value === undefined) {
    const [meaning = ''] = about?.description.split(/[.:] /) ?? [];
    return { name, message: `is required. Set it to ${meaning}.${example}` };
  }
  const shown = about && !about.secret ? ` It is ${quoted(value)}.` : '';
  return { name, message: `${reason.replace(/\.$/, '')}.${shown}${example}` };
}

const LONGEST_SHOWN = 80;

function quoted(value: string): string {
  return JSON.stringify(value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value);
}
