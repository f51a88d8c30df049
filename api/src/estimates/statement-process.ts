/** The process that reads scripts, one at a time. */
import { statementKeys } from '@sequencer/model/estimates/statement-keys';
import { scriptUses } from '@sequencer/model/preflight/script-uses';
import { READY } from '../syntax/script-process.ts';
import { statementHash } from './statement-hash.ts';
import type { ReadRequest } from './statement-reader.ts';

process.on('message', ({ script, what }: ReadRequest) => {
  // Python ignores a byte order mark.
  const text = script.replace(/^\uFEFF/, '');
  process.send?.(what === 'statements' ? statementKeys(text, statementHash) : scriptUses(text));
});
process.on('disconnect', () => process.exit());
process.send?.(READY);
