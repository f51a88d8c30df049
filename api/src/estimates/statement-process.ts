/** The process that reads the statements of scripts, one script at a time. */
import { statementKeys } from '@sequencer/model/estimates/statement-keys';
import { READY } from '../syntax/script-process.ts';
import { statementHash } from './statement-hash.ts';

process.on('message', ({ script }: { script: string }) => {
  // Python ignores a byte order mark.
  process.send?.(statementKeys(script.replace(/^\uFEFF/, ''), statementHash));
});
process.on('disconnect', () => process.exit());
process.send?.(READY);
