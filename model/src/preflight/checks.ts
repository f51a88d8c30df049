/** The checks before a script starts, from what is known about it and its telescope. They have no side effects. Pure. */
import type { StatementKeys } from '../estimates/statement-keys.ts';
import type { Conditions, Finding, RegisteredAgent } from '../protocol.ts';
import type { ScriptUses } from './script-uses.ts';

export const PREFLIGHT_MARKS = ['OK', 'WARNING', 'BLOCKED', 'UNKNOWN'] as const;
export type PreflightMark = (typeof PREFLIGHT_MARKS)[number];

export interface PreflightCheck {
  name: string;
  mark: PreflightMark;
  /** The result as one or two sentences. */
  text: string;
}

/** What a runner reports, or why nothing does. */
export type RunnerConditions = { conditions: Conditions; receivedAt: number } | { unknown: string };

/** The classes of the agents that sorunlib finds for a client. */
const CLIENT_CLASSES: Record<string, readonly string[]> = {
  acu: ['ACUAgent'],
  hwp: ['HWPSupervisor'],
  smurf: ['PysmurfController'],
  wiregrid: ['WiregridActuatorAgent', 'WiregridEncoderAgent', 'WiregridKikusuiAgent'],
  stimulator: ['BLHAgent', 'PCR500MAAgent', 'DS378Agent'],
};
/** Two clocks that differ by less agree. */
const CLOCK_MS = 2000;
const LOW_DISK_BYTES = 1024 ** 3;
const NAMED = 5;

const cannot = (why: string) => `Cannot be checked: ${why}`;
const timeOf = (ms: number) => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
const listOf = (names: readonly string[]) =>
  names.length > NAMED
    ? `${names.slice(0, NAMED).join(', ')} and ${String(names.length - NAMED)} more`
    : names.join(', ');
const be = (count: number) => (count === 1 ? 'is' : 'are');

/** @param findings of the check of the script; null if nothing could check it */
export function syntaxCheck(findings: readonly Finding[] | null): PreflightCheck {
  const name = 'Syntax';
  if (!findings) return { name, mark: 'UNKNOWN', text: cannot('nothing can read the script now.') };
  const error = findings.find(({ severity, code }) => severity === 'error' && code !== OCS_CONFIG_MISSING);
  if (!error) return { name, mark: 'OK', text: 'The script can be compiled.' };
  return { name, mark: 'BLOCKED', text: error.message };
}

const OCS_CONFIG_MISSING = 'OCS_CONFIG_MISSING';
const NOT_CHECKED = 'NOT_CHECKED';

/** Only a runner can check it. */
export function configurationCheck(findings: readonly Finding[] | null): PreflightCheck {
  const name = 'OCS configuration';
  const missing = findings?.find(({ code }) => code === OCS_CONFIG_MISSING);
  if (missing) return { name, mark: 'BLOCKED', text: missing.message };
  if (!findings || findings.some(({ code }) => code === NOT_CHECKED))
    return { name, mark: 'UNKNOWN', text: cannot('no runner is connected.') };
  return { name, mark: 'OK', text: 'Nothing that the script needs is missing.' };
}

/** @param uses null if the script could not be read */
export function hostnameCheck(uses: ScriptUses | null, hostname: string): PreflightCheck {
  const name = 'Host name';
  if (!uses) return { name, mark: 'UNKNOWN', text: cannot(NOT_READ) };
  const other = uses.hostnames.find((check) => check.hostname !== hostname);
  if (!other) {
    const isChecked = uses.hostnames.length > 0;
    const text = isChecked ? `The script is for ${hostname}.` : 'The script does not check the host name.';
    return { name, mark: 'OK', text };
  }
  const text = `Line ${String(other.line)} requires the host name ${other.hostname}, but this telescope has ${hostname}.`;
  return { name, mark: 'WARNING', text };
}

const NOT_READ = 'the script could not be read in time.';

export function agentsCheck(uses: ScriptUses | null, runner: RunnerConditions): PreflightCheck {
  const name = 'Agents';
  const unknown = (why: string): PreflightCheck => ({ name, mark: 'UNKNOWN', text: cannot(why) });
  if (!uses) return unknown(NOT_READ);
  if (uses.agents.length === 0 && uses.clients.length === 0)
    return { name, mark: 'OK', text: 'The script names no agents.' };
  if ('unknown' in runner) return unknown(runner.unknown);
  const { agents, problem, at } = runner.conditions;
  if (!agents) return unknown(problem ?? 'no observatory is configured for this telescope.');
  const used = [
    ...uses.clients.flatMap((client) => ofClient(client, agents)),
    ...uses.agents.map((agent) => byName(agent, agents)),
  ];
  const problems = [...new Set(used.flatMap((one) => ('problem' in one ? [one.problem] : [])))];
  if (problems.length > 0) return { name, mark: 'WARNING', text: problems.slice(0, NAMED).join(' ') };
  const online = used.flatMap((one) => ('online' in one ? [one.online] : []));
  const names = [...new Set(online.map(({ agent }) => agent))].toSorted();
  const text = `${listOf(names)} ${be(names.length)} online${lastHeartbeat(online, at)}.`;
  return { name, mark: 'OK', text };
}

type Used = { online: RegisteredAgent } | { problem: string };

function byName(name: string, agents: readonly RegisteredAgent[]): Used {
  const found = agents.find(({ agent }) => agent === name);
  if (!found) return { problem: `${name} is not in the registry.` };
  return found.expired ? { problem: offline(found) } : { online: found };
}

