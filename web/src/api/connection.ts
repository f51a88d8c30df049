/** The one connection to the server: how old the newest news is, the server's clock, and when the next try comes. */
import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws';
import { computed, inject, reactive, readonly, ref, type InjectionKey, type Ref } from 'vue';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** The server restarts, or wants the proxy to be asked again: it can be reached, or soon will be. */
const CONNECT_AGAIN = [1012, 1013];
const ELSEWHERE_WITHIN_MS = 200;
/** Without news for this long nothing that is shown counts as live. The server's heart beats every 2 s. */
export const STALE_MS = 5000;
/** Without news for this long the socket is thought to be dead. */
const DEAD_MS = 8000;

export interface Connection {
  socket: SocketClient;
  /** The server's time now, in ms. */
  serverNow: () => number;
  /** The same, as a value that ticks and makes what depends on it draw itself again. */
  now: Readonly<Ref<number>>;
  /** Time since the last message from the server, in ms; infinite before the first. */
  age: Readonly<Ref<number>>;
  stale: Readonly<Ref<boolean>>;
  /** The server's time at its last message. */
  lastMessageAt: Readonly<Ref<number | null>>;
  state: Readonly<{ connected: boolean; retryAt: number | null }>;
  onMessage: () => void;
  onHeartbeat: (serverTime: string) => void;
  /** Resolves when it is time for the next try: after so many ms, or at once when somebody says so. */
  wait: (ms: number) => Promise<void>;
  tryNow: () => void;
  /** Closes it for good. */
  close: () => void;
}

/** The server's word for "sign in first". */
export const UNAUTHORIZED = 4401;

export const connectionKey: InjectionKey<Connection> = Symbol('connection');

export function useConnection(): Connection {
  const connection = inject(connectionKey);
  if (!connection) throw new Error('no connection');
  return connection;
}

/** Doubles from half a second to ten seconds, with jitter. */
export function retryWait(attempt: number, random: number = Math.random()): number {
  const wait = Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS);
  return Math.round(wait * (0.8 + 0.2 * random));
}

/** @param onUnauthorized who uses it is not signed in, or no longer */
export function makeConnection(url: string, onUnauthorized: (reason: string) => void): Connection {
  const state = reactive({ connected: false, retryAt: null as number | null });
  const tick = ref(Date.now());
  const lastMessageLocal = ref<number | null>(null);
  const offset = ref(0);
  const waits = new Set<() => void>();
  let moved = false;

  const wait = async (ms: number) => {
    state.retryAt = Date.now() + ms;
    await new Promise<void>((resolve) => {
      const over = () => {
        clearTimeout(timer);
        waits.delete(over);
        resolve();
      };
      const timer = setTimeout(over, ms);
      waits.add(over);
    });
    state.retryAt = null;
  };

  const onMessage = () => {
    lastMessageLocal.value = Date.now();
  };
  const socket = createSocketClient({
    url,
    lazy: false,
    keepAlive: 10_000,
    retryAttempts: Infinity,
    shouldRetry: () => true,
    retryWait: async (attempt) => {
      // Not all at the same moment.
      await wait(moved && attempt === 0 ? Math.random() * ELSEWHERE_WITHIN_MS : retryWait(attempt));
    },
    // Errors are shown by the age of the news; the client retries by itself.
    onNonLazyError: () => undefined,
    on: {
      connected: () => {
        state.connected = true;
        state.retryAt = null;
        onMessage();
      },
      closed: (event) => {
        state.connected = false;
        moved = event instanceof CloseEvent && CONNECT_AGAIN.includes(event.code);
        if (event instanceof CloseEvent && event.code === UNAUTHORIZED) onUnauthorized(event.reason);
      },
      message: onMessage,
    },
  });

  const ticking = setInterval(() => {
    tick.value = Date.now();
    if (state.connected && lastMessageLocal.value !== null && Date.now() - lastMessageLocal.value > DEAD_MS)
      socket.terminate();
  }, 250);

  const age = computed(() =>
    lastMessageLocal.value === null ? Infinity : Math.max(0, tick.value - lastMessageLocal.value),
  );
  return {
    socket,
    serverNow: () => Date.now() + offset.value,
    now: computed(() => tick.value + offset.value),
    age,
    stale: computed(() => age.value > STALE_MS),
    lastMessageAt: computed(() => (lastMessageLocal.value === null ? null : lastMessageLocal.value + offset.value)),
    state: readonly(state),
    onMessage,
    onHeartbeat: (serverTime) => {
      onMessage();
      offset.value = Date.parse(serverTime) - Date.now();
    },
    wait,
    tryNow: () => {
      for (const over of waits) over();
    },
    close: () => {
      clearInterval(ticking);
      void socket.dispose();
    },
  };
}
