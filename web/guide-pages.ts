/** Renders the Markdown of docs/ at build time, so that the pages need no Markdown library and no access to the internet. */
import { basename } from 'node:path';
import { Marked } from 'marked';
import type { Plugin } from 'vite';

/** Pages outside docs/guide that the product shows too. */
const ALSO = ['scripts', 'errors', 'fidelity'];

/** The anchor that GitHub gives to a heading. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

/** The address of a page of the guide; undefined for a file that the product does not show. */
function address(href: string, from: string): string | undefined {
  const [, path = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  const name = path === '' ? from : basename(path, '.md');
  const shown = path === '' || !path.includes('/') || ALSO.includes(name);
  if (!shown || (path !== '' && !path.endsWith('.md'))) return undefined;
  return `guide/${name === 'README' ? '' : name}${hash}`;
}

function render(markdown: string, from: string): string {
  const marked = new Marked({
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${String(depth)} id="${anchor(text)}">${this.parser.parseInline(tokens)}</h${String(depth)}>`;
      },
      link({ href, tokens }) {
        const text = this.parser.parseInline(tokens);
        if (/^https?:/.test(href)) return `<a href="${href}" target="_blank" rel="noopener">${text}</a>`;
        const to = address(href, from);
        return to === undefined ? text : `<a href="${to}">${text}</a>`;
      },
    },
  });
  return marked.parse(markdown, { async: false });
}

export function guidePages(): Plugin {
  return {
    name: 'guide-pages',
    transform(code, id) {
      if (!id.endsWith('.md')) return undefined;
      return {
        code: `export default ${JSON.stringify(render(code, basename(id, '.md')))};`,
        map: null,
        moduleType: 'js',
      };
    },
  };
}
