/** Which environment variables the product reads. Tests, benchmarks and scripts of developers have others. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const SOURCES = [
  '{api,cli,kubernetes,launcher,model,operator,scheduler,simulator,web}/src/**/*.ts',
  'charts/sequencer/files/*.ts',
];
/** Set by every system, read by the C library, and set by Kubernetes in every container. */
const NOT_SETTINGS = ['PATH', 'RES_OPTIONS', 'KUBERNETES_SERVICE_HOST', 'KUBERNETES_SERVICE_PORT'];

/** The names in `process.env.A`, `process.env['A']`, `const { A } = process.env` and `env.A`. */
function readNames(source: string): string[] {
  const members = [...source.matchAll(/\benv(?:\.|\[')([A-Z][A-Z0-9_]+)\b/g)].map(([, name = '']) => name);
  const taken = [...source.matchAll(/\{([^{}]*)\} = process\.env\b/g)].flatMap(([, names = '']) =>
    [...names.matchAll(/(?:^|,)\s*([A-Z][A-Z0-9_]+)/g)].map(([, name = '']) => name),
  );
  return [...members, ...taken];
}

const documented = [
  ...readFileSync(join(root, 'docs/configuration.md'), 'utf8').matchAll(/^\| `([A-Z][A-Z0-9_]+)` \|/gm),
].map(([, name = '']) => name);

test('finds the variables that a source reads', () => {
  const source = "process.env.AB; process.env['CD']; const { EF = '', GH } = process.env; readConfig(env.IJ)";
  expect(readNames(source)).toEqual(['AB', 'CD', 'IJ', 'EF', 'GH']);
});

test('docs/configuration.md lists every variable that the product reads', () => {
  const files = globSync(SOURCES, { cwd: root }).filter((file) => !file.endsWith('.test.ts'));
  const read = files.map((file) => ({ file, names: readNames(readFileSync(join(root, file), 'utf8')) }));
  expect(read.flatMap(({ names }) => names)).toContain('KUBERNETES_SERVICE_HOST');
  const unlisted = read.flatMap(({ file, names }) =>
    names.filter((name) => ![...documented, ...NOT_SETTINGS].includes(name)).map((name) => `${file}: ${name}`),
  );
  expect(unlisted).toEqual([]);
});

test('only the schema of a process reads its settings', () => {
  const reading = globSync('{api,cli,kubernetes,launcher,operator,scheduler,simulator}/src/**/*.ts', {
    cwd: root,
  }).filter((file) => !file.endsWith('.test.ts') && /process\.env[.[]/.test(readFileSync(join(root, file), 'utf8')));
  // RES_OPTIONS, for the C library, and PATH, for PostgreSQL.
  expect(reading.sort()).toEqual(['api/src/main.ts', 'launcher/src/database/server.ts']);
});
