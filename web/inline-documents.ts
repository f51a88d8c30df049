/**
 * Puts each GraphQL document into the file that uses it. Otherwise every page would load the generated list of all documents
 * at first: 22 kB after compression.
 */
import type { Plugin } from 'vite';
import * as generated from './src/gql/graphql.ts';

const documents: Readonly<Record<string, unknown>> = generated;
const IMPORT = /import \{ graphql \} from '[./]*\/gql\/index\.ts';\n/;
const CALL = /graphql\(\/\* GraphQL \*\/ `\s*(query|mutation|subscription|fragment) (\w+)[^`]*`\)/g;

export function inlineDocuments(): Plugin {
  return {
    name: 'inline-documents',
    apply: 'build',
    enforce: 'pre',
    transform(code, id) {
      if (!/\/src\/.*\.(ts|vue)$/.test(id) || !code.includes('graphql(/* GraphQL */')) return undefined;
      const inlined = code.replaceAll(CALL, (_, kind: string, name: string) => {
        // A fragment is in the documents that contain it.
        if (kind === 'fragment') return 'null';
        const document = documents[`${name}Document`];
        if (document === undefined) throw new Error(`${id}: ${name} is not in src/gql. Run: npm run codegen -w web`);
        return JSON.stringify(document);
      });
      return { code: inlined.replace(IMPORT, ''), map: null };
    },
  };
}
