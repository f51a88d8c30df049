/** The product as a site has it, to be killed: the chart with two telescopes, and a database on a volume of its own. */
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { PODS, type Resource } from '@sequencer/kubernetes/resources';
import type { Pod } from '@sequencer/kubernetes/objects';
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import { helm } from '../install/helm.ts';
import { ask, install, makeSite, signIn, type Site } from '../install/site.ts';
import { client, dropNamespace, makeNamespace } from '../cluster/cluster.ts';

/** `one` has its runs from the pages, `two` from kubectl; at `two` a pod waits. */
export const TELESCOPES = ['one', 'two'] as const;
export type Telescope = (typeof TELESCOPES)[number];

type Volume = KubernetesObject & { spec: object };
const volumes: Resource<Volume> = { apiVersion: 'v1', kind: 'PersistentVolume', plural: 'persistentvolumes' };
const nodes: Resource<KubernetesObject> = { apiVersion: 'v1', kind: 'Node', plural: 'nodes' };

/** An answer that tells nobody whether it was done: people try again. */
export class TryAgain extends Error {}
/** What is said while a part is away, and means that nothing was done, or that nobody knows. */
const AWAY = ['DATABASE_AWAY', 'CLUSTER_AWAY'];

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
    const storageClass = await makeVolume(volume);
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

  /** What a page asks. @throws TryAgain */
  async ask<T>(query: string): Promise<T> {
    const { status, body } = await ask(this.#site, 'api/graphql', query, this.#cookie).catch((error: unknown) => {
      throw new TryAgain('there was no answer', { cause: error });
    });
    const answer = read<T>(body);
    if (!answer) {
      // An ingress that knows of no pod behind it, as while a cluster takes its nodes for lost, says 404.
      if (status === 404 || status >= 500) throw new TryAgain(`the way to the API says ${status}`);
      throw new Error(`the API says ${status}: ${body}`);
    }
    const code = answer.errors?.[0]?.extensions?.code ?? '';
    if (AWAY.includes(code)) throw new TryAgain(code);
    if (answer.errors || !answer.data) throw new Error(body);
    return answer.data;
  }

  /** The pods of a part of the product. */
  pods(component: 'api' | 'operator' | 'database'): Promise<Pod[]> {
    return client.list(PODS, this.namespace, { labelSelector: `app.kubernetes.io/component=${component}` });
  }
}

interface Body<T> {
  data?: T | null;
  errors?: { message: string; extensions?: { code?: string } }[];
}

/** Undefined when it is not an answer of the API itself. */
function read<T>(body: string): Body<T> | undefined {
  try {
    return JSON.parse(body) as Body<T>;
  } catch {
    return undefined;
  }
}

/** The storage class that the database's volume is found by; where the cluster makes volumes by itself, its own. */
async function makeVolume(name: string): Promise<string> {
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
