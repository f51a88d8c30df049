import { graphql } from '../gql/index.ts';

graphql(/* GraphQL */ `
  fragment PullLine on SchedulerPull {
    id
    at
    from
    to
    state
    message
    seconds
    automatic
    by
    run {
      id
      number
      phase
    }
  }
`);

export const SCHEDULER = graphql(/* GraphQL */ `
  query Scheduler($name: String!) {
    sequencer(name: $name) {
      queue {
        id
        expectedEnd
      }
      activeRun {
        id
        expectedEnd
      }
      scheduler {
        failures
        nextPullAt
        settings {
          url
          policy
          lengthMinutes
          timeoutSeconds
          leadMinutes
        }
        pulls(first: 10) {
          entries {
            ...PullLine
          }
        }
      }
    }
  }
`);

/** The newest pull that has a script: what a preview is compared with. */
export const LAST_SCRIPTS = graphql(/* GraphQL */ `
  query LastPulledScripts($name: String!) {
    sequencer(name: $name) {
      scheduler {
        pulls(first: 10) {
          entries {
            id
            at
            script
            run {
              id
              number
            }
          }
        }
      }
    }
  }
`);

export const PREVIEW = graphql(/* GraphQL */ `
  query SchedulerPreview($name: String!, $from: DateTime!, $to: DateTime!, $policy: String) {
    schedulerPreview(sequencer: $name, from: $from, to: $to, policy: $policy) {
      at
      from
      to
      ok
      message
      seconds
      script
    }
  }
`);

export const SET_SETTINGS = graphql(/* GraphQL */ `
  mutation SetSchedulerSettings($name: String!, $settings: SchedulerSettingsInput!) {
    setSchedulerSettings(sequencer: $name, settings: $settings) {
      name
    }
  }
`);

export const ESTIMATE = graphql(/* GraphQL */ `
  query ScheduleEstimate($name: String!, $script: String!, $startAt: DateTime) {
    estimate(sequencer: $name, script: $script, startAt: $startAt) {
      totalSeconds
      expectedEnd
      unknownStatements
      statements {
        index
      }
    }
    sequencer(name: $name) {
      name
    }
  }
`);

export const CHECK = graphql(/* GraphQL */ `
  mutation CheckSchedule($name: String!, $script: String!) {
    checkScript(sequencer: $name, script: $script) {
      severity
      line
      code
      message
    }
  }
`);
