"""The permanent token of this runner for the gateway: a value, or a file that is read at each connection."""

import logging
from pathlib import Path

_log = logging.getLogger("sequencer_runner.secret")


class Secret:
    def __init__(self, value: str, file: Path | None = None) -> None:
        """Raises OSError or ValueError when the file cannot be used."""
        self._file = file
        self._value = value if file is None else _read(file)

    def read(self) -> str:
        """The current value. While the file cannot be read, the value that was last read."""
        if self._file is not None:
            try:
                self._value = _read(self._file)
            except (OSError, ValueError) as error:
                _log.warning("the token file cannot be read, using the previous token: %s", error)
        return self._value


def _read(file: Path) -> str:
    lines = file.read_text().strip().splitlines()
    if len(lines) != 1:
        raise ValueError(f"{file} must contain exactly one line: the token.")
    return lines[0]
