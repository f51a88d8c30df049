import { describe, expect, it } from 'vitest';
import type { Conditions, Finding } from '../protocol.ts';
import {
  agentsCheck,
  clockCheck,
  configurationCheck,
  diskCheck,
  hostnameCheck,
  syntaxCheck,
  timesCheck,
  windowsCheck,
  type RunnerConditions,
} from './checks.ts';
import type { ScriptUses } from './script-uses.ts';

const NOW = Date.parse('2026-06-01T22:00:00Z');
const at = (minutes: number) => new Date(NOW + minutes * 60_000);
const NOTHING: ScriptUses = { hostnames: [], agents: [], clients: [] };
const uses = (more: Partial<ScriptUses>): ScriptUses => ({ ...NOTHING, ...more });
const AGENTS: NonNullable<Conditions['agents']> = [
  { agent: 'acu1', agentClass: 'ACUAgent', expired: false, seenAt: '2026-06-01T21:59:57.500Z' },
  { agent: 'fridge', agentClass: 'FridgeAgent', expired: true, seenAt: '2026-06-01T21:40:00Z' },
  { agent: 'smurf1', agentClass: 'PysmurfController', expired: false },
  { agent: 'smurf2', agentClass: 'PysmurfController', expired: false },
];
const runner = (more: Partial<Conditions> = {}, receivedAt = NOW): RunnerConditions => ({
  conditions: { at: new Date(NOW).toISOString(), journalFreeBytes: 5 * 1024 ** 3, agents: AGENTS, ...more },
  receivedAt,
});
const AWAY: RunnerConditions = { unknown: 'no runner is connected.' };
const finding = (code: string, severity: Finding['severity'] = 'error'): Finding => ({
  severity,
  line: null,
  column: null,
  code,
  message: `${code}.`,
});

it.each<[Finding[] | null, string, string]>([
  [[], 'OK', 'OK'],
  [[finding('UNDEFINED_NAME', 'warning')], 'OK', 'OK'],
  [[finding('SYNTAX_ERROR')], 'BLOCKED', 'OK'],
  [[finding('OCS_CONFIG_MISSING')], 'OK', 'BLOCKED'],
  [[finding('NOT_CHECKED', 'info')], 'OK', 'UNKNOWN'],
  [null, 'UNKNOWN', 'UNKNOWN'],
])('marks the syntax and the configuration for %j', (findings, syntax, configuration) => {
  expect(syntaxCheck(findings).mark).toBe(syntax);
  expect(configurationCheck(findings).mark).toBe(configuration);
});

it.each<[ScriptUses | null, string, string]>([
  [NOTHING, 'OK', 'The script does not check the host name.'],
  [uses({ hostnames: [{ line: 3, hostname: 'daq-a' }] }), 'OK', 'The script is for daq-a.'],
  [
    uses({ hostnames: [{ line: 3, hostname: 'daq-b' }] }),
    'WARNING',
    'Line 3 requires the host name daq-b, but this telescope has daq-a.',
  ],
  [null, 'UNKNOWN', 'Cannot be checked: the script could not be read in time.'],
])('checks the host name of %j', (script, mark, text) => {
  expect(hostnameCheck(script, 'daq-a')).toEqual({ name: 'Host name', mark, text });
});

describe('agents', () => {
  it.each<[Partial<ScriptUses>, RunnerConditions, string, string]>([
    [{}, AWAY, 'OK', 'The script names no agents.'],
    [{ agents: ['acu1'] }, AWAY, 'UNKNOWN', 'Cannot be checked: no runner is connected.'],
    [{ clients: ['acu'] }, runner(), 'OK', 'acu1 is online, last heartbeat at most 3 s ago.'],
    [{ clients: ['acu', 'smurf'] }, runner(), 'OK', 'acu1, smurf1, smurf2 are online, last heartbeat at most 3 s ago.'],
    [{ clients: ['hwp'] }, runner(), 'WARNING', 'No HWPSupervisor is in the registry.'],
    [{ agents: ['fridge'] }, runner(), 'WARNING', 'fridge is offline, last heartbeat 2026-06-01 21:40 UTC.'],
    [{ agents: ['pump'] }, runner(), 'WARNING', 'pump is not in the registry.'],
    [
      { agents: ['acu1'] },
      runner({ agents: null }),
      'UNKNOWN',
      'Cannot be checked: no observatory is configured for this telescope.',
    ],
    [{ agents: ['acu1'] }, runner({ agents: null, problem: 'No answer.' }), 'UNKNOWN', 'Cannot be checked: No answer.'],
  ])('are checked for %j', (script, conditions, mark, text) => {
    expect(agentsCheck(uses(script), conditions)).toEqual({ name: 'Agents', mark, text });
  });

  it('warn if only one of the smurf agents is online', () => {
    const agents = AGENTS.map((agent) => ({ ...agent, expired: agent.agent === 'smurf2' }));
    const { mark, text } = agentsCheck(uses({ clients: ['smurf'] }), runner({ agents }));
    expect(mark).toBe('WARNING');
    expect(text).toContain('smurf2 is offline.');
    expect(text).toContain('Only smurf1 is online');
  });
});

