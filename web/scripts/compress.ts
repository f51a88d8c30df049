/** Writes .br and .gz files beside the built files, so that no server has to compress them. */
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const dist = join(import.meta.dirname, '../dist');
for (const name of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
  if (!/\.(js|css|html|svg|wasm|json)$/.test(name)) continue;
  const file = join(dist, name);
  const content = readFileSync(file);
  // Ruff is large and loads later: the best compression would take too long.
  const quality = content.length > 2_000_000 ? 6 : 10;
  writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
  writeFileSync(`${file}.br`, brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } }));
}
