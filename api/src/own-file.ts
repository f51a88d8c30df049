/** Files that come with the API: beside the folder that this file is in, also when all of it is one file. */
import { join } from 'node:path';

export function ownFile(name: string): string {
  return join(import.meta.dirname, '..', name);
}
