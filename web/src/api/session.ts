/** The signed-in user and their permissions. */
import {
  computed,
  inject,
  ref,
  shallowRef,
  toValue,
  type ComputedRef,
  type InjectionKey,
  type MaybeRefOrGetter,
  type Ref,
} from 'vue';
import type { AccessMethod, AccessQuery } from '../gql/graphql.ts';
import { makeHttpClient, mutate, query } from './client.ts';
import { graphql } from '../gql/index.ts';

const ACCESS = graphql(/* GraphQL */ `
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

const SIGN_OUT = graphql(/* GraphQL */ `
  mutation SignOut($everywhere: Boolean!) {
    signOut(everywhere: $everywhere)
  }
`);

export type Person = NonNullable<AccessQuery['access']['me']>;

const RETRY_MS = 2000;
/** The server's close reason when the identity provider has to confirm the user again. */
const CONFIRM = 'Confirm at the provider';

export interface Session {
  /** The GraphQL endpoint. */
  address: URL;
  /** `loading` until the server has answered who is signed in. */
  state: Readonly<Ref<'loading' | 'unreachable' | 'signed-out' | 'signed-in'>>;
  person: Readonly<Ref<Person | null>>;
  methods: Readonly<Ref<readonly AccessMethod[]>>;
  /** Whether a session on this page has ended. */
  hasExpired: Readonly<Ref<boolean>>;
  /** Whether the identity provider has to confirm the user; it may do so without interaction. */
  needsConfirmation: Readonly<Ref<boolean>>;
  refresh: () => Promise<void>;
  signOut: (everywhere: boolean) => Promise<void>;
  /** Called when the server answers that the user is not signed in. */
  onUnauthorized: (reason?: string) => void;
}

export const sessionKey: InjectionKey<Session> = Symbol('session');

export function useSession(): Session {
  const session = inject(sessionKey);
  if (!session) throw new Error('no session');
  return session;
}

export function makeSession(address: URL): Session {
  const client = makeHttpClient(address.href);
  const state = ref<'loading' | 'unreachable' | 'signed-out' | 'signed-in'>('loading');
  const person = shallowRef<Person | null>(null);
  const methods = shallowRef<readonly AccessMethod[]>([]);
  const hasExpired = ref(false);
  const needsConfirmation = ref(false);

  const refresh = async (): Promise<void> => {
    try {
      const { access } = await query(client, ACCESS, {});
      methods.value = access.methods;
      person.value = access.me ?? null;
      state.value = access.me ? 'signed-in' : 'signed-out';
      if (access.me) hasExpired.value = needsConfirmation.value = false;
    } catch {
      // The page shows it, and asks again until the server answers.
      state.value = 'unreachable';
      setTimeout(() => void refresh(), RETRY_MS);
    }
  };
  const onUnauthorized = (reason?: string) => {
    if (reason === CONFIRM) needsConfirmation.value = true;
    if (state.value !== 'signed-in') return;
    hasExpired.value = true;
    state.value = 'loading';
    void refresh();
  };
  return {
    address,
    state,
    person,
    methods,
    hasExpired,
    needsConfirmation,
    refresh,
    onUnauthorized,
    signOut: async (everywhere) => {
      await mutate(client, SIGN_OUT, { everywhere });
      person.value = null;
      state.value = 'signed-out';
    },
  };
}

/** Why the user may only watch the telescope, as a sentence; null if they may send commands. */
export function useReadOnlyReason(sequencer: MaybeRefOrGetter<string>): ComputedRef<string | null> {
  const { person } = useSession();
  return computed(() => {
    if (!person.value) return null;
    const { role, sequencers } = person.value;
    if (role === 'VIEWER') return 'You are watching. Ask an admin for the operator role.';
    const name = toValue(sequencer);
    if (sequencers && !sequencers.includes(name))
      return `You are watching ${name}. Ask an admin for permission to operate it.`;
    if (role === 'PROPOSER') return 'You can propose runs, which wait until an operator accepts them.';
    return null;
  });
}

/** Whether the user's runs on the telescope wait until an operator accepts them. */
export function useMayPropose(sequencer: MaybeRefOrGetter<string>): ComputedRef<boolean> {
  const { person } = useSession();
  return computed(() => {
    const { role, sequencers } = person.value ?? { role: null, sequencers: null };
    return role === 'PROPOSER' && (sequencers?.includes(toValue(sequencer)) ?? true);
  });
}
