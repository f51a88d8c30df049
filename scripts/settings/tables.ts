/** The environment variables of every process, from its schema, or from the declarations of the runner. */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { signInSettings } from '@sequencer/api/auth/settings';
import { schema as api } from '@sequencer/api/config';
import { schedulerEnvironment } from '@sequencer/scheduler/settings';
import { schema as operator } from '@sequencer/operator/config';
import { schema as cli } from '@sequencer/cli/config';
import { schema as launcher } from '@sequencer/launcher/config';
import { documentation, type Shape } from '@sequencer/model/settings';
import { schema as simulator } from '@sequencer/simulator/config';
import { z } from 'zod';

/** One variable, as docs/configuration.md shows it. */
export interface Variable {
  name: string;
  description: string;
  unit?: string | undefined;
  /** The value that applies when the variable is not set. */
  default?: string | undefined;
  /** In place of a default value. Markdown. */
  unset?: string | undefined;
  example: string;
}

/** The API and the operator read the same settings of the scheduler, which have a table of their own. */
function withoutScheduler(shape: Shape): Shape {
  return Object.fromEntries(Object.entries(shape).filter(([name]) => !(name in schedulerEnvironment)));
}

/** The schemas by the names of their tables. */
export const SHAPES: Record<string, Shape> = {
  'make run': launcher.shape,
  api: withoutScheduler(Object.fromEntries(Object.entries(api.shape).filter(([name]) => !(name in signInSettings)))),
  scheduler: schedulerEnvironment,
  'sign-in': signInSettings,
  operator: withoutScheduler(operator.shape),
  simulator: simulator.shape,
  'command line': cli.shape,
};

/** The tables of docs/configuration.md by name. */
export function tables(): Record<string, Variable[]> {
  const ofSchemas = Object.entries(SHAPES).map(([name, shape]) => [name, variables(shape)] as const);
  return { ...Object.fromEntries(ofSchemas), ...runnerTables() };
}

const root = join(import.meta.dirname, '../..');
const runnerSchema = z.record(
  z.string(),
  z.array(z.object({ name: z.string(), description: z.string(), example: z.string(), unset: z.string() })),
);

/** The runner is written in Python, without a schema. */
function runnerTables(): Record<string, Variable[]> {
  const env = { PYTHONPATH: join(root, 'runner-image/src') };
  const args = ['-m', 'sequencer_runner.common.environment'];
  return runnerSchema.parse(JSON.parse(execFileSync(join(root, '.venv/bin/python'), args, { env, encoding: 'utf8' })));
}

function variables(shape: Shape): Variable[] {
  return Object.entries(shape).map(([name, field]) => {
    const about = documentation.get(field);
    if (!about) throw new Error(`${name} has no documentation: add .register(documentation, { ... }) to its schema.`);
    const { description, unit, unset, example } = about;
    const value = field instanceof z.ZodPrefault ? String(field.def.defaultValue) : undefined;
    return {
      name,
      description,
      unit,
      default: value,
      unset: unset ?? (field.safeParse(undefined).success ? '' : 'required'),
      example,
    };
  });
}

/** The page with its tables replaced. Text outside of the markers is kept. */
export function withTables(page: string, tables: Readonly<Record<string, readonly Variable[]>>): string {
  let text = page;
  for (const [name, rows] of Object.entries(tables)) {
    const [begin, end] = [`<!-- settings: ${name} -->\n`, '<!-- end of settings -->'];
    const from = text.indexOf(begin) + begin.length;
    const to = text.indexOf(end, from);
    if (from < begin.length || to < 0)
      throw new Error(`docs/configuration.md has no table with the marker "settings: ${name}".`);
    text = text.slice(0, from) + table(rows) + text.slice(to);
  }
  return text;
}

function table(rows: readonly Variable[]): string {
  const lines = rows.map((row) => {
    const cells = [code(row.name), row.description, defaultOf(row), code(row.example)];
    return `|${cells.map((cell) => (cell === '' ? ' ' : ` ${cell.replaceAll('|', '\\|')} `)).join('|')}|`;
  });
  return ['', '| variable | meaning | default | example |', '| --- | --- | --- | --- |', ...lines, '', ''].join('\n');
}

function defaultOf({ default: value, unit, unset = '' }: Variable): string {
  if (unset || !value) return unset;
  return unit ? `${code(value)} ${unit}` : code(value);
}

function code(text: string): string {
  return `\`${text}\``;
}
