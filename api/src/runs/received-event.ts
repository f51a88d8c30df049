/** Validates events of a runner. An invalid event is replaced by a `setAside` event, so that the record and the run continue. */
import { EVENT_SCHEMAS, anyEventSchema, type AnyEvent } from '@sequencer/model';
import { z } from 'zod';

/** Limit for the content of an event that was set aside, in characters of JSON. */
const CONTENT_LENGTH = 64 * 1024;

/** Approximate size of an event in memory besides its data, in characters. */
export const EVENT_OVERHEAD = 100;

export interface ReceivedEvent {
  event: AnyEvent;
  /** The JSON of its fields besides seq, type and at. */
  data: string;
  /** Why the event was replaced; null when it is unchanged. */
  problem: string | null;
}

/** @param sent an event whose seq follows the previous one */
export function receivedEvent(sent: { seq: number } & Record<string, unknown>): ReceivedEvent {
  const isEnd = sent.type === 'ended';
  const parsed = (isEnd ? EVENT_SCHEMAS.ended : anyEventSchema).safeParse(sent);
  const data = parsed.success ? encode(sent) : null;
  if (parsed.success && data !== null) return { event: parsed.data, data, problem: null };
  const problem = parsed.success ? 'its values are nested too deeply' : z.prettifyError(parsed.error);
  // Without a storable time, the time of arrival is used.
  const at = z.object({ at: anyEventSchema.shape.at }).safeParse(sent).data?.at ?? new Date().toISOString();
  const fields = isEnd ? lostEnd(sent, problem) : setAside(sent, problem);
  const event = { seq: sent.seq, at, ...fields };
  return { event, data: encode(event) ?? '{}', problem };
}

/** The run has ended, but the outcome is unknown. */
function lostEnd({ outcome, reason }: Record<string, unknown>, problem: string) {
  const reported = [outcome, reason].filter((value) => typeof value === 'string').join(': ');
  const text = `The runner reported an end that this version cannot read (${problem}). It reported: ${reported}`;
  return { type: 'ended', outcome: 'LOST', exitCode: null, reason: text.slice(0, 2000) };
}

function setAside(sent: Record<string, unknown>, problem: string) {
  const content = encode(sent) ?? '';
  const type = typeof sent.type === 'string' ? sent.type : typeof sent.type;
  return {
    type: 'setAside',
    event: type.slice(0, 64),
    problem: `The event cannot be recorded: ${problem}`.slice(0, 2000),
    content: content.slice(0, CONTENT_LENGTH),
  };
}

/** Null when the value is nested too deeply. */
function encode(event: Record<string, unknown>): string | null {
  const { seq: _seq, type: _type, at: _at, ...data } = event;
  try {
    return JSON.stringify(data);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
