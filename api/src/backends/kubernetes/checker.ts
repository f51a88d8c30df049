/**
 * The checker of the cluster, which compiles scripts without running them: `sequencer-runner-checker` of the runner image.
 * It answers in place of a runner, because a telescope without an active run has none.
 */
import { SequencerError, findingSchema, replySchema, type Command, type Reply } from '@sequencer/model';
import { z } from 'zod';
import type { Logger } from '../../lib/log.ts';

/** The checker ends a check after 5 s. */
const TIMEOUT_MS = 6000;

export interface CheckerSettings {
  url: string;
  /** The image that the checker runs in. */
  image: string | null;
}

export class Checker {
  readonly #settings: CheckerSettings;
  readonly #log: Logger;

  constructor(settings: CheckerSettings, log: Logger) {
    this.#settings = settings;
    this.#log = log;
  }

  /**
   * Null if the checker does not answer, or does not know the command. Throws the error that it replied.
   *
   * @param hostname that scripts on the sequencer see
   * @param image of the sequencer's runner. Another one may have another Python, so its errors become warnings
   */
  async request(command: Command, hostname: string, image: string | null): Promise<Reply | null> {
    if (command.name !== 'check' && command.name !== 'statements') return null;
    const reply = await this.#send(command, hostname);
    const isSameImage = image === null || image === this.#settings.image;
    if (!reply || isSameImage) {
      if (reply?.ok === false) throw SequencerError.reported(reply);
      return reply;
    }
    if (!reply.ok) return null;
    return command.name === 'check' ? { ...reply, result: withoutErrors(reply.result) } : reply;
  }

  async #send(command: Command, hostname: string): Promise<Reply | null> {
    const url = new URL(`commands?hostname=${encodeURIComponent(hostname)}`, this.#settings.url);
    const body = JSON.stringify({ type: 'command', id: 'check', command });
    try {
      const response = await fetch(url, { method: 'POST', body, signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!response.ok) throw new Error(`HTTP ${String(response.status)}: ${await response.text()}`);
      return replySchema.parse(await response.json());
    } catch (error) {
      this.#log.warn({ err: error }, 'the checker did not answer, so a script was not checked');
      return null;
    }
  }
}

function withoutErrors(result: unknown): unknown {
  return z
    .array(findingSchema)
    .parse(result)
    .map((finding) =>
      finding.severity === 'error'
        ? {
            ...finding,
            severity: 'warning',
            message: `${finding.message} (in the Python of the checker; this telescope has another image)`,
          }
        : finding,
    );
}
