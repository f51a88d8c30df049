/**
 * Writes runner-image/src/sequencer_runner/protocol.py: the runner protocol as Python types, from the zod schemas of
 * model/src. The shapes are those of zod's JSON Schema; the docstrings are the comments in the sources.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CODES } from '@sequencer/model/errors';
import * as events from '@sequencer/model/events';
import { OUTCOMES } from '@sequencer/model/phases';
import * as protocol from '@sequencer/model/protocol';
import ts from 'typescript';
import { z } from 'zod';

type Schema = z.core.JSONSchema.BaseSchema;

const ROOT = join(import.meta.dirname, '..');
const TARGET = join(ROOT, 'runner-image/src/sequencer_runner/protocol.py');
const WIDTH = 120;

/** Names for the lists of values, most of which the model also exports as types. */
const ENUMS: Record<string, readonly string[]> = {
  StopLevel: events.STOP_LEVELS,
  StepAction: events.STEP_COMMANDS,
  OtherTasks: events.OTHER_TASKS,
  StatementState: events.STATEMENT_STATES,
  FailureAction: events.FAILURE_ACTIONS,
  Outcome: OUTCOMES,
  VariableScope: protocol.VARIABLE_SCOPES,
  ErrorCode: ERROR_CODES,
};

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** The class of each object schema, and where the model declares it. */
const named: { name: string; schema: z.ZodType; source: string }[] = [
  { name: 'Variable', schema: events.variableSchema, source: 'variableSchema' },
  { name: 'Frame', schema: events.frameSchema, source: 'frameSchema' },
  { name: 'Breakpoint', schema: events.breakpointSchema, source: 'breakpointSchema' },
  { name: 'StatementSpan', schema: events.statementSpanSchema, source: 'statementSpanSchema' },
  ...Object.entries(events.EVENT_SCHEMAS).map(([type, schema]) => ({
    name: `${capitalized(type)}Event`,
    schema,
    source: `EVENT_SCHEMAS.${type}`,
  })),
  { name: 'AnyEvent', schema: events.anyEventSchema, source: 'anyEventSchema' },
  ...Object.entries(protocol.COMMANDS).map(([name, schema]) => ({
    name: `${capitalized(name)}Command`,
    schema,
    source: `COMMANDS.${name}`,
  })),
  { name: 'Hello', schema: protocol.helloSchema, source: 'helloSchema' },
  { name: 'Events', schema: protocol.eventsSchema, source: 'eventsSchema' },
  { name: 'Reply', schema: protocol.replySchema, source: 'replySchema' },
  { name: 'Welcome', schema: protocol.welcomeSchema, source: 'welcomeSchema' },
  { name: 'Ack', schema: protocol.ackSchema, source: 'ackSchema' },
  { name: 'CommandMessage', schema: protocol.commandSchema, source: 'commandSchema' },
  { name: 'Finding', schema: protocol.findingSchema, source: 'findingSchema' },
  { name: 'Evaluation', schema: protocol.evaluationSchema, source: 'evaluationSchema' },
  { name: 'VariablePage', schema: protocol.variablePageSchema, source: 'variablePageSchema' },
  { name: 'RegisteredAgent', schema: protocol.registeredAgentSchema, source: 'registeredAgentSchema' },
  { name: 'Conditions', schema: protocol.conditionsSchema, source: 'conditionsSchema' },
  { name: 'SourceFile', schema: protocol.sourceFileSchema, source: 'sourceFileSchema' },
];

/* ---- the comments of the model ---------------------------------------------------------------------------------- */

const docs = new Map<string, string>();

function readDocs(file: string): void {
  const path = join(ROOT, 'model/src', file);
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = (node: ts.Node, at: string): void => {
    let inside = at;
    if (ts.isVariableDeclaration(node) || ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) {
      inside = [at, node.name.getText()].filter(Boolean).join('.');
      const owner = ts.isVariableDeclaration(node) ? node.parent.parent : node;
      const comment = ts.getJSDocCommentsAndTags(owner).find((each) => ts.isJSDoc(each))?.comment;
      const text = ts.getTextOfJSDocComment(comment);
      if (text !== undefined) docs.set(inside, text.replaceAll(/\s+/g, ' '));
    }
    ts.forEachChild(node, (child) => {
      visit(child, inside);
    });
  };
  visit(source, '');
}

function docstring(text: string | undefined, indent: string): string[] {
  if (text === undefined) return [];
  const lines: string[] = [];
  let line = `${indent}"""`;
  for (const [index, word] of text.replaceAll('\\', '\\\\').split(' ').entries()) {
    const next = index === 0 ? line + word : `${line} ${word}`;
    // The closing quotes have to fit as well.
    if (next.length + 3 <= WIDTH) line = next;
    else {
      lines.push(line);
      line = indent + word;
    }
  }
  return [...lines, `${line}"""`];
}

/* ---- Python ------------------------------------------------------------------------------------------------------ */

