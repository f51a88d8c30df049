import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decideQueue, type QueueDecision } from '../queue.ts';
import { planQueue, type PlannedRun } from './queue-plan.ts';

const NOW = new Date('2026-06-01T22:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const run = (id: string, seconds: number | null, more: Partial<PlannedRun> = {}): PlannedRun => ({
  id,
  start: 'QUEUED',
  endOf: (start) => (seconds === null ? null : start + seconds * 1000),
  ...more,
});
const times = (plan: ReturnType<typeof planQueue>) =>
  Object.fromEntries(
    [...plan].map(([id, { start, end }]) => [
      id,
      [start, end].map((time) => time && (time.getTime() - NOW.getTime()) / 1000),
    ]),
  );

it.each<[string, Parameters<typeof planQueue>, object]>([
  ['one after the other', ['QUEUE', [run('a', 10), run('b', 5)], at(3)], { a: [3, 13], b: [13, 18] }],
  ['not after an unknown end', ['QUEUE', [run('a', null), run('b', 5)], NOW], { a: [0, null] }],
  ['not after an active run with an unknown end', ['QUEUE', [run('a', 10)], null], {}],
  ['not in the mode Off', ['OFF', [run('a', 10), run('b', 5, { start: 'RUNNING' })], NOW], { b: [0, 5] }],
  ['without the runs on hold', ['QUEUE', [run('a', 10, { onHold: true }), run('b', 5)], NOW], { b: [0, 5] }],
  [
    'in their windows',
    ['QUEUE', [run('a', 10, { notBefore: at(20) }), run('b', 5), run('c', 30, { notAfter: at(4) })], NOW],
    { b: [0, 5], a: [20, 30] },
  ],
])('plans runs %s', (_, args, expected) => {
  expect(times(planQueue(...args))).toEqual(expected);
});

const anyRun = fc.record({
  seconds: fc.option(fc.integer({ min: 0, max: 100 }), { freq: 9 }),
  start: fc.constantFrom('QUEUED' as const, 'RUNNING' as const),
  onHold: fc.boolean(),
  notBefore: fc.option(fc.integer({ min: -50, max: 300 }).map(at)),
  notAfter: fc.option(fc.integer({ min: -50, max: 300 }).map(at)),
});

it('starts the runs as the rule of the queue does when their times are true', () => {
  fc.assert(
    fc.property(fc.constantFrom('OFF' as const, 'QUEUE' as const), fc.array(anyRun, { maxLength: 8 }), (mode, all) => {
      let queue = all.map(({ seconds, ...rest }, index) => run(String(index), seconds, rest));
      const plan = planQueue(mode, queue, NOW);
      const started: string[] = [];
      // The rule, once a second. Its runs start within that second.
      let free = 0;
      for (let second = 0; second < 1500; second++) {
        const { start, expired }: QueueDecision<PlannedRun> = decideQueue(mode, free > second, queue, at(second));
        queue = queue.filter((other) => other !== start && !expired.includes(other));
        if (!start) continue;
        started.push(start.id);
        expect(plan.get(start.id)?.start).toEqual(at(second));
        const end = start.endOf(at(second).getTime());
        // A run of no time frees the sequencer in the same second.
        if (end === null) break;
        free = (end - NOW.getTime()) / 1000;
        if (free === second) second -= 1;
      }
      expect([...plan.keys()]).toEqual(started);
    }),
  );
});