it('warns about times before the start', () => {
  const key = (firstLine: number, minutes: number | null) => ({
    firstLine,
    wait: minutes === null ? null : { until: at(minutes).getTime(), leastMs: 0 },
  });
  expect(timesCheck([key(1, null)], NOW).text).toBe('The script waits for no absolute time.');
  expect(timesCheck([key(1, 5)], NOW)).toMatchObject({ mark: 'OK', text: 'All times are after the start.' });
  expect(timesCheck([key(4, -60)], NOW)).toMatchObject({
    mark: 'WARNING',
    text: 'The time of line 4, 2026-06-01 21:00 UTC, is before the start.',
  });
  expect(timesCheck([key(4, -60), key(5, -50), key(6, 5)], NOW).text).toContain('So is 1 more of 3 times.');
  expect(timesCheck(null, NOW).mark).toBe('UNKNOWN');
});

it.each<[string, number | null, [number | null, number | null][], string, string]>([
  ['no window', 60, [[null, null]], 'OK', 'No other queued run has a window.'],
  ['a window that has ended', 60, [[-90, -60]], 'OK', 'No other queued run has a window.'],
  ['an unknown end', null, [[30, null]], 'UNKNOWN', 'Cannot be checked: the end of the script is unknown.'],
  [
    'a later window',
    60,
    [[90, 120]],
    'OK',
    'The script ends at ~2026-06-01 23:00 UTC. No other run misses its window.',
  ],
  [
    'a window that opens meanwhile',
    60,
    [[30, 120]],
    'WARNING',
    'The script ends at ~2026-06-01 23:00 UTC. Run 7 may start from 2026-06-01 22:30 UTC and would be late.',
  ],
  [
    'a window that ends meanwhile',
    60,
    [
      [30, 120],
      [null, 45],
    ],
    'WARNING',
    'The script ends at ~2026-06-01 23:00 UTC. Run 8 must start by 2026-06-01 22:45 UTC and would be cancelled.',
  ],
  [
    'a window that is open already',
    60,
    [[-30, 120]],
    'OK',
    'The script ends at ~2026-06-01 23:00 UTC. No other run misses its window.',
  ],
])('compares the end with the windows of other runs: %s', (_, end, windows, mark, text) => {
  const others = windows.map(([notBefore, notAfter], index) => ({
    number: 7 + index,
    notBefore: notBefore === null ? null : at(notBefore),
    notAfter: notAfter === null ? null : at(notAfter),
  }));
  const found = windowsCheck(NOW, end === null ? null : at(end).getTime(), others);
  expect(found).toEqual({ name: 'Other windows', mark, text });
});

it('compares the clocks', () => {
  expect(clockCheck(runner({}, NOW + 1500)).mark).toBe('OK');
  expect(clockCheck(runner({}, NOW + 7000)).text).toMatch(/^It is 7.0 s behind the API\./);
  expect(clockCheck(runner({}, NOW - 7000)).text).toMatch(/^It is 7.0 s ahead of the API\./);
  expect(clockCheck(AWAY).mark).toBe('UNKNOWN');
});

it('checks the free space', () => {
  expect(diskCheck(runner())).toMatchObject({ mark: 'OK', text: '5.0 GiB are free.' });
  expect(diskCheck(runner({ journalFreeBytes: 1024 ** 2 })).mark).toBe('WARNING');
  expect(diskCheck(runner({ journalFreeBytes: null })).mark).toBe('UNKNOWN');
  expect(diskCheck(AWAY).mark).toBe('UNKNOWN');
});
