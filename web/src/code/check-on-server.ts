/** Findings of the server in a script before it runs. */
import type { Client } from '@urql/core';
import { ApiError, errorText, mutate } from '../api/client.ts';
import type { Finding } from './findings.ts';
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
    // Without a runner there are no findings; the page shows that it is disconnected.
    return error instanceof ApiError && ['SCRIPT_TOO_LARGE', 'SCRIPT_NOT_TEXT'].includes(error.code)
      ? [{ severity: 'error', line: null, code: error.code, message: errorText(error) }]
      : [];
  }
}
