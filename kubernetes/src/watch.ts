/** One watch: reports the changes after a version, until the server ends it or the connection is silent for too long. */
import type { KubernetesObject } from '@sequencer/model/kubernetes/metadata';
import type { KubernetesClient } from './client.ts';
import { KubernetesError, errorOfStatus } from './errors.ts';
import { pathOf, type Resource } from './resources.ts';

export interface WatchEvent<T> {
  type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  object: T;
}

/** Ends when the server closes the watch. Throws a KubernetesError on failure, with status 410 if the version is too old. */
export async function* watch<T extends KubernetesObject>(
  client: KubernetesClient,
  resource: Resource<T>,
  namespace: string | null,
  query: Record<string, string>,
  inactivityMs: number,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent<T>> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(
      new KubernetesError(0, 'Silence', `The watch received nothing for ${String(inactivityMs / 1000)} s.`),
    );
  }, inactivityMs);
  try {
    const response = await client.open('GET', pathOf(resource, namespace), {
      // The server closes each watch after a different time, so that not all reconnect together.
      query: {
        ...query,
        watch: true,
        allowWatchBookmarks: true,
        timeoutSeconds: 300 + Math.floor(Math.random() * 300),
      },
      signal: AbortSignal.any([signal, silence.signal]),
    });
    let rest = '';
    response.setEncoding('utf8');
    for await (const text of response as AsyncIterable<string>) {
      timer.refresh();
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const event = JSON.parse(line) as WatchEvent<T> | { type: 'ERROR'; object: unknown };
        if (event.type === 'ERROR') throw errorOfStatus(event.object);
        yield event;
      }
    }
  } catch (error) {
    throw silence.signal.aborted ? silence.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}
