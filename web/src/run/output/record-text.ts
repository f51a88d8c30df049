/** Formats an event of the record as one line. Pure. */
import { visible } from '../../lib/invisible-characters.ts';

const word = (value: unknown) => String(value);

/** Fields that are too long for one line, or are shown elsewhere. */
const OMITTED = new Set(['statements', 'stack', 'traceback', 'script', 'breakpoints', 'packages']);

function fieldsText(data: Record<string, unknown>): string {
  return Object.entries(data)
    .filter(([key, value]) => value !== null && !OMITTED.has(key))
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : word(value)}`)
    .join(', ');
}

const TEXTS: Record<string, (data: Record<string, unknown>) => string> = {
  action: (d) => `${word(d.name)} by ${word(d.by)}: ${d.ok ? '' : 'refused. '}${word(d.detail)}`,
  prompt: (d) => `trace ${word(d.trace)}, prompt ${word(d.number)} (${word(d.reason)})`,
  evaluated: (d) => `${word(d.by)} evaluated ${word(d.expression)}: ${d.ok ? '' : 'raised '}${word(d.text).trimEnd()}`,
  decision: (d) =>
    `${word(d.action)} by ${word(d.by)}` +
    (typeof d.statement === 'number' ? `, statement ${word(d.statement + 1)}` : '') +
    (d.line == null ? '' : `, to line ${word(d.line)}`),
  script: (d) => `version ${word(d.version)} by ${word(d.by)}, from statement ${word(Number(d.firstChanged) + 1)}`,
  answered: (d) =>
    `question ${word(d.ask)}: ${d.answer === null ? 'no answer' : `“${word(d.answer)}”`}` +
    (d.by !== null ? ` by ${word(d.by)}` : d.answer === null ? '' : ' (default)'),
  breakpoints: (d) => `${word(Array.isArray(d.breakpoints) ? d.breakpoints.length : 0)} set`,
  tasksFrozen: (d) => `${word(d.tasks)} other tasks frozen during the step of trace ${word(d.trace)}`,
  setAside: (d) => `${word(d.problem)} (${word(d.event)})`,
  logged: (d) => `line ${word(d.line)}: ${word(d.text)}`,
};

export function recordText(type: string, data: Record<string, unknown>): string {
  return visible((TEXTS[type] ?? fieldsText)(data));
}
