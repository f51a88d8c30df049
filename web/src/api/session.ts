/** Who is signed in, and what they may do. The page is shown to nobody else. */
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
import { ACCESS, SIGN_IN, SIGN_OUT } from './access-documents.ts';

export type Person = NonNullable<AccessQuery['access']['me']>;

const ASK_AGAIN_MS = 2000;
/** The server's close reason when the provider has to confirm the user again. */
const CONFIRM = 'Confirm at the provider';

export interface Session {
  /** Where GraphQL is. */
  address: URL;
  /** `asking` until the server has said who this is. */
  state: Readonly<Ref<'asking' | 'unreachable' | 'out' | 'in'>>;
  person: Readonly<Ref<Person | null>>;
  methods: Readonly<Ref<readonly AccessMethod[]>>;
  /** Whether somebody was signed in on this page, who is not any more. */
  ended: Readonly<Ref<boolean>>;
  /** Whether the provider has to confirm them: it may do so without a question. */
  unconfirmed: Readonly<Ref<boolean>>;
  ask: () => Promise<void>;
  signIn: (name: string, password: string) => Promise<void>;
  signOut: (everywhere: boolean) => Promise<void>;
  /** The server says that nobody is signed in. */
  lost: (reason?: string) => void;
}

export const sessionKey: InjectionKey<Session> = Symbol('session');

export function useSession(): Session {
  const session = inject(sessionKey);
  if (!session) throw new Error('no session');
  return session;
}

export function makeSession(address: URL): Session {
  const client = makeHttpClient(address.href);
  const state = ref<'asking' | 'unreachable' | 'out' | 'in'>('asking');
  const person = shallowRef<Person | null>(null);
  const methods = shallowRef<readonly AccessMethod[]>([]);
  const ended = ref(false);
  const unconfirmed = ref(false);

  const ask = async (): Promise<void> => {
    try {
      const { access } = await query(client, ACCESS, {});
      methods.value = access.methods;
      person.value = access.me ?? null;
      state.value = access.me ? 'in' : 'out';
      if (access.me) ended.value = unconfirmed.value = false;
    } catch {
      // Said on the page, and asked again until there is an answer.
      state.value = 'unreachable';
      setTimeout(() => void ask(), ASK_AGAIN_MS);
    }
  };
  const lost = (reason?: string) => {
    if (reason === CONFIRM) unconfirmed.value = true;
    if (state.value !== 'in') return;
    ended.value = true;
    state.value = 'asking';
    void ask();
  };
  return {
    address,
    state,
    person,
    methods,
    ended,
    unconfirmed,
    ask,
    lost,
    signIn: async (name, password) => {
      await mutate(client, SIGN_IN, { name, password });
      await ask();
    },
    signOut: async (everywhere) => {
      await mutate(client, SIGN_OUT, { everywhere });
      person.value = null;
      state.value = 'out';
    },
  };
}

/** Why the person may not command the telescope, as a sentence; null when they may. */
export function useReadOnlyReason(sequencer: MaybeRefOrGetter<string>): ComputedRef<string | null> {
  const { person } = useSession();
  return computed(() => {
    if (!person.value) return null;
    const { role, sequencers } = person.value;
    if (role === 'VIEWER') return 'You are watching. Ask an admin for the operator role.';
    const name = toValue(sequencer);
    if (sequencers && !sequencers.includes(name)) return `You are watching ${name}. Ask an admin to operate it.`;
    return null;
  });
}
