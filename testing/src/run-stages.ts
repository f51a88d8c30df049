/**
 * Runs the stages of the tests in order, all of them even if one fails, and prints one summary.
 *
 *     node testing/src/run-stages.ts [STAGE ...]      lint unit runner e2e
 *
 * Further stages run only when they are named: compose needs a Docker engine, and k3d also needs k3d; cluster, install and
 * chaos need a Kubernetes cluster.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { root } from './root.ts';

interface Counts {
  passed: number;
  failed: number;
  /** Title and message of failed tests. */
  failures?: string[];
}

interface Step {
  name: string;
  command: string[];
  env?: Record<string, string>;
  /** The working folder, below the root of the repository. */
  cwd?: string;
  /** Reads the numbers of passed and failed tests from the report; a step without a report counts as one check. */
  count?: () => Counts;
}

/** Limits of the summary, which repeats failures below the output of all stages. */
const SHOWN_FAILURES = 10;
const MESSAGE_CHARACTERS = 600;

const reports = mkdtempSync(join(tmpdir(), 'sequencer-test-'));
const report = (name: string) => join(reports, name);
const python = (...args: string[]) => [join(root, '.venv/bin/python'), '-m', ...args];

const read = (name: string) => readFileSync(report(name), 'utf8');

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { fullName: string; status: string; failureMessages: string[] }[];
  }[];
}

function vitestCounts(): Counts {
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(read('vitest.json')) as VitestReport;
  const failures = testResults.flatMap((file) => {
    const tests = file.assertionResults.filter((one) => one.status === 'failed');
    const texts = tests.map((one) => failure(file.name, one.fullName, one.failureMessages.join('\n')));
    // A hook or an import failed.
    return file.status === 'failed' && texts.length === 0 ? [failure(file.name, '', file.message)] : texts;
  });
  return { passed: numPassedTests, failed: numFailedTests, failures };
}

function junitCounts(): Counts {
  const attributes = /<testsuite [^>]*>/.exec(read('pytest.xml'))?.[0] ?? '';
  const number = (name: string) => Number(new RegExp(`${name}="(\\d+)"`).exec(attributes)?.[1] ?? 0);
  const unsuccessful = number('failures') + number('errors');
  // A skipped test has not passed; under CI it is a failure.
  const skipped = number('skipped');
  if (skipped > 0) console.log(`pytest skipped ${skipped} tests`);
  const failures = [...read('pytest.xml').matchAll(/<testcase ([^>]*)>\s*<(?:failure|error) message="([^"]*)"/g)].map(
    ([, test = '', message = '']) => failure('', test, message.replaceAll('&#10;', '\n')),
  );
  return {
    passed: number('tests') - unsuccessful - skipped,
    failed: unsuccessful + (process.env.CI ? skipped : 0),
    failures,
  };
}

interface PlaywrightSuite {
  file: string;
  suites?: PlaywrightSuite[];
  specs: { title: string; tests: { status: string; results: { errors: { message?: string }[] }[] }[] }[];
}

function playwrightCounts(): Counts {
  const { stats, suites } = JSON.parse(read('playwright.json')) as {
    stats: { expected: number; unexpected: number; flaky: number; skipped: number };
    suites: PlaywrightSuite[];
  };
  const failed = stats.unexpected + stats.flaky + (process.env.CI ? stats.skipped : 0);
  return { passed: stats.expected, failed, failures: suites.flatMap(playwrightFailures) };
}

function playwrightFailures({ file, specs, suites = [] }: PlaywrightSuite): string[] {
  const own = specs.flatMap(({ title, tests }) =>
    tests
      .filter(({ status }) => status === 'unexpected' || status === 'flaky')
      .map(({ results }) =>
        failure(file, title, results.flatMap(({ errors }) => errors.map(({ message = '' }) => message)).join('\n')),
      ),
  );
  return [...own, ...suites.flatMap(playwrightFailures)];
}

/** A failed test as a paragraph of the summary, without the stack lines of libraries. */
function failure(file: string, title: string, message: string): string {
  const head = [file.replace(`${root}/`, ''), title].filter(Boolean).join(': ');
  const text = stripVTControlCharacters(message).replaceAll(/^ +at (.*node_modules|new Promise).*\n?/gm, '');
  return `${head}\n${text.slice(0, MESSAGE_CHARACTERS).trimEnd()}`;
}

