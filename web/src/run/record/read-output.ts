/** Reads pages of a run's output, with the messages of its log points. */
import type { RunEvent } from '@sequencer/model/events';
import { outputPieceOf, type OutputPiece } from '@sequencer/model/output';
import type { Client } from '@urql/vue';
import { query } from '../../api/client.ts';
import type { OutputPage } from './output-log.ts';
import { graphql } from '../../gql/index.ts';
import type { OutputFilter } from '../../gql/graphql.ts';

const OUTPUT_EVENTS = graphql(/* GraphQL */ `
  query OutputEvents($id: ID!, $after: Int, $before: Int, $first: Int, $last: Int, $filter: OutputFilter) {
    run(id: $id) {
      outputEvents(after: $after, before: $before, first: $first, last: $last, filter: $filter) {
        ...OutputPage
      }
    }
  }
`);

graphql(/* GraphQL */ `
  fragment OutputPage on OutputPage {
    events {
      seq
      type
      at
      data
    }
    hasMore
  }
`);

export function toPieces(events: readonly { seq: number; type: string; at: string; data: string }[]): OutputPiece[] {
  return events.flatMap(({ seq, type, at, data }) => {
    const event = { ...(JSON.parse(data) as object), seq, at, type } as unknown as RunEvent;
    return outputPieceOf(event) ?? [];
  });
}

/** The first output after an event, or the last before one. */
export async function readOutput(
  api: Client,
  id: string,
  range: { after: number; first: number } | { before?: number; last: number },
  filter: OutputFilter | null = null,
): Promise<OutputPage> {
  const { run } = await query(api, OUTPUT_EVENTS, { id, filter, ...range });
  const { events, hasMore } = run?.outputEvents ?? { events: [], hasMore: false };
  return { pieces: toPieces(events), hasMore };
}
