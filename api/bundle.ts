/**
 * Makes of the API files that need no packages: a start reads one file in place of thousands.
 *
 *     node api/bundle.ts FOLDER      main.js, ruff-process.js, statement-process.js, hash-password.js, the WebAssembly
 *                                    of Ruff, and parts.json, which names what went into them
 */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: bundle.ts FOLDER');
const root = join(import.meta.dirname, '..');

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [
    ...['api/src/main.ts', 'api/src/syntax/ruff-process.ts', 'api/src/estimates/statement-process.ts'],
    'api/src/auth/hash-password.ts',
  ],
  entryNames: '[name]',
  outdir: folder,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  metafile: true,
  // pg looks whether somebody has installed it.
  external: ['pg-native'],
  // Of packages that are not modules.
  banner: {
    js: `import { createRequire } from 'node:module';
const require = createRequire(import.meta.url), __dirname = import.meta.dirname;`,
  },
});

// Ruff reads it from the folder of its code.
const wasm = createRequire(import.meta.url).resolve('@astral-sh/ruff-wasm-nodejs/ruff_wasm_bg.wasm');
copyFileSync(wasm, join(folder, basename(wasm)));

/** As npm's own list of what it has installed has it. */
const packages: Record<string, { version: string }> = {};
for (const file of Object.keys(metafile.inputs)) {
  const path = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
  if (path === undefined) continue;
  const { version } = JSON.parse(readFileSync(join(root, path, 'package.json'), 'utf8')) as { version: string };
  packages[path] = { version };
}
writeFileSync(join(folder, 'parts.json'), JSON.stringify({ packages }));
