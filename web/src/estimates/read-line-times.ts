import type { Client } from '@urql/core';
import { query } from '../api/client.ts';
import { graphql } from '../gql/index.ts';
import { lineTimes, type LineTimes } from './line-times.ts';

const ESTIMATE = graphql(/* GraphQL */ `
  query Estimate($sequencer: String!, $script: String!) {
    estimate(sequencer: $sequencer, script: $script) {
      statements {
        firstLine
        typicalSeconds
        lowSeconds
        highSeconds
        basis
      }
    }
  }
`);

/** Empty while the script cannot be estimated: while it has a syntax error, for example. */
export async function readLineTimes(client: Client, sequencer: string, script: string): Promise<LineTimes> {
  try {
    return lineTimes((await query(client, ESTIMATE, { sequencer, script })).estimate.statements);
  } catch {
    return new Map();
  }
}
