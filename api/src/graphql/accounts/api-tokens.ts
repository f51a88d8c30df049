/** Tokens for programs. */
import { SequencerError } from '@sequencer/model';
import { hasRole } from '../../auth/grants.ts';
import type { ApiTokenRow } from '../../store/auth-schema.ts';
import { identityOf } from './access.ts';
import { DateTime, RoleEnum, builder } from '../core/builder.ts';

const ApiTokenType = builder.objectRef<ApiTokenRow>('ApiToken').implement({
  description: 'What a program proves with whose it is: `Authorization: Bearer ...`.',
  fields: (t) => ({
    id: t.exposeID('id'),
    name: t.exposeString('name'),
    owner: t.exposeString('owner'),
    role: t.expose('role', { type: RoleEnum }),
    sequencers: t.exposeStringList('sequencers', { nullable: true, description: 'Null for all.' }),
    createdAt: t.expose('createdAt', { type: DateTime }),
    expiresAt: t.expose('expiresAt', { type: DateTime }),
    usedAt: t.expose('usedAt', {
      type: DateTime,
      nullable: true,
      description: 'When it was last used, to the minute.',
    }),
    revokedAt: t.expose('revokedAt', { type: DateTime, nullable: true }),
  }),
});

builder.queryFields((t) => ({
  apiTokens: t.field({
    type: [ApiTokenType],
    description: 'Your own; those of all people if you are an admin. The newest first.',
    resolve: (_root, _args, { access, user }) =>
      access.authenticator.tokens.list(hasRole(user, 'ADMIN') ? null : user.name),
  }),
}));

builder.mutationFields((t) => ({
  createApiToken: t.string({
    description:
      'Makes a token that may do at most what you may do when it is used. It is answered this once, and never shown again.',
    args: {
      name: t.arg.string({ description: 'What it is for.' }),
      role: t.arg({ type: RoleEnum }),
      sequencers: t.arg.stringList({
        required: false,
        description: 'Which ones it may command; all that you may if null.',
      }),
      days: t.arg.int({ description: 'How long it counts, 366 at most.' }),
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
    description: 'From now on the token counts for nothing.',
    args: { id: t.arg.id() },
    resolve: (_root, { id }, { access, user }) => access.authenticator.tokens.revoke(id, user),
  }),
}));
