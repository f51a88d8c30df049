/**
 * Checks the words of this repository against `docs/style.md`: files, and the subjects of commits.
 *
 *     node scripts/language.ts            fails on a new use of a listed word
 *     node scripts/language.ts --prune    shortens the list of known uses; never adds to it
 *     node scripts/language.ts --count    prints how many uses remain, by word
 *
 * A script and not textlint, Vale or cspell: these read prose or single words, and none reads phrases in comments, strings,
 * identifiers, SDL and charts with one list.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { finder, rulesOf, subjectProblems, type Finding } from './language/words.ts';

const root = join(import.meta.dirname, '..');
const KNOWN = 'scripts/language/known.json';
/** Subjects are checked from the commit after this one. */
const FIRST_COMMIT = '0431c9c';

const CHECKED =
  /\.(?:ts|vue|py|md|graphql|ya?ml|sh|txt|tpl|css|html|toml|conf|json)$|(?:^|\/)(?:Makefile|Dockerfile)$|^scripts\/[^.]+$/;
/** Other people's text, generated files, and the lists of words themselves. */
const UNCHECKED = [
  /^docs\/style\.md$/,
  /^scripts\/language/,
  /(?:^|\/)package-lock\.json$/,
  /requirements[^/]*\.(?:txt|lock|in)$/,
  /^web\/src\/gql\//,
  /^api\/schema[^/]*\.graphql$/,
  /^api\/migrations\//,
  /^docs\/errors\.md$/,
  /^runner-image\/src\/sequencer_runner\/protocol\.py$/,
  /^crds\//,
  /^charts\/golden\//,
  /^charts\/sequencer\/(?:README\.md|values\.yaml|values\.schema\.json|charts\/)/,
  /\/golden\//,
  // Scripts as their authors write them.
  /^runner-image\/tests\/conformance\//,
];

/** For each file, how often each word occurs. */
type Uses = Record<string, Record<string, number>>;

const read = (path: string) => readFileSync(join(root, path), 'utf8');
const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 26 });
const findIn = finder(rulesOf(read('docs/style.md')));

function countByWord(findings: readonly Finding[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { word } of findings) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

const listed = git('ls-files', '--cached', '--others', '--exclude-standard', '-z').split('\0');
const deleted = new Set(git('ls-files', '--deleted', '-z').split('\0'));
const files = listed.filter(
  (path) => CHECKED.test(path) && !deleted.has(path) && !UNCHECKED.some((pattern) => pattern.test(path)),
);
const findings = new Map(files.map((path) => [path, findIn(read(path))]));
const known = JSON.parse(read(KNOWN)) as Uses;
const problems: string[] = [];
const remaining: Uses = {};
let outdated = 0;

for (const [path, found] of findings) {
  const counts = countByWord(found);
  for (const [word, count] of Object.entries(counts)) {
    const allowed = known[path]?.[word] ?? 0;
    const lines = found.filter((finding) => finding.word === word).map((finding) => finding.line);
    if (count > allowed) problems.push(`${path}:${lines.join(',')}: "${word}" ${count} times, ${allowed} known`);
    const kept = Math.min(count, allowed);
    if (kept > 0) (remaining[path] ??= {})[word] = kept;
  }
}
for (const [path, words] of Object.entries(known)) {
  for (const [word, count] of Object.entries(words)) {
    if ((remaining[path]?.[word] ?? 0) < count) outdated += 1;
  }
}

for (const entry of git('log', '--no-merges', '--format=%h %s', `${FIRST_COMMIT}..HEAD`).split('\n')) {
  const [hash = '', ...words] = entry.split(' ');
  if (hash === '') continue;
  for (const problem of subjectProblems(words.join(' '), findIn))
    problems.push(`commit ${hash}: its subject ${problem}`);
}

if (process.argv.includes('--count')) {
  const all = [...findings.values()].flat();
  for (const [word, count] of Object.entries(countByWord(all)).sort((a, b) => b[1] - a[1]))
    console.log(`${count}\t${word}`);
  const lines = files.reduce((sum, path) => sum + read(path).split('\n').length, 0);
  console.log(`${all.length} uses in ${lines} lines: ${((all.length / lines) * 10_000).toFixed(1)} in 10,000 lines`);
} else if (process.argv.includes('--prune')) {
  writeFileSync(join(root, KNOWN), `${JSON.stringify(remaining, null, 2)}\n`);
  console.log(`Removed or lowered ${outdated} entries of ${KNOWN}.`);
} else if (outdated > 0) {
  problems.push(`${KNOWN} has ${outdated} entries that are too high: run node scripts/language.ts --prune`);
}
for (const problem of problems) console.error(problem);
if (problems.length > 0) console.error(`\n${problems.length} problems. docs/style.md lists what to write instead.`);
process.exitCode = problems.length > 0 ? 1 : 0;
