/**
 * The process that checks scripts with Ruff, one at a time. Some texts exhaust its memory or stack: then it ends, and the API
 * starts another one.
 */
import { PositionEncoding, Workspace, type Diagnostic } from '@astral-sh/ruff-wasm-nodejs';
import { READY, type RuffProblem, type RuffReport } from './report.ts';

export interface RuffRequest {
  script: string;
  /** Such as `py313`. Only an error in all of them counts. */
  targets: string[];
}

const UNDEFINED_NAME = 'F821';
/** Rules of Ruff for what CPython refuses to compile although its grammar allows it. */
const COMPILER_ERRORS = [
  ...['F404', 'F406', 'F621', 'F622', 'F701', 'F702', 'F704', 'F706', 'F707'],
  ...['PLE0115', 'PLE0117', 'PLE0118', 'PLE1142'],
];
/** Of two CPythons with the same minor version, the older one accepts this. */
const DISPUTED = /newlines are not allowed in format specifiers/;
const NAMES = 20;
const NOTHING: RuffReport = { syntaxError: null, undefinedNames: [], moreUndefinedNames: 0 };

const workspaces = new Map<string, Workspace>();

function workspaceFor(target: string): Workspace {
  const made = workspaces.get(target);
  if (made) return made;
  const options = { lint: { select: [...COMPILER_ERRORS, UNDEFINED_NAME] }, 'target-version': target };
  const workspace = new Workspace(options, PositionEncoding.Utf32);
  workspaces.set(target, workspace);
  return workspace;
}

function problem({ message, start_location: { row, column } }: Diagnostic): RuffProblem {
  return { line: row, column, message };
}

function checkFor(script: string, target: string): RuffReport {
  const found = workspaceFor(target).check(script) as Diagnostic[];
  const names = found.filter(({ code }) => code === UNDEFINED_NAME).map(problem);
  const errors = found.filter(({ code }) => code !== UNDEFINED_NAME).map(problem);
  if (errors.some(({ message }) => DISPUTED.test(message))) return NOTHING;
  const [first] = errors.toSorted((a, b) => a.line - b.line || a.column - b.column);
  // After an error, names may be missing that the script defines.
  if (first) return { ...NOTHING, syntaxError: first };
  const undefinedNames = names.slice(0, NAMES);
  return { syntaxError: null, undefinedNames, moreUndefinedNames: names.length - undefinedNames.length };
}

/** The report for the first version without an error, or else for the first one. */
function check({ script, targets }: RuffRequest): RuffReport {
  let refused: RuffReport | null = null;
  for (const target of targets) {
    const report = checkFor(script, target);
    if (!report.syntaxError) return report;
    refused ??= report;
  }
  return refused ?? NOTHING;
}

process.on('message', (request: RuffRequest) => process.send?.(check(request)));
process.on('disconnect', () => process.exit());
process.send?.(READY);
