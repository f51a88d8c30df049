/** The thread that reads the statements of scripts, one script at a time. */
import { parentPort } from 'node:worker_threads';
import { statementKeys } from '@sequencer/model/estimates/statement-keys';
import { statementHash } from './statement-hash.ts';

parentPort?.on('message', (script: string) => {
  parentPort?.postMessage(statementKeys(script, statementHash));
});
