/** Files of this package that are not code, such as its migrations. */
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

const manifest = findPackageJSON(import.meta.url);

/** The path of a file beside `package.json`, both from the sources and from the bundle of the image. */
export function packageFile(name: string): string {
  if (manifest === undefined) throw new Error('package.json was not found above this file');
  return join(dirname(manifest), name);
}
