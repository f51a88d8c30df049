/** Problems that the server finds in a script before it runs, printed as compilers do: `FILE:LINE:COLUMN: error: …`. */
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
  // The message begins with the line number, which the prefix has already.
  return `${where.filter((part) => part !== null).join(':')}: ${severity}: ${message.replace(/^line \d+: /, '')} [${code}]`;
}

/**
 * Prints the findings to standard error.
 *
 * @param refusal the message of the error
 * @throws CommandError when a finding prevents the start
 */
export async function checkScript(
  api: Api,
  sequencer: string,
  file: string,
  script: string,
  refusal = 'Nothing was started.',
): Promise<void> {
  let findings: Finding[];
  try {
    const query = `mutation ($sequencer: String!, $script: String!) {
      checkScript(sequencer: $sequencer, script: $script) { severity line column code message } }`;
    findings = (await api.request<{ checkScript: Finding[] }>(query, { sequencer, script })).checkScript;
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'RUNNER_AWAY') throw error;
    // The run can be submitted. Its runner checks the script when the run starts.
    process.stderr.write(`${error.message} ${error.remedy}\n`);
    return;
  }
  for (const finding of findings) process.stderr.write(`${findingText(file, finding)}\n`);
  const first = findings.find(({ severity }) => severity === 'error');
  if (first) throw new CommandError(refusal, EXIT.refused, first.code);
}
