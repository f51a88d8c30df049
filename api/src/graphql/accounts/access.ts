/** Sign-in and sign-out. */
import { SequencerError } from '@sequencer/model';
import { SESSION_COOKIE, removeCookie, writeCookie } from '../../auth/cookie.ts';
import type { Identity } from '../../auth/authenticator.ts';
import type { SessionRow } from '../../store/auth-schema.ts';
import { DateTime, builder } from '../core/builder.ts';
import type { Access } from '../core/context.ts';
import { MethodEnum, UserType } from './user.ts';

const AccessType = builder.objectRef<Access>('Access').implement({
  description: 'What a page needs before sign-in.',
  fields: (t) => ({
    methods: t.field({
      type: [MethodEnum],
      description: 'Sign-in methods of this site.',
      resolve: ({ authenticator }) => [...authenticator.methods],
    }),
    me: t.field({
      type: UserType,
      nullable: true,
      description: 'The caller. Null if not signed in.',
      resolve: ({ identity }) => identity,
    }),
  }),
});

const SessionType = builder.objectRef<SessionRow>('Session').implement({
  description: 'A signed-in browser session.',
  fields: (t) => ({
    user: t.exposeString('userName', { description: 'Name of the user.' }),
    method: t.expose('method', { type: MethodEnum }),
    address: t.exposeString('address', { description: 'IP address at sign-in.' }),
    createdAt: t.expose('createdAt', { type: DateTime }),
    expiresAt: t.expose('expiresAt', { type: DateTime }),
  }),
});

/** The argument `revokeTokens` of mutations that end sessions. */
export const REVOKE_TOKENS = {
  required: false,
  description: 'Whether to revoke the API tokens of the user as well.',
} as const;

function requireHttp({ response }: Access): NonNullable<Access['response']> {
  if (!response)
    throw new SequencerError(
      'BAD_INPUT',
      'Sign-in and sign-out set a cookie, which a websocket cannot.',
      'Send this request over HTTP.',
    );
  return response;
}

/** The identity of the request. The authorization rules have already required one. */
export function identityOf({ identity }: Access): Identity {
  if (!identity) throw new SequencerError('UNAUTHENTICATED');
  return identity;
}

builder.queryFields((t) => ({
  access: t.field({
    type: AccessType,
    description: 'Sign-in methods, and the caller. Allowed without sign-in.',
    resolve: (_root, _args, { access }) => access,
  }),
  sessions: t.field({
    type: [SessionType],
    description: 'Open browser sessions of all users.',
    resolve: (_root, _args, { access }) => access.authenticator.sessions.open(),
  }),
}));

builder.mutationFields((t) => ({
  signIn: t.field({
    type: UserType,
    description:
      'Signs in with a password. The response sets the session cookie; an earlier session of this browser ends.',
    args: { name: t.arg.string(), password: t.arg.string() },
    resolve: async (_root, { name, password }, { access }) => {
      const response = requireHttp(access);
      const { authenticator, request, identity } = access;
      const { cookie, row } = await access.passwords.signIn(name, password, access.address);
      if (identity?.session) await authenticator.sessions.end(identity.session);
      const user = await authenticator.passwordUsers?.find(row.userName);
      if (!user) throw new SequencerError('UNAUTHENTICATED');
      writeCookie(SESSION_COOKIE, response, cookie, authenticator.clientAddresses.secure(request), row.expiresAt);
      access.identity = {
        user: { name: user.name, ...user.grant },
        method: 'password',
        via: 'password',
        session: row.hash,
        token: null,
        expiresAt: row.expiresAt,
      };
      return access.identity;
    },
  }),
  signOut: t.int({
    description: 'Ends this session. Returns the number of ended sessions.',
    args: {
      everywhere: t.arg.boolean({
        required: false,
        defaultValue: false,
        description: 'Whether to end all sessions of the caller.',
      }),
    },
    resolve: async (_root, { everywhere }, { access }) => {
      const response = requireHttp(access);
      const { authenticator, request } = access;
      const { session, user } = identityOf(access);
      removeCookie(SESSION_COOKIE, response, authenticator.clientAddresses.secure(request));
      if (everywhere) return authenticator.signOut(user.name);
      if (session === null)
        throw new SequencerError(
          'BAD_INPUT',
          'There is no session to end: this site signs you in by another method.',
          'Sign out there.',
        );
      await authenticator.sessions.end(session);
      return 1;
    },
  }),
  signOutUser: t.int({
    description:
      'Ends all sessions and connections of a user. Returns the number of ended sessions. A proxy may sign the user in again.',
    args: {
      name: t.arg.string({ description: 'Name of the user.' }),
      revokeTokens: t.arg.boolean({ ...REVOKE_TOKENS, defaultValue: false }),
    },
    resolve: async (_root, { name, revokeTokens }, { access, user }) => {
      const person = name.normalize('NFC');
      if (revokeTokens) await access.authenticator.tokens.revokeAll(person, user);
      return access.authenticator.signOut(person);
    },
  }),
}));

builder.queryField('me', (t) =>
  t.field({
    type: UserType,
    description: 'The caller.',
    resolve: (_root, _args, { access }) => identityOf(access),
  }),
);
