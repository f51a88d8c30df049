import { SettingsError } from '@sequencer/model/settings';

/** A problem that the user has to fix. Its message is printed without a stack. */
export class UserError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UserError';
  }
}

const ADVICE: Record<string, string> = {
  ENOSPC: 'there is no space left on its disk. Free some space, or set DATA_DIR to a folder on another disk',
  EDQUOT: 'the disk quota of this user is used up. Free some space, or set DATA_DIR to a folder on another disk',
  EROFS: 'its disk is read-only. Set DATA_DIR to a folder on another disk',
  EACCES:
    'this user has no permission. Change its owner, start Sequencer as that user, or set DATA_DIR to another folder',
  EPERM:
    'this user has no permission. Change its owner, start Sequencer as that user, or set DATA_DIR to another folder',
  EISDIR: 'it is a folder, and has to be a file. Move it away, or set DATA_DIR to another folder',
  ENOTDIR: 'a part of this path is a file, and has to be a folder. Move it away, or set DATA_DIR to another folder',
  EEXIST: 'it is a file, and has to be a folder. Move it away, or set DATA_DIR to another folder',
  EIO: 'its disk reports an error. Check the disk, or set DATA_DIR to a folder on another disk',
};

/** The error as a UserError if the user can fix its cause; null for a defect. */
export function asUserError(error: unknown): UserError | null {
  if (error instanceof UserError) return error;
  if (error instanceof SettingsError) return new UserError(error.message);
  const { code, path } = error as NodeJS.ErrnoException;
  const advice = ADVICE[code ?? ''];
  return advice === undefined ? null : new UserError(`${path ?? 'The data folder'} cannot be used: ${advice}.`);
}
