/** The type User: who acts. */
import type { Identity } from '../../auth/authenticator.ts';
import { RoleEnum, builder } from '../core/builder.ts';

export const MethodEnum = builder.enumType('AccessMethod', {
  description: 'A way in.',
  values: {
    NONE: { value: 'none', description: 'Nobody signs in: whoever uses this machine may do everything.' },
    PASSWORD: { value: 'password' },
    OIDC: { value: 'oidc', description: "By the site's provider of identities." },
    PROXY: { value: 'proxy', description: "The site's web server signs people in." },
    TOKEN: { value: 'token', description: 'A program with an API token.' },
  } as const,
});

export const UserType = builder.objectRef<Identity>('User').implement({
  fields: (t) => ({
    name: t.string({ resolve: ({ user }) => user.name }),
    role: t.field({ type: RoleEnum, resolve: ({ user }) => user.role }),
    sequencers: t.stringList({
      nullable: true,
      description: 'Which sequencers an operator may command; null for all.',
      resolve: ({ user }) => (user.sequencers ? [...user.sequencers] : null),
    }),
    method: t.expose('method', { type: MethodEnum, description: 'How they came in.' }),
    byAccount: t.boolean({
      description: 'Whether an account that an admin made lets them in: then they may change its password.',
      resolve: (identity, _args, { access }) => access.authenticator.byAccount(identity),
    }),
  }),
});
