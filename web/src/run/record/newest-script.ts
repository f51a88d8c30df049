/** Returns the newest version of a script, which may have been replaced while it ran. */

interface Versions {
  script: string;
  scriptVersions: readonly { version: number; script: string }[];
}

export function newestScript({ script, scriptVersions }: Versions): { version: number; script: string } {
  return scriptVersions.at(-1) ?? { version: 1, script };
}
