/** Cookies: one for the session, one for a sign-in that is in progress at a provider. */
import type { IncomingMessage, ServerResponse } from 'node:http';

interface CookieKind {
  name: string;
  sameSite: 'Strict' | 'Lax';
  value: RegExp;
}

export const SESSION_COOKIE: CookieKind = { name: 'sequencer-session', sameSite: 'Strict', value: /^[\w-]{43}$/ };
/** Lax: the browser must send it when the provider, which is another site, redirects back. */
export const ATTEMPT_COOKIE: CookieKind = { name: 'sequencer-provider', sameSite: 'Lax', value: /^[\w-]{1,3000}$/ };

/** With the prefix, browsers refuse a cookie that was set without https. */
function nameOf(kind: CookieKind, secure: boolean): string {
  return secure ? `__Secure-${kind.name}` : kind.name;
}

export function readCookie(kind: CookieKind, request: IncomingMessage, secure: boolean): string | null {
  const name = `${nameOf(kind, secure)}=`;
  const parts = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
  const value = parts.find((part) => part.startsWith(name))?.slice(name.length);
  return value !== undefined && kind.value.test(value) ? value : null;
}

/**
 * Sets no path: the browser then uses the folder of the requested address, such as `/nextline/api`. Only the browser
 * knows it when a proxy strips a part of the path.
 */
function set(kind: CookieKind, response: ServerResponse, value: string, secure: boolean, seconds: number): void {
  const flags = `HttpOnly; SameSite=${kind.sameSite}; Max-Age=${String(seconds)}${secure ? '; Secure' : ''}`;
  response.appendHeader('set-cookie', `${nameOf(kind, secure)}=${value}; ${flags}`);
}

export function writeCookie(
  kind: CookieKind,
  response: ServerResponse,
  value: string,
  secure: boolean,
  until: Date,
): void {
  set(kind, response, value, secure, Math.max(0, Math.floor((until.getTime() - Date.now()) / 1000)));
}

export function removeCookie(kind: CookieKind, response: ServerResponse, secure: boolean): void {
  set(kind, response, '', secure, 0);
}
