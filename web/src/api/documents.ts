/** Operations that several components share. Others are beside their component. `make generate` writes their types. */
import { graphql } from '../gql/index.ts';

graphql(/* GraphQL */ `
  fragment RunSummary on Run {
    id
    number
    title
    phase
    reason
    submittedBy
    submittedAt
    startedAt
    finishedAt
    exitCode
    statementCount
    statementsDone
    live
    seenAt
    failure {
      type
      message
      line
      awaitingDecision
    }
  }
`);

export const ACTIONS = graphql(/* GraphQL */ `
  query Actions($id: ID!, $after: Int!, $types: [String!], $first: Int!) {
    run(id: $id) {
      events(after: $after, first: $first, types: $types) {
        seq
        type
        at
        data
      }
    }
  }
`);

export const HISTORY = graphql(/* GraphQL */ `
  query History($filter: RunFilter, $order: RunOrder, $first: Int!, $after: String) {
    runs(filter: $filter, order: $order, first: $first, after: $after) {
      edges {
        cursor
        node {
          ...RunSummary
          sequencer {
            name
          }
        }
      }
      pageInfo {
        hasNextPage
        endCursor
      }
    }
  }
`);

export const LAST_RUNS = graphql(/* GraphQL */ `
  query LastRuns($sequencer: String!, $first: Int!) {
    sequencer(name: $sequencer) {
      lastRuns(first: $first) {
        ...RunSummary
      }
    }
  }
`);

export const SCRIPT = graphql(/* GraphQL */ `
  query Script($id: ID!) {
    run(id: $id) {
      id
      number
      title
      script
      scriptVersions {
        version
        script
      }
      sequencer {
        name
      }
    }
  }
`);

export const SUBMIT = graphql(/* GraphQL */ `
  mutation Submit($input: SubmitRunInput!) {
    submitRun(input: $input) {
      id
      number
      phase
    }
  }
`);

export const PAUSE = graphql(/* GraphQL */ `
  mutation Pause($id: ID!) {
    pauseRun(id: $id) {
      id
    }
  }
`);

export const RESUME = graphql(/* GraphQL */ `
  mutation Resume($id: ID!) {
    resumeRun(id: $id) {
      id
    }
  }
`);

export const STEP = graphql(/* GraphQL */ `
  mutation Step($run: ID!, $trace: Int!, $prompt: Int!, $command: StepCommand!, $line: Int, $others: OtherTasks) {
    stepTrace(run: $run, trace: $trace, prompt: $prompt, command: $command, line: $line, others: $others) {
      id
    }
  }
`);

export const RESUME_OTHER_TASKS = graphql(/* GraphQL */ `
  mutation ResumeOtherTasks($run: ID!, $trace: Int!) {
    resumeOtherTasks(run: $run, trace: $trace) {
      id
    }
  }
`);

export const STOP = graphql(/* GraphQL */ `
  mutation Stop($id: ID!, $level: StopLevel!, $escalate: Boolean!) {
    stopRun(id: $id, level: $level, escalate: $escalate) {
      id
    }
  }
`);

export const CANCEL_STOP = graphql(/* GraphQL */ `
  mutation CancelStop($id: ID!) {
    cancelStop(id: $id) {
      id
    }
  }
`);

export const CANCEL = graphql(/* GraphQL */ `
  mutation Cancel($id: ID!) {
    cancelRun(id: $id) {
      id
    }
  }
`);
