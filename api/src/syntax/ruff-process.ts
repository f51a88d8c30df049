/**
 * The process that checks scripts, one at a time: with Ruff, and their calls of sorunlib. Some texts exhaust its memory or
 * stack: then it ends, and the API starts another one.
 */
import { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-nodejs';
import { LISTED_PROBLEMS, NO_PROBLEMS, type RuffReport, type ScriptProblem } from './report.ts';
import { READY } from './script-process.ts';
import { sorunlibProblems } from './sorunlib-calls.ts';

export interface RuffRequest {
  script: string;
  /** Such as `py313`. Only an error in all of them counts. */
  targets: string[];
  /** Whether to look for problems with calls of sorunlib. */
  withSorunlib: boolean;
}

const UNDEFINED_NAME = 'F821';
/** Rules of Ruff for what CPython refuses to compile although its grammar allows it. */
const COMPILER_ERRORS = [
  ...['F404', 'F406', 'F621', 'F622', 'F701', 'F702', 'F704', 'F706', 'F707'],
  ...['PLE0115', 'PLE0117', 'PLE0118', 'PLE1142'],
];
/** Of two CPythons with the same minor version, the older one accepts this. */
const DISPUTED = /newlines are not allowed in format specifiers/;
const NOTHING: RuffReport = { syntaxError: null, undefinedNames: NO_PROBLEMS, sorunlib: NO_PROBLEMS };

const workspaces = new Map<string, Workspace>();

function workspaceFor(target: string): Workspace {
  const made = workspaces.get(target);
  if (made) return made;
  const options = { lint: { select: [...COMPILER_ERRORS, UNDEFINED_NAME] }, 'target-version': target };
  const workspace = new Workspace(options, PositionEncoding.Utf32);
  workspaces.set(target, workspace);
  return workspace;
}

function problem({ message, start_location: { row, column } }: Diagnostic): ScriptProblem {
  return { line: row, column, message };
}

function checkFor(script: string, target: string): RuffReport {
  const found = workspaceFor(target).check(script) as Diagnostic[];
  const names = found.filter(({ code }) => code === UNDEFINED_NAME).map(problem);
  const errors = found.filter(({ code }) => code !== UNDEFINED_NAME).map(problem);
  if (errors.some(({ message }) => DISPUTED.test(message))) return NOTHING;
  const [syntaxError] = errors.toSorted((a, b) => a.line - b.line || a.column - b.column);
  // After an error, names may be missing that the script defines.
  if (syntaxError) return { ...NOTHING, syntaxError };
  const first = names.slice(0, LISTED_PROBLEMS);
  return { ...NOTHING, undefinedNames: { first, more: names.length - first.length } };
}

/** The report for the first version without an error, or else for the first one. */
function check({ script, targets, withSorunlib }: RuffRequest): RuffReport {
  let refused: RuffReport | null = null;
  for (const target of targets) {
    const report = checkFor(script, target);
    if (!report.syntaxError) return withSorunlib ? { ...report, sorunlib: sorunlibProblems(script) } : report;
    refused ??= report;
  }
  return refused ?? NOTHING;
}

process.on('message', (request: RuffRequest) => process.send?.(check(request)));
process.on('disconnect', () => process.exit());
process.send?.(READY);
