/** Two keys in a row go to a page: `g o`, `g s`, `g h`. */
import { useRouter } from 'vue-router';
import { useKeys } from '../lib/keys.ts';

const TOGETHER_MS = 1500;

/** @param sequencer the address of the sequencer that one would go to */
export function useGoKeys(sequencer: () => string): void {
  const router = useRouter();
  let began = 0;
  useKeys((key) => {
    if (key === 'g') {
      began = Date.now();
      return true;
    }
    const isSecond = Date.now() - began < TOGETHER_MS;
    began = 0;
    const to = { o: '/', s: sequencer(), h: '/history' }[key];
    if (!isSecond || to === undefined) return false;
    void router.push(to);
    return true;
  });
}
