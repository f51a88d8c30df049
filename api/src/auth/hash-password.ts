/**
 * Prints a line for the users file. Prompts for the password without echo, or reads it from standard input when that is
 * not a terminal.
 *
 *     node api/src/auth/hash-password.ts alice operator@satp1
 */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { parseGrant } from './grants.ts';
import { hashPassword, passwordProblem } from './password.ts';
import { USER_NAME } from './user.ts';

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

/** Echo is off from before the first question until after the last answer. */
async function promptHidden(...questions: string[]): Promise<string[]> {
  const silent = new Writable({
    write: (_chunk, _encoding, done) => {
      done();
    },
  });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  lines.on('SIGINT', () => process.exit(130));
  const answers: string[] = [];
  for (const question of questions) {
    process.stderr.write(question);
    answers.push(await lines.question(''));
    process.stderr.write('\n');
  }
  lines.close();
  return answers;
}

async function readPassword(): Promise<string> {
  if (!process.stdin.isTTY) return (await text(process.stdin)).replace(/\r?\n$/, '');
  const [password = '', again] = await promptHidden('Password: ', 'Again: ');
  if (again !== password) fail('The passwords do not match.');
  return password;
}

const [nameArgument, role = 'operator'] = process.argv.slice(2);
const name = nameArgument?.normalize('NFC');
if (name === undefined || process.argv.length > 4 || name.startsWith('-')) {
  fail('usage: hash-password NAME [viewer|operator|operator@satp1+lat|admin]');
}
if (!USER_NAME.test(name)) fail('The name must consist of letters, digits and . _ @ + -, at most 64 characters.');
if (!parseGrant(role)) fail('The role must be viewer, operator, operator@satp1+lat or admin.');
const password = await readPassword();
const problem = passwordProblem(password, name);
if (problem) fail(`The password is not allowed. ${problem}`);
console.log(`${name}:${role}:${await hashPassword(password)}`);
