/** Documents of the page of a run. Apart from the shared ones, which the first page loads. */
import { graphql } from '../../gql/index.ts';

export const RUN = graphql(/* GraphQL */ `
  query Run($id: ID!, $last: Int!) {
    run(id: $id) {
      ...RunSummary
      sequencer {
        name
      }
      script
      scriptHash
      arguments
      startPaused
      holdOnFailure
      startAt
      breakpoints {
        file
        line
        condition
        hitCount
        logMessage
        enabled
      }
      scriptVersions {
        version
        script
      }
      view
      lastSeq
      outputEvents(last: $last) {
        ...OutputPage
      }
    }
  }
`);

export const RUN_STATE = graphql(/* GraphQL */ `
  subscription RunState($id: ID!) {
    run(id: $id) {
      ...RunSummary
      pausePending
      watchers
      stops {
        level
        by
        at
        requestedAt
        deadline
        escalate
      }
    }
  }
`);

export const EVENTS = graphql(/* GraphQL */ `
  subscription Events($run: ID!, $after: Int!) {
    events(run: $run, after: $after) {
      seq
      type
      at
      data
    }
  }
`);

export const OUTPUT_AFTER = graphql(/* GraphQL */ `
  query OutputAfter($id: ID!, $after: Int!) {
    run(id: $id) {
      output(after: $after, first: 1000) {
        seq
        stream
        text
        trace
        line
        at
      }
    }
  }
`);
