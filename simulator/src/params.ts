/** Parameters of an operation, checked before it starts, as the agents do. */

export class ParamError extends Error {}

export interface ParamSpec {
  type?: 'float' | 'int' | 'bool' | 'str';
  /** Without a default, the parameter is required. */
  default?: unknown;
  choices?: readonly unknown[];
}
export type ParamSpecs = Record<string, ParamSpec>;
export type Params = Record<string, unknown>;

const CHECKS: Record<NonNullable<ParamSpec['type']>, (value: unknown) => boolean> = {
  float: (value) => typeof value === 'number',
  int: (value) => Number.isInteger(value),
  bool: (value) => typeof value === 'boolean',
  str: (value) => typeof value === 'string',
};

/** Returns the parameters with defaults. @throws ParamError */
export function readParams(specs: ParamSpecs, given: Params): Params {
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(specs, name)) throw new ParamError(`Unexpected parameters: ['${name}']`);
  }
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, readOne(name, spec, given[name])]));
}

function readOne(name: string, spec: ParamSpec, value: unknown): unknown {
  if (value === undefined || value === null) {
    if (!('default' in spec)) throw new ParamError(`Param '${name}' must be provided.`);
    return spec.default;
  }
  if (spec.type && !CHECKS[spec.type](value)) {
    throw new ParamError(`Param '${name}'=${JSON.stringify(value)} is not of required type (<class '${spec.type}'>)`);
  }
  if (spec.choices && !spec.choices.includes(value)) {
    throw new ParamError(
      `Param '${name}'=${JSON.stringify(value)} is not in allowed set (${JSON.stringify(spec.choices)})`,
    );
  }
  return value;
}

export function numberOf(params: Params, name: string): number | null {
  const value = params[name];
  return typeof value === 'number' ? value : null;
}

/** Formats a float as Python does. */
export function floatText(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}
