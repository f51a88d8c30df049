/** What the pages ask of the queue of a telescope. */
import { graphql } from '../gql/index.ts';

export const QUEUED_RUN = graphql(/* GraphQL */ `
  query QueuedRun($id: ID!) {
    run(id: $id) {
      id
      number
      phase
      version
      editedBy
      title
      script
      arguments
      startPaused
      holdOnFailure
      startAt
      start
      timeoutSeconds
      afterFailure
      resources
      breakpoints {
        file
        line
        condition
        hitCount
        logMessage
        enabled
      }
      window {
        notBefore
        notAfter
      }
      onHold {
        reason
      }
    }
  }
`);

export const ADD_RUNS = graphql(/* GraphQL */ `
  mutation AddRuns($inputs: [SubmitRunInput!]!, $copies: Int!) {
    submitRuns(inputs: $inputs, copies: $copies) {
      id
      number
    }
  }
`);

export const EDIT_RUN = graphql(/* GraphQL */ `
  mutation EditRun($id: ID!, $input: EditRunInput!) {
    editRun(id: $id, input: $input) {
      id
      number
      version
    }
  }
`);

export const MOVE = graphql(/* GraphQL */ `
  mutation MoveInQueue($run: ID!, $position: Int!) {
    moveInQueue(run: $run, position: $position) {
      queue {
        id
      }
    }
  }
`);

export const HOLD = graphql(/* GraphQL */ `
  mutation HoldRun($id: ID!, $reason: String) {
    holdRun(id: $id, reason: $reason) {
      id
    }
  }
`);

export const ACCEPT = graphql(/* GraphQL */ `
  mutation AcceptRun($id: ID!) {
    acceptRun(id: $id) {
      id
    }
  }
`);

export const DECLINE = graphql(/* GraphQL */ `
  mutation DeclineRun($id: ID!, $reason: String!) {
    declineRun(id: $id, reason: $reason) {
      id
    }
  }
`);

export const RELEASE = graphql(/* GraphQL */ `
  mutation ReleaseRun($id: ID!) {
    releaseRun(id: $id) {
      id
    }
  }
`);
