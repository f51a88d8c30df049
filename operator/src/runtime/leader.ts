/**
 * Leader election among several instances with a Lease object, after client-go's leaderelection.
 *
 * Contract
 * - `isLeader()` is true for one instance at a time, as long as their clocks run at about the same speed. The time of day
 *   does not matter: each instance measures with its own monotonic clock how long the Lease has been unchanged.
 * - The leader renews every `retryMs`. When no renewal succeeds within `renewMs`, it stops leading before another instance
 *   can begin: the others wait `leaseMs` after the last renewal that they saw, and `leaseMs` > `renewMs`.
 * - Every renewal is conditional on the version that was read, so two instances cannot acquire the Lease together.
 * - When the signal is aborted, the leader releases the Lease, so that another instance can acquire it immediately.
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
  onError?: (error: unknown) => void;
}

export class Leader {
  readonly #options: Required<Omit<LeaderOptions, 'onError'>>;
  readonly #onError: (error: unknown) => void;
  #renewedAt = -Infinity;
  #seen = { version: '', at: -Infinity };

  constructor({ onError = () => undefined, ...options }: LeaderOptions) {
    this.#options = { leaseMs: 10_000, renewMs: 6_000, retryMs: 1_500, now: () => performance.now(), ...options };
    this.#onError = onError;
    if (this.#options.renewMs >= this.#options.leaseMs) throw new Error('renewMs must be less than leaseMs');
  }

  isLeader(): boolean {
    return this.#options.now() - this.#renewedAt < this.#options.renewMs;
  }

  /** Calls `lead` for each term of leadership, with a signal that is aborted at its end. Runs until `signal` is aborted. */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (!signal.aborted) {
      await this.#tryToRenew(signal);
      if (this.isLeader()) await this.#term(signal, lead);
      else await sleep(this.#jittered(), undefined, { signal }).catch(() => undefined);
    }
    await this.#release();
  }

  async #term(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const lost = new AbortController();
    const leading = lead(AbortSignal.any([signal, lost.signal]));
    while (!signal.aborted && this.isLeader()) {
      await sleep(this.#jittered(), undefined, { signal }).catch(() => undefined);
      await this.#tryToRenew(signal);
    }
    lost.abort();
    await leading;
  }

  #jittered(): number {
    return this.#options.retryMs * (0.8 + Math.random() * 0.4);
  }

  async #tryToRenew(signal: AbortSignal): Promise<void> {
    try {
      await this.#renew();
    } catch (error) {
      if (signal.aborted) return;
      // Another instance was faster.
      if (error instanceof KubernetesError && (error.conflict || error.alreadyExists)) return;
      this.#onError(error);
    }
  }

  async #renew(): Promise<void> {
    const { client, namespace, name, identity, leaseMs, now } = this.#options;
    const requestedAt = now();
    const lease = await client.find(LEASES, namespace, name);
    if (!lease) {
      await client.create(LEASES, namespace, { metadata: { name }, spec: this.#spec(undefined) });
      this.#renewedAt = requestedAt;
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
    // The time of the request, not of the answer: the others may have seen the renewal as early as that.
    this.#renewedAt = requestedAt;
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

  async #release(): Promise<void> {
    if (!this.isLeader()) return;
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
      // The Lease expires without it.
      this.#onError(error);
    }
  }
}
