/** Management of password accounts by admins, and the change of one's own password. */
import { SequencerError } from '@sequencer/model';
import type { Actor } from '../../auth/accounts.ts';
import type { Grant } from '../../auth/grants.ts';
import type { PasswordUsers } from '../../auth/password-users.ts';
import type { AccountRow } from '../../store/auth-schema.ts';
import { REVOKE_TOKENS, identityOf } from './access.ts';
import { DateTime, RoleEnum, builder } from '../core/builder.ts';
import type { Access, Context } from '../core/context.ts';

/** A password user. `account` is null for a user of the users file. */
interface Listed extends Grant {
  name: string;
  account: AccountRow | null;
}

const AccountType = builder.objectRef<Listed>('Account').implement({
  description: 'A user who signs in with a password.',
  fields: (t) => ({
    name: t.exposeString('name'),
    role: t.expose('role', { type: RoleEnum }),
    sequencers: t.stringList({
      nullable: true,
      description: 'Sequencers that the operator may command. Null for all.',
      resolve: ({ sequencers }) => (sequencers ? [...sequencers] : null),
    }),
    inFile: t.boolean({
      description: "Whether the user is in the site's users file, where alone it can be changed.",
      resolve: ({ account }) => account === null,
    }),
    createdAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'Null for a user of the users file.',
      resolve: ({ account }) => account?.createdAt ?? null,
    }),
    createdBy: t.string({
      nullable: true,
      description: 'Admin who created it. Null for a user of the users file.',
      resolve: ({ account }) => account?.createdBy ?? null,
    }),
    disabledAt: t.field({
      type: DateTime,
      nullable: true,
      description: 'When the account was disabled. Null if it is enabled.',
      resolve: ({ account }) => account?.disabledAt ?? null,
    }),
  }),
});

function listed(account: AccountRow): Listed {
  return { name: account.name, role: account.role, sequencers: account.sequencers, account };
}

function passwordUsersOf({ authenticator }: Access): PasswordUsers {
  if (!authenticator.passwordUsers)
    throw new SequencerError(
      'BAD_INPUT',
      'This site has no password sign-in, so there are no accounts to manage.',
      'Manage users where they sign in.',
    );
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
    description: 'All password users, those of the users file first.',
    resolve: async (_root, _args, { access: { authenticator } }) => {
      if (!authenticator.passwordUsers) return [];
      const { file, accounts } = authenticator.passwordUsers;
      const fromFile = file.all().map(({ name, grant }): Listed => ({ name, ...grant, account: null }));
      return [...fromFile, ...(await accounts.list()).filter(({ name }) => !file.find(name)).map(listed)];
    },
  }),
}));

const grantArgs = builder.args((t) => ({
  role: t.field({ type: RoleEnum }),
  sequencers: t.stringList({ required: false, description: 'Sequencers that an operator may command; all if null.' }),
}));

builder.mutationFields((t) => ({
  createAccount: t.field({
    type: AccountType,
    description: 'Creates a password account.',
    args: { name: t.arg.string(), password: t.arg.string(), ...grantArgs },
    resolve: async (_root, { name, password, role, sequencers }, context) => {
      const grant = grantOf(context, role, sequencers);
      return listed(await passwordUsersOf(context.access).accounts.create(name, password, grant, byOf(context)));
    },
  }),
  changeAccount: t.field({
    type: AccountType,
    description: 'Changes the role and sequencers of an account, with immediate effect.',
    args: { name: t.arg.string(), ...grantArgs },
    resolve: async (_root, { name, role, sequencers }, context) => {
      const grant = grantOf(context, role, sequencers);
      return listed(await passwordUsersOf(context.access).accounts.changeGrant(name, grant, byOf(context)));
    },
  }),
  disableAccount: t.field({
    type: AccountType,
    description: 'Disables the account and revokes its sessions and tokens, or enables it again.',
    args: {
      name: t.arg.string(),
      disabled: t.arg.boolean({ defaultValue: true, required: false, description: 'False enables the account.' }),
    },
    resolve: async (_root, { name, disabled }, context) => {
      const { access } = context;
      const row = await passwordUsersOf(access).accounts.setDisabled(name, disabled ?? true, byOf(context));
      if (row.disabledAt) await access.authenticator.signOut(row.name);
      return listed(row);
    },
  }),
  resetPassword: t.field({
    type: AccountType,
    description: 'Sets a new password and ends the sessions of the user.',
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
    description:
      "Changes the caller's password and ends the caller's other sessions. Returns the number of ended sessions.",
    args: {
      currentPassword: t.arg.string(),
      newPassword: t.arg.string(),
      revokeTokens: t.arg.boolean({
        required: false,
        defaultValue: false,
        description: "Whether to revoke the caller's API tokens as well.",
      }),
    },
    resolve: async (_root, { currentPassword, newPassword, revokeTokens }, { access, user }) => {
      await access.passwords.change(user.name, currentPassword, newPassword, access.address);
      if (revokeTokens) await access.authenticator.tokens.revokeAll(user.name, user);
      return access.authenticator.sessions.endAll(user.name, identityOf(access).session);
    },
  }),
}));
