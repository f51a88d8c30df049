/** The thread that reads the statements of scripts, one script at a time. */
import { createHash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import { statementKeys } from '@sequencer/model/estimates/statement-keys';

/** 64 bits: two of a million texts are the same with a probability of 1 in 30 million. */
function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

parentPort?.on('message', (script: string) => {
  parentPort?.postMessage(statementKeys(script, shortHash));
});
