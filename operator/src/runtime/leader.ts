/**
 * Who of several instances leads, by a Lease object.
 *
 * Contract
 * - `leads()` is true for one instance at a time, as long as their clocks run at about the same speed. What the clocks
 *   show does not matter: each instance measures with its own monotonic clock how long it has seen the Lease unchanged.
 * - The leader renews every `retryMs`. When it has not managed to within `renewMs`, it stops leading before anybody else
 *   can begin: others wait `leaseMs` from the moment they saw the last renewal, and `leaseMs` > `renewMs`.
 * - Every renewal is conditional on the version that was read, so two cannot take the Lease at once.
 * - When the signal is aborted, a leader gives the Lease back, so that the next one begins at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubernetesClient } from '@sequencer/kubernetes/client';
import { KubernetesError } from '@sequencer/kubernetes/errors';
import type { Lease } from '@sequencer/kubernetes/objects';
import { LEASES } from '@sequencer/kubernetes/resources';
import { withMicroseconds } from '@sequencer/kubernetes/times';

export interface LeaderOptions {
  client: KubernetesClient;
  namespace: string;
  name: string;
  identity: string;
  leaseMs?: number;
  renewMs?: number;
  retryMs?: number;
  /** A monotonic clock, in ms. */
  now?: () => number;
  troubled?: (error: unknown) => void;
}

export class Leader {
  readonly #options: Required<Omit<LeaderOptions, 'troubled'>>;
  readonly #troubled: (error: unknown) => void;
  #renewedAt = -Infinity;
  #seen = { version: '', at: -Infinity };

  constructor({ troubled = () => undefined, ...options }: LeaderOptions) {
    this.#options = { leaseMs: 10_000, renewMs: 6_000, retryMs: 1_500, now: () => performance.now(), ...options };
    this.#troubled = troubled;
    if (this.#options.renewMs >= this.#options.leaseMs) throw new Error('renewMs has to be less than leaseMs');
  }

  leads(): boolean {
    return this.#options.now() - this.#renewedAt < this.#options.renewMs;
  }

  /** Calls `lead` each time it begins to lead, with a signal that is aborted when it leads no more; until aborted. */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await this.#turn(signal);
      if (this.leads()) await this.#term(signal, lead);
      else await sleep(this.#jittered(), undefined, { signal }).catch(() => undefined);
    }
    await this.#giveBack();
  }

  async #term(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const ending = new AbortController();
    const leading = lead(AbortSignal.any([signal, ending.signal]));
    while (!signal.aborted && this.leads()) {
      await sleep(this.#jittered(), undefined, { signal }).catch(() => undefined);
      await this.#turn(signal);
    }
    ending.abort();
    await leading;
  }

  #jittered(): number {
    return this.#options.retryMs * (0.8 + Math.random() * 0.4);
  }

  async #turn(signal: AbortSignal): Promise<void> {
    try {
      await this.#try();
    } catch (error) {
      if (signal.aborted) return;
      // Somebody else was faster: that is what the condition is for.
      if (error instanceof KubernetesError && (error.conflict || error.alreadyExists)) return;
      this.#troubled(error);
    }
  }

  async #try(): Promise<void> {
    const { client, namespace, name, identity, leaseMs, now } = this.#options;
    const begun = now();
    const lease = await client.find(LEASES, namespace, name);
    if (!lease) {
      await client.create(LEASES, namespace, { metadata: { name }, spec: this.#spec(undefined) });
      this.#renewedAt = begun;
      return;
    }
    if (lease.metadata.resourceVersion !== this.#seen.version) {
      this.#seen = { version: lease.metadata.resourceVersion, at: now() };
    }
    const holder = lease.spec?.holderIdentity ?? '';
    const free = holder === '' || holder === identity || now() - this.#seen.at > leaseMs;
    if (!free) {
      this.#renewedAt = -Infinity;
      return;
    }
    await client.replace(LEASES, { ...lease, spec: this.#spec(lease.spec) });
    // From when it was asked, not answered: the others may have seen it as early as then.
    this.#renewedAt = begun;
  }

  #spec(before: Lease['spec']): NonNullable<Lease['spec']> {
    const { identity, leaseMs } = this.#options;
    const time = withMicroseconds(new Date());
    const same = before?.holderIdentity === identity;
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseMs / 1000),
      acquireTime: same && before.acquireTime ? before.acquireTime : time,
      renewTime: time,
      leaseTransitions: before ? (before.leaseTransitions ?? 0) + (same ? 0 : 1) : 0,
    };
  }

  async #giveBack(): Promise<void> {
    if (!this.leads()) return;
    this.#renewedAt = -Infinity;
    const { client, namespace, name, identity } = this.#options;
    try {
      const lease = await client.find(LEASES, namespace, name);
      if (lease?.spec?.holderIdentity !== identity) return;
      await client.replace(LEASES, {
        ...lease,
        spec: { ...lease.spec, holderIdentity: '', renewTime: withMicroseconds(new Date()) },
      });
    } catch (error) {
      // Then it runs out by itself.
      this.#troubled(error);
    }
  }
}
