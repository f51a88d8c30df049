/** Operations on a run in progress: breakpoints, inspection, decisions on a failure, edits and answers. */
import { graphql } from '../gql/index.ts';

export const SET_BREAKPOINTS = graphql(/* GraphQL */ `
  mutation SetBreakpoints($run: ID!, $breakpoints: [BreakpointInput!]!) {
    setBreakpoints(run: $run, breakpoints: $breakpoints) {
      file
      line
      requestedLine
      movedFrom
      condition
      hitCount
      logMessage
      enabled
      hits
      problem
    }
  }
`);

export const SOURCE = graphql(/* GraphQL */ `
  query Source($run: ID!, $file: String!) {
    source(run: $run, file: $file) {
      file
      text
    }
  }
`);

export const VARIABLES = graphql(/* GraphQL */ `
  query Variables(
    $run: ID!
    $trace: Int!
    $prompt: Int!
    $frame: Int!
    $scope: VariableScope!
    $path: [String!]!
    $after: Int!
  ) {
    variables(
      run: $run
      trace: $trace
      prompt: $prompt
      frame: $frame
      scope: $scope
      path: $path
      after: $after
      first: 100
    ) {
      total
      variables {
        name
        type
        value
        expandable
        path
      }
    }
  }
`);

export const EVALUATE = graphql(/* GraphQL */ `
  mutation Evaluate($run: ID!, $trace: Int!, $prompt: Int!, $frame: Int!, $expression: String!, $watch: Boolean!) {
    evaluate(run: $run, trace: $trace, prompt: $prompt, frame: $frame, expression: $expression, watch: $watch) {
      ok
      text
    }
  }
`);

export const INTERRUPT_EVALUATION = graphql(/* GraphQL */ `
  mutation InterruptEvaluation($run: ID!, $trace: Int!, $prompt: Int!) {
    interruptEvaluation(run: $run, trace: $trace, prompt: $prompt)
  }
`);

export const DECIDE = graphql(/* GraphQL */ `
  mutation Decide($run: ID!, $action: FailureAction!, $line: Int) {
    decideFailure(run: $run, action: $action, line: $line) {
      id
    }
  }
`);

export const REPLACE = graphql(/* GraphQL */ `
  mutation Replace($run: ID!, $script: String!) {
    replaceRemaining(run: $run, script: $script) {
      id
    }
  }
`);

export const ANSWER = graphql(/* GraphQL */ `
  mutation Answer($run: ID!, $ask: Int!, $answer: String!) {
    answerAsk(run: $run, ask: $ask, answer: $answer) {
      id
    }
  }
`);
