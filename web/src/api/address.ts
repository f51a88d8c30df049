/**
 * Where the API is. The page says it in `<meta name="api">`, as an address or a path from the page's own `<base>`: a
 * site writes both when it starts to serve the pages, so that one build fits every path.
 */
export function apiAddress(path: string): URL {
  const meta = document.querySelector<HTMLMetaElement>('meta[name=api]');
  return new URL(path, new URL(meta?.content ?? './', document.baseURI));
}
