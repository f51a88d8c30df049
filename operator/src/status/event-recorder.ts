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

export class EventRecorder {
  readonly #client: KubernetesClient;
  readonly #log: Logger;

  constructor(client: KubernetesClient, log: Logger) {
    this.#client = client;
    this.#log = log;
  }

  /**
   * Records an event once for each object, reason and message, however often it is called and by which instance. A failure
   * is logged and not thrown.
   */
  async record(about: KubernetesObject, type: 'Normal' | 'Warning', reason: string, message: string): Promise<void> {
    const { name, namespace, uid } = about.metadata;
    this.#log.info({ object: `${about.kind}/${name}`, reason }, message);
    const digest = createHash('sha256').update([uid, reason, message].join('\n')).digest('hex').slice(0, 16);
    const now = wholeSeconds(new Date());
    const event: New<KubernetesEvent> & Record<string, unknown> = {
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
      await this.#client.create(EVENTS, namespace, event);
    } catch (error) {
      if (error instanceof KubernetesError && error.alreadyExists) return;
      this.#log.warn({ object: name, reason, err: String(error) }, 'cannot record an event');
    }
  }
}
