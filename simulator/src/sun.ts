/** Position of the Sun at the site in the Atacama, to about a degree. */

export interface Direction {
  /** Degrees. */
  az: number;
  el: number;
}

const RAD = Math.PI / 180;
const LATITUDE = -22.9586;
const LONGITUDE = -67.7876;
/** Days from the Unix epoch to noon of 1 January 2000. */
const J2000 = 10_957.5;

/** @param time seconds since the Unix epoch */
export function sunAt(time: number): Direction {
  const days = time / 86_400 - J2000;
  const anomaly = (357.528 + 0.9856003 * days) * RAD;
  const longitude = (280.46 + 0.9856474 * days + 1.915 * Math.sin(anomaly)) * RAD;
  const tilt = 23.439 * RAD;
  const declination = Math.asin(Math.sin(tilt) * Math.sin(longitude));
  const ascension = Math.atan2(Math.cos(tilt) * Math.sin(longitude), Math.cos(longitude));
  const siderealTime = (280.46062 + 360.98564737 * days + LONGITUDE) * RAD;
  const hour = siderealTime - ascension;
  const latitude = LATITUDE * RAD;
  const sinEl =
    Math.sin(latitude) * Math.sin(declination) + Math.cos(latitude) * Math.cos(declination) * Math.cos(hour);
  const az = Math.atan2(
    -Math.cos(declination) * Math.sin(hour),
    Math.sin(declination) * Math.cos(latitude) - Math.cos(declination) * Math.sin(latitude) * Math.cos(hour),
  );
  return { az: (az / RAD + 360) % 360, el: Math.asin(sinEl) / RAD };
}

/** The angle between two directions, in degrees. */
export function separation(a: Direction, b: Direction): number {
  const cos =
    Math.sin(a.el * RAD) * Math.sin(b.el * RAD) +
    Math.cos(a.el * RAD) * Math.cos(b.el * RAD) * Math.cos((a.az - b.az) * RAD);
  return Math.acos(Math.max(-1, Math.min(1, cos))) / RAD;
}
