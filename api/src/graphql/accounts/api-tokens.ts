/** API tokens for programs. */
import { SequencerError } from '@sequencer/model';
import { hasRole } from '../../auth/grants.ts';
import type { ApiTokenRow } from '../../store/auth-schema.ts';
import { identityOf } from './access.ts';
import { DateTime, RoleEnum, builder } from '../core/builder.ts';

const ApiTokenType = builder.objectRef<ApiTokenRow>('ApiToken').implement({
  description: 'A token with which a program acts for its owner: `Authorization: Bearer ...`.',
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name', { description: 'Purpose of the token.' }),
    owner: t.exposeString('owner', { description: 'User who created it.' }),
    role: t.expose('role', { type: RoleEnum }),
    sequencers: t.exposeStringList('sequencers', {
      nullable: true,
      description: 'Sequencers that it may command. Null for all of its owner.',
    }),
    createdAt: t.expose('createdAt', { type: DateTime }),
    expiresAt: t.expose('expiresAt', { type: DateTime }),
    usedAt: t.expose('usedAt', {
      type: DateTime,
      nullable: true,
      description: 'When it was last used, to the minute. Null if it never was.',
    }),
    revokedAt: t.expose('revokedAt', { type: DateTime, nullable: true, description: 'Null if it is not revoked.' }),
  }),
});

builder.queryFields((t) => ({
  apiTokens: t.field({
    type: [ApiTokenType],
    description: "The caller's tokens, or those of all users for an admin. Newest first.",
    resolve: (_root, _args, { access, user }) =>
      access.authenticator.tokens.list(hasRole(user, 'ADMIN') ? null : user.name),
  }),
}));

builder.mutationFields((t) => ({
  createApiToken: t.string({
    description:
      "Creates a token and returns its secret, which is not shown again. Its rights never exceed the owner's at the time of use.",
    args: {
      name: t.arg.string({ description: 'Purpose of the token.' }),
      role: t.arg({ type: RoleEnum }),
      sequencers: t.arg.stringList({
        required: false,
        description: "Sequencers that it may command; all of the caller's if null.",
      }),
      days: t.arg.int({ description: 'Days until it expires, 366 at most.' }),
    },
    resolve: async (_root, { name, role, sequencers, days }, { access, sequencerStates, user }) => {
      for (const sequencer of sequencers ?? []) sequencerStates.require(sequencer);
      const grant = { role, sequencers: sequencers ?? user.sequencers };
      const { method } = identityOf(access);
      if (method === 'token') throw new SequencerError('FORBIDDEN');
      const { token } = await access.authenticator.tokens.create(user, method, { name, grant, days });
      return token;
    },
  }),
  revokeApiToken: t.field({
    type: ApiTokenType,
    description: 'Revokes a token, with immediate effect.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, { access, user }) => access.authenticator.tokens.revoke(id, user),
  }),
}));
