/** The session's cookie. */
import type { IncomingMessage, ServerResponse } from 'node:http';

const NAME = 'sequencer-session';
const VALUE = /^[\w-]{43}$/;

/** Over https the browser itself then refuses one that was set without https. */
function nameOf(secure: boolean): string {
  return secure ? `__Secure-${NAME}` : NAME;
}

export function readCookie(request: IncomingMessage, secure: boolean): string | null {
  const name = `${nameOf(secure)}=`;
  const parts = (request.headers.cookie ?? '').split(';').map((part) => part.trim());
  const value = parts.find((part) => part.startsWith(name))?.slice(name.length);
  return value !== undefined && VALUE.test(value) ? value : null;
}

/**
 * Without a path: the browser then takes the folder of the address that it asked, such as `/nextline/api`, which only
 * the browser knows when a proxy in between cuts a part of the path off.
 */
function setCookie(response: ServerResponse, value: string, secure: boolean, age: number): void {
  const flags = `HttpOnly; SameSite=Strict; Max-Age=${String(age)}${secure ? '; Secure' : ''}`;
  response.appendHeader('set-cookie', `${nameOf(secure)}=${value}; ${flags}`);
}

export function writeCookie(response: ServerResponse, value: string, secure: boolean, expiresAt: Date): void {
  setCookie(response, value, secure, Math.max(0, Math.floor((expiresAt.getTime() - Date.now()) / 1000)));
}

export function removeCookie(response: ServerResponse, secure: boolean): void {
  setCookie(response, '', secure, 0);
}
