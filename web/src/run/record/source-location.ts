/** A line of the script, or of a file that it imports. */

export interface SourceLocation {
  /** Path of the file; `<script>` for the script. */
  file: string;
  line: number;
}

export const SCRIPT = '<script>';

/** `line 12` in the script, `acu.py:30` in a library file. */
export function locationText({ file, line }: SourceLocation): string {
  return file === SCRIPT ? `line ${String(line)}` : `${file.split('/').at(-1) ?? file}:${String(line)}`;
}
