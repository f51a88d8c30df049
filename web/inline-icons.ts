/**
 * Puts the paths of icons into the files that use them. All icons are one module, which the first page would load with the icons
 * of every other page.
 */
import * as mdi from '@mdi/js';
import type { Plugin } from 'vite';

const icons = new Map<string, unknown>(Object.entries(mdi));
const IMPORT = /import \{([^}]*)\} from '@mdi\/js';/g;

export function inlineIcons(): Plugin {
  return {
    name: 'inline-icons',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/src\/.*\.(ts|vue)$/.test(id) || !code.includes("'@mdi/js'")) return undefined;
      const inlined = code.replaceAll(IMPORT, (_, names: string) =>
        (names.match(/\w+/g) ?? [])
          .map((name) => {
            const path = icons.get(name);
            if (path === undefined) throw new Error(`${id}: @mdi/js has no ${name}`);
            return `const ${name} = ${JSON.stringify(path)};`;
          })
          .join('\n'),
      );
      return { code: inlined, map: null };
    },
  };
}
