/** Finds the words and identifiers that `docs/style.md` lists as ones to avoid. */

export interface Rules {
  /** Lower-case words and phrases, found in text and inside names. */
  words: readonly string[];
  /** Whole identifiers, with their case. */
  identifiers: readonly string[];
}

export interface Finding {
  /** The word as `docs/style.md` lists it. */
  word: string;
  /** Counted from 1. */
  line: number;
}

/** Reads the two tables of `docs/style.md`. */
export function rulesOf(styleGuide: string): Rules {
  const words = firstColumn(sectionOf(styleGuide, 'Words to avoid'));
  const identifiers = firstColumn(sectionOf(styleGuide, 'Identifiers to avoid'));
  if (words.length === 0 || identifiers.length === 0) throw new Error('docs/style.md has no table of words to avoid.');
  return { words, identifiers };
}

function sectionOf(page: string, heading: string): string {
  const start = page.indexOf(`\n## ${heading}\n`);
  if (start < 0) return '';
  const end = page.indexOf('\n## ', start + 1);
  return page.slice(start, end < 0 ? undefined : end);
}

function firstColumn(section: string): string[] {
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
}

/** What may be between two words of a phrase: a comment that continues on the next line is one text. */
const BETWEEN = String.raw`(?:\s|\n\s*(?:\*|//|#|>|--)\s?)+`;

/** Not the `type` of an import. */
const DECLARES = '\\b(?:class|interface|type|enum|function|const|let|def)';

/** A function that finds all uses in one file. */
export function finder({ words, identifiers }: Rules): (text: string) => Finding[] {
  const phrases = words.map((word) => word.split(' ').join(BETWEEN));
  const wordPattern = new RegExp(String.raw`\b(?:${phrases.join('|')})\b`, 'g');
  const isEnglish = (name: string) => /^[A-Z]?[a-z]+$/.test(name);
  const unmistakable = identifiers.filter((name) => !isEnglish(name)).join('|');
  const english = identifiers.filter(isEnglish).join('|');
  const namePattern = new RegExp(
    String.raw`(?<![\w$])(?:${unmistakable})(?![\w$])|(?<=(?:${DECLARES})\s)(?:${english})(?![\w$]|\s*[,}])`,
    'g',
  );
  return (text) => [
    ...find(splitNames(text), wordPattern, (match) => match.replaceAll(/(?:\s|\*|\/\/|#|>|--)+/g, ' ')),
    ...find(text, namePattern, (match) => match),
  ];
}

/** `runnerIsTold` and `runner_is_told` become `runner is told`. Line ends stay where they are. */
function splitNames(text: string): string {
  return text
    .replaceAll(/(?<=[a-z\d])(?=[A-Z])/g, ' ')
    .replaceAll('_', ' ')
    .toLowerCase();
}

function find(text: string, pattern: RegExp, nameOf: (match: string) => string): Finding[] {
  const findings: Finding[] = [];
  let line = 1;
  let position = 0;
  for (const match of text.matchAll(pattern)) {
    for (; position < match.index; position++) if (text[position] === '\n') line += 1;
    findings.push({ word: nameOf(match[0]), line });
  }
  return findings;
}

const AREA = /^[a-z][a-z\d.,/-]*(?: [a-z\d/-]+)?: /;

/** What is wrong with a commit's subject, in sentences. */
export function subjectProblems(subject: string, findIn: (text: string) => Finding[]): string[] {
  const problems: string[] = [];
  if (!AREA.test(subject)) problems.push('does not begin with "area: "');
  if (subject.length > 72) problems.push(`has ${subject.length} characters; 72 are allowed`);
  for (const { word } of findIn(subject)) problems.push(`uses "${word}"; docs/style.md lists what to write`);
  return problems;
}
