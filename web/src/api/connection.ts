/** The WebSocket connection to the server: age of the last message, clock of the server, time of the next reconnect. */
import { createClient as createSocketClient, type Client as SocketClient } from 'graphql-ws';
import { computed, inject, reactive, readonly, ref, type InjectionKey, type Ref } from 'vue';

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;
/** Close codes of a server that restarts, or asks to reconnect through the proxy: a server can be reached, or soon will be. */
const RECONNECT_SOON = [1012, 1013];
const RECONNECT_WITHIN_MS = 200;
/** Without a message for this long, nothing on the page counts as live. The server sends a heartbeat every 2 s. */
export const STALE_MS = 5000;
/** Without a message for this long, the socket is considered dead and is closed. */
const DEAD_MS = 8000;

export interface Connection {
  socket: SocketClient;
  /** The server's time now, in ms. */
  serverNow: () => number;
  /** The server's time as a ref that ticks, for computed values. */
  now: Readonly<Ref<number>>;
  /** Time since the last message from the server, in ms; infinite before the first. */
  age: Readonly<Ref<number>>;
  stale: Readonly<Ref<boolean>>;
  /** The server's time at its last message. */
  lastMessageAt: Readonly<Ref<number | null>>;
  state: Readonly<{ connected: boolean; retryAt: number | null }>;
  onMessage: () => void;
  onHeartbeat: (serverTime: string) => void;
  /** Resolves after so many ms, or immediately on `tryNow`. */
  wait: (ms: number) => Promise<void>;
  tryNow: () => void;
  /** Closes the connection permanently. */
  close: () => void;
}

/** The close code for a user who is not signed in. */
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

/** @param onUnauthorized called when the server closes the connection because the user is not signed in */
export function makeConnection(url: string, onUnauthorized: (reason: string) => void): Connection {
  const state = reactive({ connected: false, retryAt: null as number | null });
  const tick = ref(Date.now());
  const lastMessageLocal = ref<number | null>(null);
  const offset = ref(0);
  const waits = new Set<() => void>();
  let reconnectSoon = false;

  const wait = async (ms: number) => {
    state.retryAt = Date.now() + ms;
    await new Promise<void>((resolve) => {
      const finish = () => {
        clearTimeout(timer);
        waits.delete(finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      waits.add(finish);
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
      // The random part spreads the reconnects of all pages.
      await wait(reconnectSoon && attempt === 0 ? Math.random() * RECONNECT_WITHIN_MS : retryWait(attempt));
    },
    // Pages show the age of the last message; graphql-ws retries automatically.
    onNonLazyError: () => undefined,
    on: {
      connected: () => {
        state.connected = true;
        state.retryAt = null;
        onMessage();
      },
      closed: (event) => {
        state.connected = false;
        reconnectSoon = event instanceof CloseEvent && RECONNECT_SOON.includes(event.code);
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
      for (const finish of waits) finish();
    },
    close: () => {
      clearInterval(ticking);
      void socket.dispose();
    },
  };
}
