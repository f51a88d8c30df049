/** Findings of the server in a script before it runs. */
import type { Client } from '@urql/core';
import { ApiError, errorText, mutate } from '../api/client.ts';
import { NOT_CHECKED, type Finding } from './findings.ts';
import { graphql } from '../gql/index.ts';

const CHECK = graphql(/* GraphQL */ `
  mutation Check($sequencer: String!, $script: String!, $startAt: Int) {
    checkScript(sequencer: $sequencer, script: $script, startAt: $startAt) {
      severity
      line
      code
      message
    }
  }
`);

/** @param startAt index of the statement to start from, from 0: one finding lists what then does not run */
export async function checkOnServer(
  client: Client,
  sequencer: string,
  script: string,
  startAt: number | null = null,
): Promise<Finding[]> {
  try {
    return (await mutate(client, CHECK, { sequencer, script, startAt })).checkScript;
  } catch (error) {
    if (!(error instanceof ApiError)) return [];
    const { code } = error;
    const finding = { line: null, message: errorText(error) };
    if (code === 'SCRIPT_TOO_LARGE' || code === 'SCRIPT_NOT_TEXT') return [{ ...finding, severity: 'error', code }];
    return code === 'RUNNER_AWAY' ? [{ ...finding, severity: 'info', code: NOT_CHECKED }] : [];
  }
}
