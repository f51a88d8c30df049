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

/** Of the runs that the pages show first. */
export const QUEUE_PREFLIGHT = graphql(/* GraphQL */ `
  query QueuePreflight($name: String!) {
    sequencer(name: $name) {
      name
      queue(first: 50) {
        id
        preflight {
          ...PreflightResult
        }
      }
    }
  }
`);
