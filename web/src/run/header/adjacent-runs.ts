/** Finds the runs before and after a run by their numbers. */
import type { Client } from '@urql/core';
import { query } from '../../api/client.ts';
import { HISTORY } from '../../api/documents.ts';

/** Id of the sequencer's run with this number; null if there is none. */
export async function findRunByNumber(client: Client, sequencer: string, number: number): Promise<string | null> {
  if (number < 1) return null;
  const filter = { sequencer, text: `${sequencer}/${String(number)}` };
  const { runs } = await query(client, HISTORY, { filter, first: 20, after: null });
  return runs.edges.find(({ node }) => node.number === number)?.node.id ?? null;
}