function ofClient(client: string, agents: readonly RegisteredAgent[]): Used[] {
  return (CLIENT_CLASSES[client] ?? []).flatMap((agentClass): Used[] => {
    const ofClass = agents.filter((agent) => agent.agentClass === agentClass);
    const online = ofClass.filter(({ expired }) => !expired);
    const lost = ofClass.filter(({ expired }) => expired);
    const isAnyLost = lost.length > 0 && (client === 'smurf' || online.length === 0);
    const problems = isAnyLost ? lost.map((agent) => ({ problem: offline(agent) })) : [];
    if (ofClass.length === 0) return [{ problem: `No ${agentClass} is in the registry.` }];
    // sorunlib then calls the characters of its name as agents.
    if (client === 'smurf' && online.length === 1)
      problems.push({
        problem: `Only ${String(online[0]?.agent)} is online: sorunlib fails with exactly one of its class.`,
      });
    return [...problems, ...online.map((agent) => ({ online: agent }))];
  });
}

function offline({ agent, seenAt }: RegisteredAgent): string {
  return `${agent} is offline${seenAt === undefined ? '' : `, last heartbeat ${timeOf(Date.parse(seenAt))}`}.`;
}

/** The oldest of the heartbeats, by the clock of the runner. */
function lastHeartbeat(agents: readonly RegisteredAgent[], at: string): string {
  const ages = agents.flatMap(({ seenAt }) => (seenAt === undefined ? [] : [Date.parse(at) - Date.parse(seenAt)]));
  if (ages.length === 0) return '';
  return `, last heartbeat at most ${String(Math.max(0, Math.ceil(Math.max(...ages) / 1000)))} s ago`;
}

/** @param keys of the statements that will run; null if the script could not be read */
export function timesCheck(
  keys: readonly Pick<StatementKeys, 'firstLine' | 'wait'>[] | null,
  startAt: number,
): PreflightCheck {
  const name = 'Times in the script';
  if (!keys) return { name, mark: 'UNKNOWN', text: cannot(NOT_READ) };
  const waits = keys.flatMap(({ firstLine, wait }) => (wait ? [{ firstLine, until: wait.until }] : []));
  const past = waits.filter(({ until }) => until < startAt);
  const [first] = past;
  if (!first) {
    const text = waits.length > 0 ? 'All times are after the start.' : 'The script waits for no absolute time.';
    return { name, mark: 'OK', text };
  }
  const more =
    past.length > 1
      ? ` So ${be(past.length - 1)} ${String(past.length - 1)} more of ${String(waits.length)} times.`
      : '';
  const text = `The time of line ${String(first.firstLine)}, ${timeOf(first.until)}, is before the start.${more}`;
  return { name, mark: 'WARNING', text };
}

export interface QueuedWindow {
  number: number;
  notBefore: Date | null;
  notAfter: Date | null;
}

/**
 * @param end when the script is expected to end; null if that is unknown
 * @param others queued runs that are not on hold
 */
export function windowsCheck(start: number, end: number | null, others: readonly QueuedWindow[]): PreflightCheck {
  const name = 'Other windows';
  const open = others.filter(({ notBefore, notAfter }) => notBefore !== null || notAfter !== null);
  const ahead = open.filter(({ notAfter }) => notAfter === null || notAfter.getTime() > start);
  if (ahead.length === 0) return { name, mark: 'OK', text: 'No other queued run has a window.' };
  if (end === null) return { name, mark: 'UNKNOWN', text: cannot('the end of the script is unknown.') };
  const ends = `The script ends at ~${timeOf(end)}`;
  const missed = ahead.find(({ notAfter }) => notAfter !== null && notAfter.getTime() < end);
  if (missed?.notAfter) {
    const limit = timeOf(missed.notAfter.getTime());
    const text = `${ends}. Run ${String(missed.number)} must start by ${limit} and would be cancelled.`;
    return { name, mark: 'WARNING', text };
  }
  const delayed = ahead.find(({ notBefore }) => {
    const opens = notBefore?.getTime() ?? Infinity;
    return opens > start && opens < end;
  });
  if (!delayed?.notBefore) return { name, mark: 'OK', text: `${ends}. No other run misses its window.` };
  const opens = timeOf(delayed.notBefore.getTime());
  return {
    name,
    mark: 'WARNING',
    text: `${ends}. Run ${String(delayed.number)} may start from ${opens} and would be late.`,
  };
}

/** Compares the clock of the runner with that of the API. */
export function clockCheck(runner: RunnerConditions): PreflightCheck {
  const name = 'Clock of the runner';
  if ('unknown' in runner) return { name, mark: 'UNKNOWN', text: cannot(runner.unknown) };
  const ahead = Date.parse(runner.conditions.at) - runner.receivedAt;
  const seconds = `${(Math.abs(ahead) / 1000).toFixed(1)} s`;
  if (Math.abs(ahead) <= CLOCK_MS) return { name, mark: 'OK', text: `It agrees with the API within ${seconds}.` };
  const text = `It is ${seconds} ${ahead > 0 ? 'ahead of' : 'behind'} the API. Waits for absolute times end early or late.`;
  return { name, mark: 'WARNING', text };
}

export function diskCheck(runner: RunnerConditions): PreflightCheck {
  const name = 'Disk of the journal';
  if ('unknown' in runner) return { name, mark: 'UNKNOWN', text: cannot(runner.unknown) };
  const { journalFreeBytes: free } = runner.conditions;
  if (free === null) return { name, mark: 'UNKNOWN', text: cannot('the runner cannot read the free space.') };
  const text = `${(free / 1024 ** 3).toFixed(1)} GiB are free.`;
  if (free >= LOW_DISK_BYTES) return { name, mark: 'OK', text };
  return { name, mark: 'WARNING', text: `${text} Output is dropped when the disk is full.` };
}
