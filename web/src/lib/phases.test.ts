import { expect, it } from 'vitest';
import { PHASES } from '@sequencer/model/phases';
import type { RunPhase } from '../gql/graphql.ts';
import { displayOfPhase, isOpen } from './phases.ts';

it('has a word and an icon of its own for every phase', () => {
  const displays = PHASES.map(displayOfPhase);
  expect(new Set(displays.map(({ word }) => word)).size).toBe(PHASES.length);
  expect(new Set(displays.map(({ icon }) => icon)).size).toBe(PHASES.length);
});

it('shows the name of a phase that only a newer server knows, and takes the run as not ended', () => {
  const phase = 'ON_STANDBY' as RunPhase;
  expect(displayOfPhase(phase)).toMatchObject({ word: 'On standby', tone: 'lost', loud: false });
  expect(isOpen(phase)).toBe(true);
});
