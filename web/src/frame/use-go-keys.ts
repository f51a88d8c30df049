/** Two keys in a row open a page: `g o`, `g s`, `g q`, `g h`. */
import { useRouter } from 'vue-router';
import { useKeys } from '../lib/keys.ts';

/** @param sequencer returns the address of the sequencer page that `g s` opens */
export function useGoKeys(sequencer: () => string): void {
  const router = useRouter();
  const go = (address: () => string) => () => {
    void router.push(address());
    return true;
  };
  useKeys({
    goOverview: go(() => '/'),
    goSequencer: go(sequencer),
    goQueue: go(() => (sequencer() === '/' ? '/' : `${sequencer()}/queue`)),
    goHistory: go(() => '/history'),
  });
}
