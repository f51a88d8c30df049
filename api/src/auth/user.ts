/** The user of a request. */
import { SequencerError, UNSEEN } from '@sequencer/model';
import type { Grant } from './grants.ts';

/** Letters and digits of any script, and a few signs. Invisible characters are excluded. */
export const USER_NAME = new RegExp(String.raw`^(?!.*${UNSEEN.source})(?:[\p{L}\p{N}]\p{M}{0,3}|[._@+-]){1,64}$`, 'u');

export interface User extends Grant {
  readonly name: string;
}

/** The user of a request that is not authenticated. Reading any field throws UNAUTHENTICATED with the reason. */
export function anonymous(reason = new SequencerError('UNAUTHENTICATED')): User {
  const refuse = (): never => {
    throw reason;
  };
  return {
    get name() {
      return refuse();
    },
    get role() {
      return refuse();
    },
    get sequencers() {
      return refuse();
    },
  };
}
