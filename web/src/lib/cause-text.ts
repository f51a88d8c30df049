/** An exception as one line. Its further lines, such as the replies of agents, are in the traceback. */
import { visible } from './invisible-characters.ts';

export function causeText(type: string, message: string): string {
  const [head = ''] = message.trim().split('\n');
  return visible(head ? `${type}: ${head}` : type);
}
