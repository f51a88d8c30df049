/** Records Kubernetes Events, which `kubectl describe` shows. */
import { boundedText } from '@sequencer/model/text';
import { createHash } from 'node:crypto';
import type { KubernetesClient, New } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { KubernetesEvent } from '@sequencer/kubernetes/objects';
import { EVENTS } from '@sequencer/kubernetes/resources';
import { wholeSeconds } from '@sequencer/kubernetes/times';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import type { Logger } from '../runtime/log.ts';

/** A problem that lasts is recorded again by each reconciliation, and counted at most this often. */
const COUNT_AGAIN_AFTER_MS = 60_000;

export class EventRecorder {
  readonly #client: KubernetesClient;
  readonly #log: Logger;
  readonly #now: () => number;

  constructor(client: KubernetesClient, log: Logger, now: () => number = Date.now) {
    this.#client = client;
    this.#log = log;
    this.#now = now;
  }

  /**
   * Records an event. There is one for each object, reason and message, by whichever instance; when it occurs again later,
   * its count and time are renewed. A failure is logged and not thrown.
   */
  async record(about: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const { name, namespace, uid } = about.metadata;
    this.#log.info({ object: `${about.kind}/${name}`, reason }, message);
    const digest = createHash('sha256').update([uid, reason, message].join('\n')).digest('hex').slice(0, 16);
    const now = wholeSeconds(new Date(this.#now()));
    const event: New<KubernetesEvent> & { metadata: { name: string } } & Record<string, unknown> = {
      metadata: { name: `${name}.${digest}` },
      involvedObject: { apiVersion: about.apiVersion, kind: about.kind, name, namespace, uid },
      type,
      reason,
      message: boundedText(message, 1024),
      source: { component: 'sequencer-operator' },
      firstTimestamp: now,
      lastTimestamp: now,
      count: 1,
    };
    try {
      await this.#client.create(EVENTS, namespace, event).catch(async (error: unknown) => {
        if (!(error instanceof KubernetesError) || !error.alreadyExists) throw error;
        await this.#countAgain(namespace, event.metadata.name);
      });
    } catch (error) {
      this.#log.warn({ object: name, reason, err: String(error) }, 'cannot record an event');
    }
  }

  async #countAgain(namespace: string, name: string): Promise<void> {
    const event = await this.#client.find(EVENTS, namespace, name);
    // It may have expired meanwhile.
    if (!event) return;
    const { lastTimestamp, count = 1 } = event;
    if (this.#now() - Date.parse(lastTimestamp ?? '') < COUNT_AGAIN_AFTER_MS) return;
    const lastSeen = wholeSeconds(new Date(this.#now()));
    await this.#client.merge(EVENTS, namespace, name, { lastTimestamp: lastSeen, count: count + 1 });
  }
}
