/** Names the user who moved a list, for the refusal of a drop. */
import type { Client } from '@urql/vue';
import { query } from '../api/client.ts';
import { graphql } from '../gql/index.ts';
import { MOVED } from './block-moves.ts';

const LAST_MOVER = graphql(/* GraphQL */ `
  query LastMover($name: String!) {
    sequencer(name: $name) {
      queueMovedBy
    }
  }
`);

/** The text with the name of the user, or as it is if the API does not know or say it. */
export async function withMover(api: Client, name: string, text: string): Promise<string> {
  if (text !== MOVED) return text;
  const mover = await query(api, LAST_MOVER, { name }).then(
    ({ sequencer }) => sequencer?.queueMovedBy ?? null,
    () => null,
  );
  return mover === null ? text : text.replace('Another user', mover);
}
