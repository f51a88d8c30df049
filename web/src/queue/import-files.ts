/** Adds script files to the queue. A file with an error is refused; the others are added in their order. */
import type { Client } from '@urql/core';
import { LIMITS } from '@sequencer/model/limits';
import { mutate } from '../api/client.ts';
import { checkOnServer } from '../code/check-on-server.ts';
import { isError } from '../code/findings.ts';
import { ADD_RUNS } from './queue-documents.ts';

export interface Imported {
  total: number;
  added: number;
  /** Each with its file and why. */
  refused: { file: string; why: string }[];
}

/** @returns the text, or why the file is refused */
async function readFile(api: Client, sequencer: string, file: File): Promise<{ script: string } | { why: string }> {
  if (file.size > LIMITS.scriptBytes) return { why: `${String(file.size)} bytes; the limit is 512 KiB` };
  let script: string;
  try {
    script = new TextDecoder('utf-8', { fatal: true }).decode(await file.arrayBuffer());
  } catch {
    return { why: 'not UTF-8 text' };
  }
  if (script.trim() === '') return { why: 'the file is empty' };
  const error = (await checkOnServer(api, sequencer, script)).find(isError);
  if (!error) return { script };
  const { line, message } = error;
  return { why: line && !message.startsWith('line ') ? `line ${String(line)}: ${message}` : message };
}

export async function importFiles(api: Client, sequencer: string, files: readonly File[]): Promise<Imported> {
  const read = await Promise.all(files.map(async (file) => ({ file, ...(await readFile(api, sequencer, file)) })));
  const refused = read.flatMap((each) => ('why' in each ? [{ file: each.file.name, why: each.why }] : []));
  const inputs = read.flatMap((each) =>
    'script' in each ? [{ sequencer, script: each.script, title: each.file.name, start: 'QUEUED' as const }] : [],
  );
  for (let from = 0; from < inputs.length; from += LIMITS.submitCount) {
    await mutate(api, ADD_RUNS, { inputs: inputs.slice(from, from + LIMITS.submitCount), copies: 1 });
  }
  return { total: files.length, added: inputs.length, refused };
}
