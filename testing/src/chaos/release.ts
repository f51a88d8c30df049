/** An installed site to kill parts of: the chart with two telescopes, and a database on a volume of its own. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields } from '@sequencer/kubernetes/client';
import { PODS, type Resource } from '@sequencer/kubernetes/resources';
import type { Pod } from '@sequencer/kubernetes/objects';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import type { Sequencer } from '@sequencer/model/kubernetes/sequencer';
import { helm, manifests, render } from '../install/helm.ts';
import { ask, install, makeSite, signIn, type Site } from '../install/site.ts';
import { client, dropNamespace, makeNamespace } from '../cluster/cluster.ts';

/** `one` gets its runs through the API, `two` with kubectl; `two` has a warm pod. */
export const TELESCOPES = ['one', 'two'] as const;
export type Telescope = (typeof TELESCOPES)[number];

type Volume = KubernetesObject & { spec: object };
const volumes: Resource<Volume> = { apiVersion: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes' };
const nodes: Resource<KubernetesObject> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes' };

/** The response does not show whether the request was carried out: users try again. */
export class TryAgain extends Error {}
/** Errors while a part is unreachable: the request was not carried out, or its outcome is unknown. */
const UNREACHABLE = ['DATABASE_AWAY', 'CLUSTER_AWAY'];

export class Release {
  readonly namespace: string;
  readonly #site: Site;
  readonly #volume: string;
  readonly #cookie: string;

  private constructor(namespace: string, site: Site, volume: string, cookie: string) {
    this.namespace = namespace;
    this.#site = site;
    this.#volume = volume;
    this.#cookie = cookie;
  }

  static async install(): Promise<Release> {
    const namespace = await makeNamespace({ 'pod-security.kubernetes.io/enforce': 'restricted' });
    const volume = `database-of-${namespace}`;
    const storageClass = await createVolume(volume);
    const telescope = { mode: 'Queue', recordGraceSeconds: 600 };
    const site = makeSite({
      database: { bundled: { enabled: true, size: '1Gi', storageClass } },
      simulator: { enabled: false },
      sequencers: { one: telescope, two: { ...telescope, runner: { warm: 1 } } },
    });
    await install(site, namespace);
    return new Release(namespace, site, volume, await signIn(site));
  }

  async remove(): Promise<void> {
    await helm('uninstall', 'sequencer', '--namespace', this.namespace, '--ignore-not-found');
    await dropNamespace(this.namespace);
    const volume = await client.find(volumes, null, this.#volume);
    if (volume) await client.remove(volumes, null, volume.metadata);
  }

  /** Sends a query as a page does. @throws TryAgain */
  async ask<T>(query: string): Promise<T> {
    const { status, body } = await ask(this.#site, 'api/graphql', query, this.#cookie).catch((error: unknown) => {
      throw new TryAgain('no response', { cause: error });
    });
    const answer = read<T>(body);
    if (!answer) {
      // The ingress returns 404 when it has no pod, as while the cluster considers its nodes lost.
      if (status === 404 || status >= 500) throw new TryAgain(`the ingress returned ${status}`);
      throw new Error(`the API returned ${status}: ${body}`);
    }
    const code = answer.errors?.[0]?.extensions?.code ?? '';
    if (UNREACHABLE.includes(code)) throw new TryAgain(code);
    if (answer.errors || !answer.data) throw new Error(body);
    return answer.data;
  }

  /** As a user of the pages. @throws TryAgain */
  async setMode(telescope: Telescope, mode: 'OFF' | 'QUEUE'): Promise<void> {
    await this.ask(`mutation { setMode(sequencer: "${telescope}", mode: ${mode}) { mode } }`);
  }

  /** The telescopes as the chart renders them, which is what a tool applies from git. */
  async telescopesInGit(): Promise<Record<Telescope, Fields<Sequencer>>> {
    const objects = manifests(await render(this.namespace, '--values', this.#site.values));
    const find = (name: Telescope): Fields<Sequencer> => {
      const { metadata, spec } =
        objects.find((object) => object.kind === 'Sequencer' && object.metadata.name === name) ?? {};
      if (!metadata || !spec) throw new Error(`the chart has no sequencer ${name}`);
      return { metadata, spec };
    };
    return { one: find('one'), two: find('two') };
  }

  /** The pods of a component. */
  pods(component: 'api' | 'operator' | 'database'): Promise<Pod[]> {
    return client.list(PODS, this.namespace, { labelSelector: `app.kubernetes.io/component=${component}` });
  }
}

interface Body<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Undefined if the response is not from the API. */
function read<T>(body: string): Body<T> | undefined {
  try {
    return JSON.parse(body) as Body<T>;
  } catch {
    return undefined;
  }
}

/** The storage class for the database's volume; empty if the cluster provisions volumes. */
async function createVolume(name: string): Promise<string> {
  const folder = process.env.CHAOS_VOLUMES;
  if (!folder) return '';
  const [node] = (await nodeNames()).sort();
  await client.create(volumes, null, {
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: name,
      persistentVolumeReclaimPolicy: 'Retain',
      local: { path: mkdtempSync(join(folder, 'database-')) },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [node] }] },
          ],
        },
      },
    },
  });
  return name;
}

export async function nodeNames(): Promise<string[]> {
  return (await client.list(nodes, null)).map(({ metadata }) => metadata.name);
}
