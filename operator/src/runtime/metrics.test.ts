import { expect, test } from 'vitest';
import { makeMetrics } from './metrics.ts';

test('exports the figures of the objects on the leader only', async () => {
  const metrics = makeMetrics();
  let isLeader = true;
  metrics.observe({
    isLeader: () => isLeader,
    depth: () => [['SequencerRun', 3]],
    phases: () => new Map([['Running', 1]]),
    sequencers: () => [{ sequencer: 'lat', held: true, disconnected: false }],
  });
  const figures = async () => (await metrics.registry.metrics()).match(/^sequencer_operator_(?!reconcile|watch).*/gm);
  expect(await figures()).toEqual([
    'sequencer_operator_queue_depth{queue="SequencerRun"} 3',
    'sequencer_operator_runs{phase="Running"} 1',
    'sequencer_operator_queue_held{sequencer="lat"} 1',
    'sequencer_operator_runner_disconnected{sequencer="lat"} 0',
    'sequencer_operator_leads 1',
  ]);
  isLeader = false;
  expect(await figures()).toEqual(['sequencer_operator_leads 0']);
});
