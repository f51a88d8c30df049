/** The times between sunset and sunrise. Pure. */
import { getPosition, getTimes } from 'suncalc';

const DAY_MS = 86_400_000;

export interface Site {
  latitude: number;
  longitude: number;
}

export interface Night {
  from: number;
  to: number;
}

/** The nights in a period, cut at its ends. All times are in ms since 1970. */
export function nightsBetween(from: number, to: number, { latitude, longitude }: Site): Night[] {
  const events: { at: number; isSunset: boolean }[] = [];
  // The solar day of a site far from Greenwich begins up to half a day earlier or later.
  for (let day = from - DAY_MS; day <= to + DAY_MS; day += DAY_MS) {
    const { sunset, sunrise } = getTimes(new Date(day), latitude, longitude);
    if (sunset) events.push({ at: sunset.getTime(), isSunset: true });
    if (sunrise) events.push({ at: sunrise.getTime(), isSunset: false });
  }
  const inside = events.filter(({ at }) => at > from && at < to).toSorted((a, b) => a.at - b.at);
  const isNightFirst = inside[0] ? !inside[0].isSunset : getPosition(new Date(from), latitude, longitude).altitude < 0;
  const nights: Night[] = [];
  let start = isNightFirst ? from : null;
  for (const { at, isSunset } of inside) {
    if (isSunset) start ??= at;
    else if (start !== null) {
      nights.push({ from: start, to: at });
      start = null;
    }
  }
  if (start !== null) nights.push({ from: start, to });
  return nights;
}
