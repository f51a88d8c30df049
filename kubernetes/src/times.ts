/** Times as Kubernetes writes them. */

/** RFC 3339 in whole seconds, as in the status of an object. */
export function wholeSeconds(date: Date): string {
  return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** With microseconds, as in a Lease. */
export function withMicroseconds(date: Date): string {
  return date.toISOString().replace(/Z$/, '000Z');
}
