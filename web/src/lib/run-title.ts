/** The title of a run as pages show it. */
import { visible } from './invisible-characters.ts';

export function titleOf({ title }: { title?: string | null }): string {
  return title ? visible(title) : 'Untitled run';
}
