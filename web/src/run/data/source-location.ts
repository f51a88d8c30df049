/** A line that people point at: of the script, or of a file that it uses. */

export interface Place {
  /** `<script>` for the script. */
  file: string;
  line: number;
}

export const SCRIPT = '<script>';

/** `line 12`, or `acu.py:30` in a file of the library. */
export function placeText({ file, line }: Place): string {
  return file === SCRIPT ? `line ${String(line)}` : `${file.split('/').at(-1) ?? file}:${String(line)}`;
}
