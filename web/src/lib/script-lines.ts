/** Lines as Python and the editor count them: a form feed or U+2028 does not end a line. */
export function scriptLines(script: string): string[] {
  return script.split(/\r\n|\r|\n/);
}
