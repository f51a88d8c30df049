/** A line that people point at: of the script, or of a file that it uses. */

export interface SourceLocation {
  /** `<script>` for the script. */
  file: string;
  line: number;
}

export const SCRIPT = '<script>';

/** `line 12`, or `acu.py:30` in a file of the library. */
export function locationText({ file, line }: SourceLocation): string {
  return file === SCRIPT ? `line ${String(line)}` : `${file.split('/').at(-1) ?? file}:${String(line)}`;
}
