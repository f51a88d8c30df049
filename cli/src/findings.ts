/** What the server finds in a script before it runs, as compilers print it: `FILE:LINE:COLUMN: error: …`. */
import type { Api } from './api.ts';
import { CommandError, EXIT } from './errors.ts';

interface Finding {
  severity: string;
  line: number | null;
  column: number | null;
  code: string;
  message: string;
}

export function findingText(file: string, { severity, line, column, code, message }: Finding): string {
  const where = [file === '-' ? '<stdin>' : file, line, line === null ? null : column];
  // The server's sentence names the line for those who see nothing else.
  return `${where.filter((part) => part !== null).join(':')}: ${severity}: ${message.replace(/^line \d+: /, '')} [${code}]`;
}

/** Prints the findings to standard error. Throws CommandError when one of them keeps the script from starting. */
export async function checkScript(api: Api, sequencer: string, file: string, script: string): Promise<void> {
  let findings: Finding[];
  try {
    const query = `mutation ($sequencer: String!, $script: String!) {
      checkScript(sequencer: $sequencer, script: $script) { severity line column code message } }`;
    findings = (await api.request<{ checkScript: Finding[] }>(query, { sequencer, script })).checkScript;
  } catch (error) {
    // Without a runner nobody can check it now: the run waits for one, and then the runner checks it.
    if (error instanceof CommandError && error.code === 'RUNNER_AWAY') return;
    throw error;
  }
  for (const finding of findings) process.stderr.write(`${findingText(file, finding)}\n`);
  const first = findings.find(({ severity }) => severity === 'error');
  if (first) throw new CommandError('Nothing was started.', EXIT.refused, first.code);
}
