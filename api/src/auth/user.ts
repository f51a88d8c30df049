/** Who acts. */
import { ERRORS, SequencerError, UNSEEN } from '@sequencer/model';
import type { Grant } from './grants.ts';

/** Letters and digits of any script, and few signs: nothing that could be taken for something else when it is shown. */
export const USER_NAME = new RegExp(String.raw`^(?!.*${UNSEEN.source})(?:[\p{L}\p{N}]\p{M}{0,3}|[._@+-]){1,64}$`, 'u');

export interface User extends Grant {
  readonly name: string;
}

/** Who has not come in: to ask who it is fails, with the reason. */
export function anonymous(why: string = ERRORS.UNAUTHENTICATED): User {
  const refuse = (): never => {
    throw new SequencerError('UNAUTHENTICATED', why);
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
