"""The lasting secret by which the gateway knows this runner: a word, or a file that is read at each connection."""

import logging
from pathlib import Path

_log = logging.getLogger("sequencer_runner.secret")


class Secret:
    def __init__(self, word: str, file: Path | None = None) -> None:
        """OSError, ValueError: the file cannot be used."""
        self._file = file
        self._word = word if file is None else _read(file)

    def read(self) -> str:
        """While the file cannot be read, what it said before."""
        if self._file is not None:
            try:
                self._word = _read(self._file)
            except (OSError, ValueError) as error:
                _log.warning("the secret cannot be read, the one before is used: %s", error)
        return self._word


def _read(file: Path) -> str:
    lines = file.read_text().strip().splitlines()
    if len(lines) != 1:
        raise ValueError(f"{file} has to hold one line: the secret.")
    return lines[0]
