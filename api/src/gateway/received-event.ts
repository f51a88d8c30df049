/** Events as a runner sends them. One that cannot be recorded is set aside, so that the record and its run continue. */
import { EVENT_SCHEMAS, anyEventSchema, type AnyEvent } from '@sequencer/model';
import { z } from 'zod';

/** Limit for the content of an event that is set aside, in characters of JSON. */
const CONTENT_LENGTH = 64 * 1024;

export interface ReceivedEvent {
  event: AnyEvent;
  /** The JSON of its fields besides seq, type and at. */
  data: string;
  /** Why another event takes its place; null when it is as it was sent. */
  problem: string | null;
}

/** @param sent an event with a seq that follows the one before */
export function receivedEvent(sent: { seq: number } & Record<string, unknown>): ReceivedEvent {
  const isEnd = sent.type === 'ended';
  const parsed = (isEnd ? EVENT_SCHEMAS.ended : anyEventSchema).safeParse(sent);
  const data = parsed.success ? encode(sent) : null;
  if (parsed.success && data !== null) return { event: parsed.data, data, problem: null };
  const problem = parsed.success ? 'its values are nested too deeply' : z.prettifyError(parsed.error);
  // Without a time that can be stored, the time of arrival.
  const at = z.object({ at: anyEventSchema.shape.at }).safeParse(sent).data?.at ?? new Date().toISOString();
  const fields = isEnd ? lostEnd(sent, problem) : setAside(sent, problem);
  const event = { seq: sent.seq, at, ...fields };
  return { event, data: encode(event) ?? '{}', problem };
}

/** The run has ended, and it is not known how. */
function lostEnd({ outcome, reason }: Record<string, unknown>, problem: string) {
  const reported = [outcome, reason].filter((value) => typeof value === 'string').join(': ');
  const text = `The runner reported an end that this version does not understand (${problem}). It reported: ${reported}`;
  return { type: 'ended', outcome: 'LOST', exitCode: null, reason: text.slice(0, 2000) };
}

function setAside(sent: Record<string, unknown>, problem: string) {
  const content = encode(sent) ?? '';
  const type = typeof sent.type === 'string' ? sent.type : typeof sent.type;
  return {
    type: 'setAside',
    event: type.slice(0, 64),
    problem: `This is no event that can be recorded: ${problem}`.slice(0, 2000),
    content: content.slice(0, CONTENT_LENGTH),
  };
}

/** Null when it is nested too deeply. */
function encode(event: Record<string, unknown>): string | null {
  const { seq: _seq, type: _type, at: _at, ...data } = event;
  try {
    return JSON.stringify(data);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
