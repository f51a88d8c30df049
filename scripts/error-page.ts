/** Writes docs/errors.md from the catalogue in model/src/errors.ts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERRORS } from '@sequencer/model/errors';

const rows = Object.entries(ERRORS).map(([code, text]) => `| \`${code}\` | ${text} |`);

writeFileSync(
  join(import.meta.dirname, '../docs/errors.md'),
  `# Errors

Every error of the API carries one of these codes in \`extensions.code\`, and a message that states what is wrong and what
to do. The codes are stable; the messages may change. This page is generated from
\`model/src/errors.ts\` by \`make generate\`.

| code | meaning and remedy |
| --- | --- |
${rows.join('\n')}
`,
);
