/** Passwords as scrypt hashes: `scrypt$N$r$p$salt$hash`. The cost can be raised without changing existing hashes. */
import { randomBytes, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

const COST = { N: 2 ** 15, r: 8, p: 1 };
const HASH = /^scrypt\$(\d{1,8})\$(\d{1,2})\$(\d{1,2})\$([\w-]{16,64})\$([\w-]{43})$/;
const MAX_MEMORY = 256 * 1024 * 1024;

const MIN_PASSWORD_LENGTH = 10;
export const MAX_PASSWORD_LENGTH = 200;

const MIN_DIFFERENT = 4;

/**
 * Why the password is not allowed, as a sentence; null when it is allowed.
 *
 * @param name the name of the user
 */
export function passwordProblem(password: string, name: string): string | null {
  if (password.length < MIN_PASSWORD_LENGTH || password.length > MAX_PASSWORD_LENGTH) {
    return `It must have ${String(MIN_PASSWORD_LENGTH)} to ${String(MAX_PASSWORD_LENGTH)} characters.`;
  }
  const folded = foldText(password);
  if (new Set(folded).size < MIN_DIFFERENT) {
    return `It must have at least ${String(MIN_DIFFERENT)} different characters besides spaces.`;
  }
  const rest = Array.from(folded.replaceAll(foldText(name), ''));
  if (rest.length < MIN_DIFFERENT && rest.length < folded.length) {
    return 'It must not be the name of the user. Choose a password that others cannot guess.';
  }
  return null;
}

/** The text without case, letter forms, spaces and invisible characters. */
function foldText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu, '');
}

interface Stored {
  cost: { N: number; r: number; p: number };
  salt: Buffer;
  hash: Buffer;
}

function derive(password: string, salt: Buffer, cost: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, 32, { ...cost, maxmem: MAX_MEMORY + 1024 * 1024 }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}

function parse(text: string): Stored | null {
  const [, N, r, p, salt = '', hash = ''] = HASH.exec(text) ?? [];
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const isPower = Number.isInteger(Math.log2(cost.N)) && cost.N > 1;
  if (!isPower || 128 * cost.N * cost.r > MAX_MEMORY || cost.r < 1 || cost.p < 1 || cost.p > 4) return null;
  return { cost, salt: Buffer.from(salt, 'base64url'), hash: Buffer.from(hash, 'base64url') };
}

export function isHash(text: string): boolean {
  return parse(text) !== null;
}

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), hash.toString('base64url')].join('$');
}

/** Matches no password. A comparison with it takes as long as with a real hash. */
const DUMMY = { cost: COST, salt: randomBytes(16), hash: randomBytes(32) };

/** Whether the password matches the hash. Without a hash it takes as long, and returns false. */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const stored = (hash === null ? null : parse(hash)) ?? DUMMY;
  const key = await derive(password, stored.salt, stored.cost);
  return timingSafeEqual(key, stored.hash) && stored !== DUMMY;
}
