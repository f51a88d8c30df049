/** Lines as Python and the editor count them: a form feed, U+2028 and the like end no line. */
export function scriptLines(script: string): string[] {
  return script.split(/\r\n|\r|\n/);
}
