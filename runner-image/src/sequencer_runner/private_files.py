"""Files and folders that other users of the machine cannot read."""

import os
from pathlib import Path


def private(path: str, flags: int) -> int:
    """An opener for `open`: only the owner can read the file, whatever the umask is. A script may change the umask."""
    return os.open(path, flags, 0o600)


def make_private(folder: Path) -> None:
    """Creates the folder if it does not exist. Raises OSError when it belongs to another user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
