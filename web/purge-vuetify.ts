/** Removes the rules of Vuetify's style sheets that no page uses: docs/adr/0044. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PurgeCSS } from 'purgecss';
import type { Plugin } from 'vite';

const content = ['index.html', 'src/**/*.{vue,ts}'].map((glob) => join(import.meta.dirname, glob));

/** Classes that Vuetify's components set at run time: the direction of the text, and how a menu or a dialog appears. */
const safelist = [/^v-locale--is-(ltr|rtl)$/, /^(dialog|fade)-transition/];

/** All words outside of style sheets. A word that is no class keeps at most one rule too much. */
function words(source: string): string[] {
  return source.replaceAll(/<style[^]*?<\/style>/g, '').match(/[\w-]+/g) ?? [];
}

export function purgeVuetify(): Plugin {
  return {
    name: 'purge-vuetify',
    apply: 'build',
    enforce: 'pre',
    async load(id) {
      if (!/\/vuetify\/lib\/styles\/\w+\.css$/.test(id)) return undefined;
      const raw = await readFile(id, 'utf8');
      const [purged] = await new PurgeCSS().purge({ content, css: [{ raw }], safelist, defaultExtractor: words });
      return purged?.css;
    },
  };
}
