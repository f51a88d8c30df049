"""Captures the output of an evaluation, which is output of the run and also part of the reply."""

from sequencer_runner.script import threads

_KEPT_BYTES = 8 * 1024


class OutputCapture:
    """What one thread prints, up to 8 KiB. Threads of the runner count too: they pass on output of others."""

    def __init__(self, own_threads: set[int]) -> None:
        self._threads = own_threads | {threads.get_ident()}
        self._parts: list[bytes] = []
        self._left = _KEPT_BYTES

    def add(self, data: memoryview) -> None:
        if self._left >= 0 and threads.get_ident() in self._threads:
            self._parts.append(bytes(data[: self._left]))
            self._left -= len(data)

    @property
    def text(self) -> str:
        text = b"".join(self._parts).decode(errors="backslashreplace")
        return text if self._left >= 0 else f"{text}…\n"
