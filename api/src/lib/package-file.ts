/** Paths of files of this package that are not code, such as the migrations. */
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

const manifest = findPackageJSON(import.meta.url);

/** The path of a file beside `package.json`, both from the sources and from the bundle of the image. */
export function packageFile(name: string): string {
  if (manifest === undefined) throw new Error('cannot find package.json above this file');
  return join(dirname(manifest), name);
}