/** @param projects of vitest.config.ts; a name after `!` leaves that one out */
function vitest(name: string, projects: string[], ...files: string[]): Step {
  const options = projects.map((project) => `--project=${project}`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report('vitest.json')}`];
  return { name, command: ['vitest', 'run', ...options, ...reporters, ...files], count: vitestCounts };
}

const stages: Record<string, Step[]> = {
  lint: [
    { name: 'eslint', command: ['eslint', '.', '--max-warnings', '0'] },
    { name: 'prettier', command: ['prettier', '--check', '--log-level', 'warn', '.'] },
    { name: 'tsc', command: ['tsc', '-p', 'tsconfig.json'] },
    { name: 'vue-tsc', command: ['vue-tsc', '-p', 'web/tsconfig.json'] },
    { name: 'knip', command: ['knip'] },
    { name: 'imports', command: ['npm', 'run', '--silent', 'imports'] },
    { name: 'language', command: ['node', 'scripts/language.ts'] },
    { name: 'ruff check', command: python('ruff', 'check', 'runner-image') },
    { name: 'ruff format', command: python('ruff', 'format', '--check', 'runner-image') },
    { name: 'mypy', command: python('mypy', '--config-file', 'runner-image/pyproject.toml', 'runner-image/src') },
    {
      name: 'import-linter',
      command: [join(root, '.venv/bin/lint-imports'), '--no-cache', '--no-logo'],
      cwd: 'runner-image',
    },
    { name: 'generated files', command: ['sh', 'scripts/generate', '--check'] },
  ],
  unit: [vitest('vitest', ['!cluster', '!install', '!chaos', '!k3d'])],
  runner: [
    {
      name: 'pytest',
      command: python('pytest', 'runner-image', '-q', `--junitxml=${report('pytest.xml')}`),
      count: junitCounts,
    },
  ],
  e2e: [
    {
      name: 'playwright',
      command: ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report('playwright.json') },
      count: playwrightCounts,
    },
  ],
  compose: [
    {
      name: 'small site',
      command: ['playwright', 'test', '--config', 'e2e/compose.config.ts', '--reporter=list,json'],
      env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report('playwright.json') },
      count: playwrightCounts,
    },
  ],
  k3d: [vitest('make k3d-up', ['k3d'])],
  cluster: [
    vitest('vitest on a cluster', ['cluster']),
    vitest('a node is lost', ['chaos'], 'operator/test/chaos/node-lost.test.ts'),
  ],
  install: [vitest('the chart on a cluster', ['install'])],
  chaos: [vitest('chaos on a cluster', ['chaos'], 'operator/test/chaos/kills.test.ts')],
};
/** The stages of `make test`, which need only this machine. */
const DEFAULT_STAGES = ['lint', 'unit', 'runner', 'e2e'];

function run(step: Step): Counts {
  console.log(`\n== ${step.name}`);
  const [command = '', ...args] = step.command;
  const { status } = spawnSync(command, args, {
    cwd: join(root, step.cwd ?? ''),
    stdio: 'inherit',
    env: { ...process.env, ...step.env },
  });
  const counts = countsOf(step, status === 0);
  // A step can fail without a failed test: after a crash, or if no test was found.
  if (status !== 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

function countsOf(step: Step, ok: boolean): Counts {
  try {
    if (step.count) return step.count();
  } catch (error) {
    console.log(`${step.name} wrote no report: ${String(error)}`);
    return { passed: 0, failed: 1 };
  }
  return ok ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

const names = process.argv.length > 2 ? process.argv.slice(2) : DEFAULT_STAGES;
const total: Counts = { passed: 0, failed: 0 };
const lines: string[] = [];
const failures: string[] = [];
for (const name of names) {
  const steps = stages[name];
  if (!steps) throw new Error(`Unknown stage: ${name}. Stages: ${Object.keys(stages).join(', ')}.`);
  for (const step of steps) {
    const begin = performance.now();
    const counts = run(step);
    const { passed, failed } = counts;
    total.passed += passed;
    total.failed += failed;
    failures.push(...(counts.failures ?? []));
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    lines.push(`${failed ? 'FAIL' : 'ok  '} ${step.name.padEnd(16)} ${passed} passed, ${failed} failed, ${seconds} s`);
  }
}
rmSync(reports, { recursive: true });
for (const text of failures.slice(0, SHOWN_FAILURES)) console.log(`\nfailed: ${text}`);
if (failures.length > SHOWN_FAILURES)
  console.log(`\n${failures.length - SHOWN_FAILURES} more failures are shown above.`);
console.log(`\n${lines.join('\n')}\n`);
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed ? 1 : 0;
