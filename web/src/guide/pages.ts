/** The pages of the operator's guide and their pictures, from docs/. Each page is loaded when it is opened. */

const files = import.meta.glob<string>(
  ['../../../docs/guide/*.md', '../../../docs/scripts.md', '../../../docs/errors.md', '../../../docs/fidelity.md'],
  { import: 'default' },
);
const pictures = import.meta.glob<string>('../../../docs/guide/pictures/*.png', {
  eager: true,
  query: '?url',
  import: 'default',
});

const byName = (path: string) => path.slice(path.lastIndexOf('/') + 1);
const loaders = new Map(Object.entries(files).map(([path, load]) => [byName(path).replace('.md', ''), load]));
const pictureUrls = new Map(Object.entries(pictures).map(([path, url]) => [byName(path), url]));

/** The page as HTML, or undefined if there is none of this name; the empty name is the index. */
export async function guidePage(name: string): Promise<string | undefined> {
  return loaders.get(name === '' ? 'README' : name)?.();
}

/** The HTML with its pictures in the theme of the product, which can differ from the theme of the system. */
export function withPictures(html: string, theme: 'dark' | 'light'): string {
  return html.replaceAll(
    /\.\/pictures\/([a-z-]+)-(?:dark|light)\.png/g,
    (path, name: string) => pictureUrls.get(`${name}-${theme}.png`) ?? path,
  );
}
