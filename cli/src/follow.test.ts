/** A command follows its run although the server closes connections and breaks off subscriptions. */
import { afterEach, expect, it } from 'vitest';
import { TroubledServer, breaksOff, refuses, sends, type Plan } from '@sequencer/testing/troubled-server';
import { Api } from './api.ts';
import { followOutput } from './follow.ts';

let server: TroubledServer;
afterEach(() => {
  server.stop();
});

const output = (...seqs: number[]) => ({
  output: seqs.map((seq) => ({ seq, stream: 'STDOUT', text: String(seq), at: '2026-11-24T04:00:00Z' })),
});

async function follow(plan: Plan): Promise<number[]> {
  server = await TroubledServer.start(plan);
  const seen: number[] = [];
  await followOutput(new Api(server.url.replace('ws:', 'http:'), null), 'a-run', ({ seq }) => seen.push(seq));
  return seen;
}

it('continues after the last piece when the database is unreachable or the connection is closed with a fatal code', async () => {
  const streams = [
    () => breaksOff('DATABASE_AWAY', output(1), output(2, 3)),
    () => refuses('DATABASE_AWAY'),
    () => sends(output(3, 4), output(5)),
  ];
  expect(await follow({ closes: [4500, 1011, 1013], streams })).toEqual([1, 2, 3, 4, 5]);
});

it('rejects with the message and the code of an error that the server returns', async () => {
  await expect(follow({ streams: [() => refuses('UNKNOWN_RUN')] })).rejects.toThrow('It is UNKNOWN_RUN.');
  server.stop();
  await expect(follow({ streams: [() => refuses('FILTER_WHEEL_LOCKED')] })).rejects.toMatchObject({
    message: 'It is FILTER_WHEEL_LOCKED.',
    code: 'FILTER_WHEEL_LOCKED',
  });
  server.stop();
  await expect(follow({ closes: [4401], streams: [] })).rejects.toThrow('You are not signed in.');
});
