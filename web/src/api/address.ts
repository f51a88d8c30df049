/**
 * The address of the API, from `<meta name="api">`: absolute, or relative to the page's `<base>`. The web container writes
 * both tags when it starts, so that one build works under every path.
 */
export function apiAddress(path: string): URL {
  const meta = document.querySelector<HTMLMetaElement>('meta[name=api]');
  return new URL(path, new URL(meta?.content ?? './', document.baseURI));
}
