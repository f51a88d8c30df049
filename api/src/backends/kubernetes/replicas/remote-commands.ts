/** Commands for runners that are connected to another replica: rows, with notifications. */
import { randomUUID } from 'node:crypto';
import { SequencerError, type RunCommand } from '@sequencer/model';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Logger } from '../../../lib/log.ts';
import { asSequencerError, type Db } from '../../../store/database.ts';
import { commands } from '../../../store/replica-schema.ts';
import type { NotifyChannel } from './notify-channel.ts';

/** The other replica must take a command within this time, or it is withdrawn. */
const TAKE_TIMEOUT_MS = 1500;
const POLL_MS = 250;

const answerSchema = z.union([
  z.object({ code: z.string(), message: z.string(), remedy: z.string().optional() }),
  z.object({ result: z.unknown().optional() }),
]);

type Execute = (run: string, by: string, command: RunCommand) => Promise<unknown>;

export class RemoteCommands {
  readonly #db: Db;
  readonly #log: Logger;
  readonly #id: string;
  readonly #notifyChannel: NotifyChannel;
  readonly #executeHere: Execute;
  readonly #waiting = new Map<string, () => void>();

  constructor(parts: { db: Db; log: Logger; id: string; notifyChannel: NotifyChannel; execute: Execute }) {
    this.#db = parts.db;
    this.#log = parts.log;
    this.#id = parts.id;
    this.#notifyChannel = parts.notifyChannel;
    this.#executeHere = parts.execute;
  }

  /** Throws RUNNER_AWAY when the replica does not take it, RUNNER_TIMEOUT when it does not answer, or the error of the command. */
  async send(to: string, run: string, by: string, command: RunCommand, timeoutMs: number): Promise<unknown> {
    const id = randomUUID();
    const row = { id, to, from: this.#id, run, by, command: JSON.stringify(command), askedAt: new Date() };
    await this.#db.insert(commands).values(row);
    this.#notifyChannel.notify({ about: 'command', to });
    const sentAt = performance.now();
    let taken = false;
    try {
      for (;;) {
        await this.#waitForNotification(id);
        const [now] = await this.#db
          .select({ takenAt: commands.takenAt, answer: commands.answer })
          .from(commands)
          .where(eq(commands.id, id));
        if (now?.answer != null) return resultOf(now.answer);
        taken ||= now?.takenAt != null;
        const waited = performance.now() - sentAt;
        if (!taken && waited > TAKE_TIMEOUT_MS && (await this.#withdraw(id))) throw new SequencerError('RUNNER_AWAY');
        if (waited > timeoutMs) throw new SequencerError('RUNNER_TIMEOUT');
      }
    } finally {
      this.#waiting.delete(id);
      await this.#db.delete(commands).where(eq(commands.id, id));
    }
  }

  /** Deletes the command if it was not taken. Returns whether it did; then it will not be executed. */
  async #withdraw(id: string): Promise<boolean> {
    const withdrawn = await this.#db
      .delete(commands)
      .where(and(eq(commands.id, id), isNull(commands.takenAt)))
      .returning({ id: commands.id });
    return withdrawn.length > 0;
  }

  /** Resolves at a notification, or after `POLL_MS`. */
  async #waitForNotification(id: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, POLL_MS);
      this.#waiting.set(id, () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Executes the commands for this replica, and wakes up those that wait for an answer. */
  async process(): Promise<void> {
    for (const wake of this.#waiting.values()) wake();
    const own = and(eq(commands.to, this.#id), isNull(commands.takenAt));
    const rows = await this.#db
      .update(commands)
      .set({ takenAt: sql`now()` })
      .where(own)
      .returning();
    await Promise.all(rows.map((row) => this.#execute(row)));
  }

  async #execute({ id, from, run, by, command }: typeof commands.$inferSelect): Promise<void> {
    let answer: z.infer<typeof answerSchema>;
    try {
      // Written and validated by another replica.
      answer = { result: await this.#executeHere(run, by, JSON.parse(command) as RunCommand) };
    } catch (error) {
      const typed = asSequencerError(error);
      if (!typed) this.#log.error({ run, err: error }, 'command of another replica failed');
      answer = typed
        ? { code: typed.code, message: typed.message, remedy: typed.remedy }
        : { code: 'INTERNAL', message: 'Internal error in another replica.', remedy: 'Check its log.' };
    }
    await this.#db
      .update(commands)
      .set({ answer: JSON.stringify(answer) })
      .where(eq(commands.id, id));
    this.#notifyChannel.notify({ about: 'command', to: from });
  }
}

function resultOf(answer: string): unknown {
  const parsed = answerSchema.parse(JSON.parse(answer));
  if ('code' in parsed) throw SequencerError.reported(parsed);
  return parsed.result;
}
