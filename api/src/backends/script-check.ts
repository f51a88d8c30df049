/**
 * Checks a script before it runs. The Python of the telescope decides what it can compile: its runner or the checker answers.
 * Without an answer, Ruff decides, in the API itself.
 */
import { findingSchema, type Finding } from '@sequencer/model';
import { z } from 'zod';
import { syntaxFindings, warningFindings, type RuffReport } from '../syntax/report.ts';
import type { RunBackend } from './run-backend.ts';

const isError = ({ severity }: Finding) => severity === 'error';
const isSyntaxError = ({ code }: Finding) => code === 'SYNTAX_ERROR';

/** All findings for a script, without running it; null if nothing can check it. */
export async function checkScript(
  backend: RunBackend,
  sequencer: string,
  script: string,
  startAt: number,
): Promise<Finding[] | null> {
  const [ofPython, report] = await Promise.all([
    checkWithPython(backend, sequencer, script, startAt),
    backend.ruff.check(script, pythonVersion(backend, sequencer), true),
  ]);
  if (!report) return ofPython;
  const found = withSyntaxErrors(ofPython, report);
  const notice = ofPython || found.some(isError) ? [] : [notCompiled(backend.unansweredReason)];
  return [...found, ...warningFindings(report), ...notice];
}

/** The findings that prevent a start. Empty if nothing can check the script. */
export async function findErrors(
  backend: RunBackend,
  sequencer: string,
  script: string,
  startAt: number,
): Promise<Finding[]> {
  const ofPython = await checkWithPython(backend, sequencer, script, startAt);
  const isCompiled = ofPython && !ofPython.some(isSyntaxError);
  const report = isCompiled ? null : await backend.ruff.check(script, pythonVersion(backend, sequencer));
  return (report ? withSyntaxErrors(ofPython, report) : (ofPython ?? [])).filter(isError);
}

/** The version of Python that the script will run with. Null if it is unknown: another runner may have another image. */
function pythonVersion(backend: RunBackend, sequencer: string): string | null {
  const { runnerPerRun, hello } = backend.runner(sequencer);
  return runnerPerRun ? null : (hello?.python ?? null);
}

/** What Ruff refuses, without a runner; null if nothing, or if the script cannot be checked. */
export async function findSyntaxError(backend: RunBackend, sequencer: string, script: string): Promise<Finding | null> {
  const report = await backend.ruff.check(script, pythonVersion(backend, sequencer));
  return (report && syntaxFindings(report)[0]) ?? null;
}

async function checkWithPython(
  backend: RunBackend,
  sequencer: string,
  script: string,
  startAt: number,
): Promise<Finding[] | null> {
  const reply = await backend.request(sequencer, { name: 'check', script, startAt });
  return reply && z.array(findingSchema).parse(reply.result);
}

/**
 * The findings of Python, with those of Ruff unless a Python has compiled the script or refuses it anyway. A syntax error of
 * the checker is a warning if the telescope may have another Python; with one of Ruff, both refuse the script.
 */
function withSyntaxErrors(ofPython: readonly Finding[] | null, report: RuffReport): Finding[] {
  if (!ofPython) return syntaxFindings(report);
  const isDoubtful = ofPython.some((finding) => isSyntaxError(finding) && !isError(finding));
  if (!isDoubtful || !report.syntaxError) return [...ofPython];
  return [...syntaxFindings(report), ...ofPython.filter((finding) => !isSyntaxError(finding))];
}

function notCompiled(reason: string): Finding {
  const message = `Only the syntax was checked because ${reason}. The runner checks the script again when the run starts.`;
  return { severity: 'info', line: null, column: null, code: 'NOT_CHECKED', message };
}
