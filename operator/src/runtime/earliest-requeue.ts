/** Of several times to look again the earliest. */
export function soonest(...times: (number | undefined)[]): number | undefined {
  const known = times.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
