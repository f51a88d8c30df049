/** An exception as one line. What it says further, such as the replies of agents, stands in its traceback. */
import { visible } from './invisible-characters.ts';
export function causeText(type: string, message: string): string {
  const [head = ''] = message.trim().split('\n');
  return visible(head ? `${type}: ${head}` : type);
}
