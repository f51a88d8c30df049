/** The GraphQL type User. */
import type { Identity } from '../../auth/authenticator.ts';
import { RoleEnum, builder } from '../core/builder.ts';

export const MethodEnum = builder.enumType('AccessMethod', {
  description: 'How a caller is authenticated.',
  values: {
    NONE: { value: 'none', description: 'No sign-in: every local user is an admin.' },
    PASSWORD: { value: 'password', description: 'Name and password.' },
    OIDC: { value: 'oidc', description: "The site's OpenID Connect provider." },
    PROXY: { value: 'proxy', description: "Headers of the site's reverse proxy." },
    TOKEN: { value: 'token', description: 'API token of a program.' },
  } as const,
});

export const UserType = builder.objectRef<Identity>('User').implement({
  description: 'An authenticated caller.',
  fields: (t) => ({
    name: t.string({ resolve: ({ user }) => user.name }),
    role: t.field({ type: RoleEnum, resolve: ({ user }) => user.role }),
    sequencers: t.stringList({
      nullable: true,
      description: 'Sequencers that the operator may command. Null for all.',
      resolve: ({ user }) => (user.sequencers ? [...user.sequencers] : null),
    }),
    method: t.expose('method', { type: MethodEnum, description: 'How the user signed in.' }),
    byAccount: t.boolean({
      description: 'Whether the user has a password account, and can change its password.',
      resolve: (identity, _args, { access }) => access.authenticator.byAccount(identity),
    }),
  }),
});
