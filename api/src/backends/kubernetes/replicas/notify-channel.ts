/**
 * Notifications between the replicas of the API, with PostgreSQL's NOTIFY. The state is in the tables: a lost notification
 * only causes a delay.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BackOff } from '@sequencer/kubernetes/back-off';
import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Logger } from '../../../lib/log.ts';
import type { Db } from '../../../store/database.ts';
import { holdConnection } from '../../../store/held-connection.ts';

const CHANNEL = 'sequencer';
/** Messages within this time are sent in one notification. */
const BATCH_MS = 20;
/** PostgreSQL accepts payloads under 8000 bytes. */
const MAX_PAYLOAD = 7000;

const messageSchema = z.discriminatedUnion('about', [
  /** Events of a run are stored. */
  z.object({ about: z.literal('events'), run: z.string() }),
  /** The lease of a run has changed. The name is that of earlier versions, which may run at the same time. */
  z.object({ about: z.literal('seat'), run: z.string() }),
  /** Rows of a sequencer have changed. */
  z.object({ about: z.literal('sequencer'), name: z.string() }),
  /** There is a command for a replica, or an answer. */
  z.object({ about: z.literal('command'), to: z.string() }),
  /** The number of clients that watch a run at the sender. */
  z.object({ about: z.literal('watchers'), run: z.string(), count: z.int().nonnegative() }),
]);
export type Message = z.infer<typeof messageSchema>;

const payloadSchema = z.object({ from: z.string(), messages: z.array(messageSchema) });

export interface NotifyChannelParts {
  db: Db;
  url: string;
  log: Logger;
  /** The id of this replica. Its own notifications are ignored. */
  id: string;
  onNotification: (from: string, message: Message) => void;
  /** Called when the channel is connected, also after a reconnect. Earlier notifications may have been missed. */
  onListening: () => void;
}

export class NotifyChannel {
  readonly #parts: NotifyChannelParts;
  readonly #stopped = new AbortController();
  readonly #pending = new Map<string, Message>();
  #timer: NodeJS.Timeout | null = null;
  #listening: Promise<void> = Promise.resolve();

  constructor(parts: NotifyChannelParts) {
    this.#parts = parts;
  }

  begin(): void {
    this.#listening = this.#listen();
  }

  async close(): Promise<void> {
    this.#stopped.abort();
    if (this.#timer) clearTimeout(this.#timer);
    await this.#send();
    await this.#listening;
  }

  /** Sends a message soon. Of several messages about the same subject only the last one is sent. */
  notify(message: Message): void {
    const { about } = message;
    const subject = about === 'sequencer' ? message.name : about === 'command' ? message.to : message.run;
    this.#pending.set(`${about} ${subject}`, message);
    if (this.#stopped.signal.aborted) return;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.#send();
    }, BATCH_MS);
  }

  async #send(): Promise<void> {
    const { db, id, log } = this.#parts;
    while (this.#pending.size > 0) {
      const messages: Message[] = [];
      let size = 0;
      for (const [key, message] of this.#pending) {
        size += JSON.stringify(message).length + 1;
        if (size > MAX_PAYLOAD && messages.length > 0) break;
        messages.push(message);
        this.#pending.delete(key);
      }
      try {
        await db.execute(sql`select pg_notify(${CHANNEL}, ${JSON.stringify({ from: id, messages })})`);
      } catch (error) {
        // The others also check periodically.
        log.warn({ err: error }, 'cannot notify the other replicas');
        return;
      }
    }
  }

  async #listen(): Promise<void> {
    const { log, url, onListening } = this.#parts;
    const { signal } = this.#stopped;
    const backOff = new BackOff(100, 3000);
    while (!signal.aborted) {
      try {
        await holdConnection({
          url,
          name: 'sequencer-api-notify',
          signal,
          onConnect: async (client) => {
            client.on('notification', ({ payload }) => {
              this.#receive(payload ?? '');
            });
            await client.query(`listen ${CHANNEL}`);
            backOff.reset();
            onListening();
          },
        });
      } catch (error) {
        log.warn({ err: error }, 'cannot receive notifications of the other replicas');
      }
      await sleep(backOff.next(), undefined, { signal }).catch(() => undefined);
    }
  }

  #receive(payload: string): void {
    const { id, onNotification, log } = this.#parts;
    try {
      const { from, messages } = payloadSchema.parse(JSON.parse(payload));
      if (from !== id) for (const message of messages) onNotification(from, message);
    } catch (error) {
      // From a newer version.
      log.warn({ err: error }, 'cannot parse a notification of another replica');
    }
  }
}
