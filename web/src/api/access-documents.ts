/** Operations of sign-in, accounts, tokens, control and the audit. */
import { graphql } from '../gql/index.ts';

export const ACCESS = graphql(/* GraphQL */ `
  query Access {
    access {
      methods
      me {
        name
        role
        sequencers
        method
        byAccount
      }
    }
  }
`);

export const SIGN_IN = graphql(/* GraphQL */ `
  mutation SignIn($name: String!, $password: String!) {
    signIn(name: $name, password: $password) {
      name
    }
  }
`);

export const SIGN_OUT = graphql(/* GraphQL */ `
  mutation SignOut($everywhere: Boolean!) {
    signOut(everywhere: $everywhere)
  }
`);

export const API_TOKENS = graphql(/* GraphQL */ `
  query ApiTokens {
    apiTokens {
      id
      name
      owner
      role
      sequencers
      createdAt
      expiresAt
      usedAt
      revokedAt
    }
  }
`);

export const CREATE_TOKEN = graphql(/* GraphQL */ `
  mutation CreateToken($name: String!, $role: Role!, $sequencers: [String!], $days: Int!) {
    createApiToken(name: $name, role: $role, sequencers: $sequencers, days: $days)
  }
`);

export const REVOKE_TOKEN = graphql(/* GraphQL */ `
  mutation RevokeToken($id: ID!) {
    revokeApiToken(id: $id) {
      id
    }
  }
`);

export const SESSIONS = graphql(/* GraphQL */ `
  query Sessions {
    sessions {
      user
      method
      address
      createdAt
      expiresAt
    }
  }
`);

export const SIGN_OUT_USER = graphql(/* GraphQL */ `
  mutation SignOutUser($name: String!) {
    signOutUser(name: $name)
  }
`);

export const ACCOUNTS = graphql(/* GraphQL */ `
  query Accounts {
    accounts {
      name
      role
      sequencers
      inFile
      createdAt
      createdBy
      disabledAt
    }
  }
`);

export const CREATE_ACCOUNT = graphql(/* GraphQL */ `
  mutation CreateAccount($name: String!, $password: String!, $role: Role!, $sequencers: [String!]) {
    createAccount(name: $name, password: $password, role: $role, sequencers: $sequencers) {
      name
    }
  }
`);

export const CHANGE_ACCOUNT = graphql(/* GraphQL */ `
  mutation ChangeAccount($name: String!, $role: Role!, $sequencers: [String!]) {
    changeAccount(name: $name, role: $role, sequencers: $sequencers) {
      name
    }
  }
`);

export const DISABLE_ACCOUNT = graphql(/* GraphQL */ `
  mutation DisableAccount($name: String!, $disabled: Boolean!) {
    disableAccount(name: $name, disabled: $disabled) {
      name
    }
  }
`);

export const RESET_PASSWORD = graphql(/* GraphQL */ `
  mutation ResetPassword($name: String!, $password: String!, $revokeTokens: Boolean!) {
    resetPassword(name: $name, password: $password, revokeTokens: $revokeTokens) {
      name
    }
  }
`);

export const CHANGE_PASSWORD = graphql(/* GraphQL */ `
  mutation ChangePassword($currentPassword: String!, $newPassword: String!) {
    changePassword(currentPassword: $currentPassword, newPassword: $newPassword)
  }
`);

export const AUDIT = graphql(/* GraphQL */ `
  query Audit($filter: AuditFilter, $first: Int!, $after: String) {
    audit(filter: $filter, first: $first, after: $after) {
      entries {
        id
        at
        user
        via
        address
        action
        sequencer
        run
        line
        details
        result
        message
      }
      endCursor
    }
  }
`);

export const TAKE_CONTROL = graphql(/* GraphQL */ `
  mutation TakeControl($sequencer: String!, $reason: String) {
    takeControl(sequencer: $sequencer, reason: $reason) {
      name
    }
  }
`);

export const ASK_FOR_CONTROL = graphql(/* GraphQL */ `
  mutation AskForControl($sequencer: String!) {
    askForControl(sequencer: $sequencer) {
      name
    }
  }
`);

export const HAND_OVER_CONTROL = graphql(/* GraphQL */ `
  mutation HandOverControl($sequencer: String!, $to: String!) {
    handOverControl(sequencer: $sequencer, to: $to) {
      name
    }
  }
`);

export const RELEASE_CONTROL = graphql(/* GraphQL */ `
  mutation ReleaseControl($sequencer: String!) {
    releaseControl(sequencer: $sequencer) {
      name
    }
  }
`);
