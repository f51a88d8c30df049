/** Signing in and out. */
import { SequencerError } from '@sequencer/model';
import { SESSION_COOKIE, removeCookie, writeCookie } from '../../auth/cookie.ts';
import type { Identity } from '../../auth/authenticator.ts';
import type { SessionRow } from '../../store/auth-schema.ts';
import { DateTime, builder } from '../core/builder.ts';
import type { Access } from '../core/context.ts';
import { MethodEnum, UserType } from './user.ts';

const AccessType = builder.objectRef<Access>('Access').implement({
  description: 'What a page has to know before somebody has signed in.',
  fields: (t) => ({
    methods: t.field({ type: [MethodEnum], resolve: ({ authenticator }) => [...authenticator.methods] }),
    me: t.field({
      type: UserType,
      nullable: true,
      description: 'Null when nobody has signed in.',
      resolve: ({ identity }) => identity,
    }),
  }),
});

const SessionType = builder.objectRef<SessionRow>('Session').implement({
  description: 'A browser that is signed in.',
  fields: (t) => ({
    user: t.exposeString('userName'),
    method: t.expose('method', { type: MethodEnum }),
    address: t.exposeString('address'),
    createdAt: t.expose('createdAt', { type: DateTime }),
    expiresAt: t.expose('expiresAt', { type: DateTime }),
  }),
});

/** The argument `revokeTokens` of mutations that end sessions. */
export const REVOKE_TOKENS = { required: false, description: 'Whether their API tokens are revoked, too.' } as const;

function requireHttp({ response }: Access): NonNullable<Access['response']> {
  if (!response) throw new SequencerError('BAD_INPUT', 'Sign in and out over HTTP, not over a websocket.');
  return response;
}

/** The identity of the request, which is there: the rules have asked for it. */
export function identityOf({ identity }: Access): Identity {
  if (!identity) throw new SequencerError('UNAUTHENTICATED');
  return identity;
}

builder.queryFields((t) => ({
  access: t.field({ type: AccessType, resolve: (_root, _args, { access }) => access }),
  sessions: t.field({
    type: [SessionType],
    description: 'Who is signed in with a browser.',
    resolve: (_root, _args, { access }) => access.authenticator.sessions.open(),
  }),
}));

builder.mutationFields((t) => ({
  signIn: t.field({
    type: UserType,
    description: 'Begins a session: the answer sets its cookie. A session of before is ended.',
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
    description: 'Ends this session, or with `everywhere` all of the person. Answers how many.',
    args: { everywhere: t.arg.boolean({ required: false, defaultValue: false }) },
    resolve: async (_root, { everywhere }, { access }) => {
      const response = requireHttp(access);
      const { authenticator, request } = access;
      const { session, user } = identityOf(access);
      removeCookie(SESSION_COOKIE, response, authenticator.clientAddresses.secure(request));
      if (everywhere) return authenticator.signOut(user.name);
      if (session === null) throw new SequencerError('BAD_INPUT', 'You did not sign in here, so you cannot sign out.');
      await authenticator.sessions.end(session);
      return 1;
    },
  }),
  signOutUser: t.int({
    description:
      'Ends all sessions and connections of a person. Answers how many sessions there were. A proxy may sign them in again.',
    args: { name: t.arg.string(), revokeTokens: t.arg.boolean({ ...REVOKE_TOKENS, defaultValue: false }) },
    resolve: async (_root, { name, revokeTokens }, { access, user }) => {
      const person = name.normalize('NFC');
      if (revokeTokens) await access.authenticator.tokens.revokeAll(person, user);
      return access.authenticator.signOut(person);
    },
  }),
}));

builder.queryField('me', (t) => t.field({ type: UserType, resolve: (_root, _args, { access }) => identityOf(access) }));
