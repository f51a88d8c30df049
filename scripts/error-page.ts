/** Writes docs/errors.md from the catalogue in model/src/errors.ts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '@sequencer/model/errors';

const rows = Object.entries(ERRORS).map(
  ([code, { status, message, remedy }]) => `| \`${code}\` | ${String(status)} | ${message} | ${remedy} |`,
);

writeFileSync(
  join(import.meta.dirname, '../docs/errors.md'),
  `# Errors

Every error has a stable code, a message that states what is wrong, and a remedy: what to do. The messages and remedies
may change; an occurrence may have more exact ones. This page is generated from \`model/src/errors.ts\` by
\`make generate\`.

- A GraphQL error has the code in \`extensions.code\` and the remedy in \`extensions.remedy\`. The HTTP status of the response
  is 200, unless the request failed as a whole.
- Other paths, such as \`/audit.csv\`, respond with the HTTP status and the same JSON body. A request in a wrong form, such as
  a GET of \`/graphql\`, has \`BAD_INPUT\` with a more exact status.
- A newer version may add codes. Show the message of a code that you do not know.

| code | HTTP status | message | remedy |
| --- | --- | --- | --- |
${rows.join('\n')}
`,
);
