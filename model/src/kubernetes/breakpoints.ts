/** The breakpoints of a queued run, in an annotation of its object. */
import { z } from 'zod';
import { breakpointSchema, type Breakpoint } from '../events.ts';
import { LIMITS } from '../limits.ts';
import type { Metadata } from './metadata.ts';
import { ANNOTATIONS } from './names.ts';

const schema = z.array(breakpointSchema).max(LIMITS.breakpointCount);

/** An empty list if the annotation is missing or invalid. */
export function breakpointsOf({ annotations }: Pick<Metadata, 'annotations'>): Breakpoint[] {
  try {
    return schema.parse(JSON.parse(annotations?.[ANNOTATIONS.breakpoints] ?? '[]'));
  } catch {
    return [];
  }
}
