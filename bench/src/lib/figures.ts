/** The measured figures and their table. */
export interface Figure {
  what: string;
  measured: string;
  bound: string;
  met: boolean;
}

const figures: Figure[] = [];

export function report(what: string, measured: string, bound: string, met: boolean): void {
  figures.push({ what, measured, bound, met });
  console.log(`${met ? 'ok  ' : 'MISS'} ${what}: ${measured} (${bound})`);
}

export function printTable(): void {
  const width = Math.max(...figures.map(({ what }) => what.length));
  console.log(
    `\n${figures.map((f) => `${f.met ? 'ok  ' : 'MISS'}  ${f.what.padEnd(width)}  ${f.measured}  (${f.bound})`).join('\n')}`,
  );
}
