/** Reads the process table, to kill one part of a stack or to check that none is left. */
import { execFileSync } from 'node:child_process';

export interface Process {
  pid: number;
  parent: number;
  command: string;
}

export function processes(): Process[] {
  const table = execFileSync('ps', ['-e', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return table.split('\n').flatMap((line) => {
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line);
    // A zombie has ended.
    if (!match?.[3] || match[3].startsWith('Z')) return [];
    return [{ pid: Number(match[1]), parent: Number(match[2]), command: match[4] ?? '' }];
  });
}

/** The process and all its descendants. */
export function family(pid: number): Process[] {
  const all = processes();
  const found = all.filter((p) => p.pid === pid);
  for (const member of found) found.push(...all.filter((p) => p.parent === member.pid));
  return found;
}

export function isAlive(pid: number): boolean {
  return processes().some((p) => p.pid === pid);
}
