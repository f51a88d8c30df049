import { graphql } from '../gql/index.ts';

graphql(/* GraphQL */ `
  fragment PreflightResult on PreflightCheck {
    name
    mark
    text
  }
`);

export const PREFLIGHT = graphql(/* GraphQL */ `
  query Preflight($sequencer: String!, $script: String!) {
    preflight(sequencer: $sequencer, script: $script) {
      ...PreflightResult
    }
  }
`);

export const QUEUE_PREFLIGHT = graphql(/* GraphQL */ `
  query QueuePreflight($name: String!, $first: Int!) {
    sequencer(name: $name) {
      name
      queue(first: $first) {
        id
        preflight {
          ...PreflightResult
        }
      }
    }
  }
`);
