/** The people who sign in with a password, for admins; and changing one's own password. */
import { SequencerError } from '@sequencer/model';
import type { Actor } from '../../auth/accounts.ts';
import type { Grant } from '../../auth/grants.ts';
import type { PasswordUsers } from '../../auth/password-users.ts';
import type { AccountRow } from '../../store/auth-schema.ts';
import { REVOKE_TOKENS, identityOf } from './access.ts';
import { DateTime, RoleEnum, builder } from '../core/builder.ts';
import type { Access, Context } from '../core/context.ts';

/** Of the users file there is only a name and what it may do. */
interface Listed extends Grant {
  name: string;
  account: AccountRow | null;
}

const AccountType = builder.objectRef<Listed>('Account').implement({
  description: 'Somebody who signs in with a password.',
  fields: (t) => ({
    name: t.exposeString('name'),
    role: t.expose('role', { type: RoleEnum }),
    sequencers: t.stringList({
      nullable: true,
      description: 'Which sequencers an operator may command; null for all.',
      resolve: ({ sequencers }) => (sequencers ? [...sequencers] : null),
    }),
    inFile: t.boolean({
      description: 'Whether the users file of the site names them: then it is changed there.',
      resolve: ({ account }) => account === null,
    }),
    createdAt: t.field({ type: DateTime, nullable: true, resolve: ({ account }) => account?.createdAt ?? null }),
    createdBy: t.string({ nullable: true, resolve: ({ account }) => account?.createdBy ?? null }),
    disabledAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'Since when they cannot come in.',
      resolve: ({ account }) => account?.disabledAt ?? null,
    }),
  }),
});

function listed(account: AccountRow): Listed {
  return { name: account.name, role: account.role, sequencers: account.sequencers, account };
}

function passwordUsersOf({ authenticator }: Access): PasswordUsers {
  if (!authenticator.passwordUsers) throw new SequencerError('BAD_INPUT', 'This site does not sign in with passwords.');
  return authenticator.passwordUsers;
}

function byOf({ access, user }: Context): Actor {
  return { name: user.name, byAccount: access.authenticator.byAccount(identityOf(access)) };
}

function grantOf(
  { sequencerStates }: Context,
  role: Grant['role'],
  sequencers: readonly string[] | null | undefined,
): Grant {
  for (const sequencer of sequencers ?? []) sequencerStates.require(sequencer);
  return { role, sequencers: sequencers ?? null };
}

builder.queryFields((t) => ({
  accounts: t.field({
    type: [AccountType],
    description: 'Who may sign in with a password. Those of the users file come first.',
    resolve: async (_root, _args, { access: { authenticator } }) => {
      if (!authenticator.passwordUsers) return [];
      const { file, accounts } = authenticator.passwordUsers;
      const fromFile = file.all().map(({ name, grant }): Listed => ({ name, ...grant, account: null }));
      return [...fromFile, ...(await accounts.list()).filter(({ name }) => !file.find(name)).map(listed)];
    },
  }),
}));

builder.mutationFields((t) => ({
  createAccount: t.field({
    type: AccountType,
    description: 'Lets somebody sign in with a password.',
    args: {
      name: t.arg.string(),
      password: t.arg.string(),
      role: t.arg({ type: RoleEnum }),
      sequencers: t.arg.stringList({ required: false, description: 'For an operator; all if null.' }),
    },
    resolve: async (_root, { name, password, role, sequencers }, context) => {
      const grant = grantOf(context, role, sequencers);
      return listed(await passwordUsersOf(context.access).accounts.create(name, password, grant, byOf(context)));
    },
  }),
  changeAccount: t.field({
    type: AccountType,
    description: 'Gives them another role, or other sequencers. It counts at once.',
    args: {
      name: t.arg.string(),
      role: t.arg({ type: RoleEnum }),
      sequencers: t.arg.stringList({ required: false, description: 'For an operator; all if null.' }),
    },
    resolve: async (_root, { name, role, sequencers }, context) => {
      const grant = grantOf(context, role, sequencers);
      return listed(await passwordUsersOf(context.access).accounts.changeGrant(name, grant, byOf(context)));
    },
  }),
  disableAccount: t.field({
    type: AccountType,
    description: 'Ends their sessions and lets them in no more, nor their tokens; or lets them in again.',
    args: { name: t.arg.string(), disabled: t.arg.boolean({ defaultValue: true, required: false }) },
    resolve: async (_root, { name, disabled }, context) => {
      const { access } = context;
      const row = await passwordUsersOf(access).accounts.setDisabled(name, disabled ?? true, byOf(context));
      if (row.disabledAt) await access.authenticator.signOut(row.name);
      return listed(row);
    },
  }),
  resetPassword: t.field({
    type: AccountType,
    description: 'Sets another password, ends the sessions of the user, and revokes their API tokens.',
    args: {
      name: t.arg.string(),
      password: t.arg.string(),
      revokeTokens: t.arg.boolean({ ...REVOKE_TOKENS, defaultValue: true }),
    },
    resolve: async (_root, { name, password, revokeTokens }, context) => {
      const { access, user } = context;
      const row = await passwordUsersOf(access).accounts.resetPassword(name, password, byOf(context));
      if (revokeTokens ?? true) await access.authenticator.tokens.revokeAll(row.name, user);
      await access.authenticator.sessions.endAll(row.name, identityOf(access).session);
      return listed(row);
    },
  }),
  changePassword: t.int({
    description: 'Changes your own password, and ends your other sessions. Answers how many there were.',
    args: {
      currentPassword: t.arg.string(),
      newPassword: t.arg.string(),
      revokeTokens: t.arg.boolean({
        required: false,
        defaultValue: false,
        description: 'Whether your API tokens are revoked, too.',
      }),
    },
    resolve: async (_root, { currentPassword, newPassword, revokeTokens }, { access, user }) => {
      await access.passwords.change(user.name, currentPassword, newPassword, access.address);
      if (revokeTokens) await access.authenticator.tokens.revokeAll(user.name, user);
      return access.authenticator.sessions.endAll(user.name, identityOf(access).session);
    },
  }),
}));
