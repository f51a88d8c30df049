/** The mutation that sets the mode of a telescope. */
import { graphql } from '../gql/index.ts';

export const SET_MODE = graphql(/* GraphQL */ `
  mutation SetMode($sequencer: String!, $mode: SequencerMode!, $reason: String) {
    setMode(sequencer: $sequencer, mode: $mode, reason: $reason) {
      name
    }
  }
`);