const literal = (values: readonly unknown[]) => `Literal[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
const enumNames = new Map(Object.entries(ENUMS).map(([name, values]) => [literal(values), name]));

/** An assignment as ruff formats it. */
function assignment(name: string, open: string, items: string[], separator: string, close: string): string {
  const inline =
    open === '(' ? `${name} = ${items.join(separator)}` : `${name} = ${open}${items.join(separator)}${close}`;
  if (inline.length <= WIDTH) return inline;
  const lines = items.map((item, index) =>
    separator === ', ' ? `    ${item},` : `    ${index === 0 ? '' : separator.trimStart()}${item}`,
  );
  return [`${name} = ${open}`, ...lines, close].join('\n');
}

const union = (name: string, members: string[]) => assignment(name, '(', members, ' | ', ')');

/** The classes of `named` and of the objects inside them, each after those that it uses. */
class Classes {
  readonly text: string[] = [];
  readonly #schemas: Record<string, Schema>;
  readonly #written = new Set<string>();

  constructor() {
    const registry = z.registry<{ id: string }>();
    for (const { name, schema } of named) registry.add(schema, { id: name });
    // What a runner has to send: fields with a default, which it may leave out, are not required.
    this.#schemas = z.toJSONSchema(registry, { io: 'input', unrepresentable: 'any' }).schemas;
  }

  write(name: string): void {
    const entry = named.find((each) => each.name === name);
    const schema = this.#schemas[name];
    if (entry === undefined || schema === undefined) throw new Error(`no schema ${name}`);
    this.#write(name, schema, entry.source);
  }

  #write(name: string, schema: Schema, source: string, nested = false): void {
    if (this.#written.has(name)) return;
    this.#written.add(name);
    const fields: string[] = [];
    for (const [field, value] of Object.entries(schema.properties ?? {})) {
      // The journal numbers events.
      if (source.startsWith('EVENT_SCHEMAS.') && field === 'seq') continue;
      const type = this.#typeOf(value as Schema, name, field, `${source}.${field}`);
      const required = schema.required?.includes(field) ?? false;
      fields.push(`    ${field}: ${required ? type : `NotRequired[${type}]`}`);
      fields.push(...docstring(docs.get(`${source}.${field}`), '    '));
    }
    const doc = docstring(nested ? undefined : docs.get(source), '    ');
    this.text.push([`class ${name}(TypedDict):`, ...doc, ...(doc.length > 0 ? [''] : []), ...fields].join('\n'));
  }

  #typeOf(schema: Schema, owner: string, field: string, source: string): string {
    if (schema.$ref !== undefined) {
      this.write(schema.$ref);
      return schema.$ref;
    }
    if (schema.const !== undefined) return literal([schema.const]);
    if (schema.enum !== undefined) {
      const values = literal(schema.enum);
      return enumNames.get(values) ?? values;
    }
    const choices = schema.anyOf ?? schema.oneOf;
    if (choices !== undefined) {
      if (field === 'command') return 'Command';
      // Values that only a newer runner sends are not this runner's.
      const known = choices.some((choice) => choice.enum)
        ? choices.filter((choice) => choice.type !== 'string' || choice.enum)
        : choices;
      return known.map((choice) => this.#typeOf(choice, owner, field, source)).join(' | ');
    }
    const { type } = schema as { type?: string | string[] };
    if (Array.isArray(type)) {
      return type.map((each) => this.#typeOf({ ...schema, type: each as 'null' }, owner, field, source)).join(' | ');
    }
    switch (schema.type) {
      case 'string':
        return 'str';
      case 'integer':
        return 'int';
      case 'number':
        return 'float';
      case 'boolean':
        return 'bool';
      case 'null':
        return 'None';
      case 'array': {
        return `list[${this.#typeOf(schema.items as Schema, owner, field.replace(/s$/, ''), source)}]`;
      }
      case 'object': {
        if (schema.properties === undefined) {
          return `dict[str, ${this.#typeOf(schema.additionalProperties as Schema, owner, field, source)}]`;
        }
        const name = owner.replace(/(Event|Command)$/, '') + capitalized(field);
        // The field that holds it has the description.
        this.#write(name, schema, source, true);
        return name;
      }
      default:
        return 'object';
    }
  }
}

/* ---- the file ----------------------------------------------------------------------------------------------------- */

function nameOf(schema: z.ZodType): string {
  const entry = named.find((each) => each.schema === schema);
  if (entry === undefined) throw new Error('a schema without a name');
  return entry.name;
}

for (const file of ['events.ts', 'protocol.ts']) readDocs(file);
const classes = new Classes();
const commandNames = Object.values(protocol.COMMANDS).map(nameOf);
/** Commands about a run that has started. */
const runCommands = Object.values(protocol.COMMANDS)
  .filter((command) => 'run' in command.shape && command.shape.name.value !== 'start')
  .map(nameOf);
const isMessage = ({ name }: { name: string }) => name === 'CommandMessage';
for (const { name } of named.filter((each) => !isMessage(each))) classes.write(name);
classes.text.push(
  [
    union('Event', Object.values(events.EVENT_SCHEMAS).map(nameOf)),
    union('RunCommand', runCommands),
    union('Command', ['RunCommand', ...commandNames.filter((name) => !runCommands.includes(name))]),
  ].join('\n'),
);
for (const { name } of named.filter(isMessage)) classes.write(name);
classes.text.push(
  [
    union('FromRunner', protocol.fromRunnerSchema.options.map(nameOf)),
    union('ToRunner', protocol.toRunnerSchema.options.map(nameOf)),
  ].join('\n'),
);

const enums = Object.entries(ENUMS).map(([name, values]) => {
  const items = values.map((value) => JSON.stringify(value));
  return assignment(name, 'Literal[', items, ', ', ']');
});
const head = `"""The runner protocol as Python types.

Generated from model/src/{errors,events,phases,protocol}.ts by \`make generate\`. Do not edit.
Events have no \`seq\` here: the journal adds it.
"""

import sys
import typing
from typing import Literal, TypedDict

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    # The check of messages treats both as: missing or None.
    NotRequired = typing.Optional

PROTOCOL_VERSION = ${protocol.PROTOCOL_VERSION}

${enums.join('\n')}
`;
writeFileSync(TARGET, `${[head.trimEnd(), ...classes.text].join('\n\n\n')}\n`);
