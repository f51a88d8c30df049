"""Files and folders that other users of the machine cannot read."""

import os
from pathlib import Path


def private(path: str, flags: int) -> int:
    """An opener: the file is for its owner alone, whatever the umask, which is the script's."""
    return os.open(path, flags, 0o600)


def make_private(folder: Path) -> None:
    """Raises OSError when it belongs to another user."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
