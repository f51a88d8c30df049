/** What the server says of a script before it runs. */
import type { Client } from '@urql/core';
import { ApiError, mutate } from '../api/client.ts';
import { CHECK } from '../api/documents.ts';
import type { ServerFinding } from './findings.ts';

/** @param startAt the statement to begin with, from 0: one finding says what is left out */
export async function checkOnServer(
  client: Client,
  sequencer: string,
  script: string,
  startAt: number | null = null,
): Promise<ServerFinding[]> {
  try {
    return (await mutate(client, CHECK, { sequencer, script, startAt })).checkScript;
  } catch (error) {
    // Without a runner nothing can be said yet; the badge and the button tell.
    return error instanceof ApiError && ['SCRIPT_TOO_LARGE', 'SCRIPT_NOT_TEXT'].includes(error.code)
      ? [{ severity: 'error', line: null, code: error.code, message: error.message }]
      : [];
  }
}
