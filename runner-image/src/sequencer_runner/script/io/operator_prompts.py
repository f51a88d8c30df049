"""Questions and progress of the script for operators: the implementation of `input()` and the module `sequencer`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from sequencer_runner.common.clock import iso, now_iso, now_ms
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.failure import hide_runner
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.streams import file_of
from sequencer_runner.script.isolation import public, script_sys

if TYPE_CHECKING:
    from sequencer_runner.protocol import ErrorCode

_QUESTION, _ANSWER, _NAME, _TEXT = 4000, 16 * 1024, 200, 1000
# Seconds between two progress events with the same name.
_PROGRESS_EVERY = 0.1
_WORDS = {"yes": "yes", "y": "yes", "no": "no", "n": "no"}
_WAIT = 0.2

_plain_input: Callable[..., str] = public("builtins").input
_NO_PROMPT = ""
_EMPTY_INPUT = file_of(0)


Kind = Literal["text", "confirm"]


@dataclass
class Question:
    number: int
    kind: Kind
    main: bool
    """Asked by the main thread, whose wait ends when a signal raises."""
    over: threads.Event = field(default_factory=threads.Event)
    answer: str | None = None


class OperatorPrompts:
    """One per script process. `where` returns the trace of the calling thread."""

    def __init__(self, channel: Channel, where: Callable[[], int], pass_on: Callable[[], None]) -> None:
        self._channel = channel
        self._where = where
        self._pass_on = pass_on
        self._lock = threads.RLock()
        self._last = 0
        self._open: dict[int, Question] = {}
        self._progress: dict[tuple[int, str], Progress] = {}
        self.leaving = False

    # --- in the script's threads ------------------------------------------------------------------------------------

    def ask(self, kind: Kind, question: str, default: str | None, timeout: float | None) -> str | None:
        """Asks the operator. Returns the answer; None after the timeout, or when the run is being stopped."""
        self._pass_on()
        deadline = None if timeout is None else time.monotonic() + timeout
        pending: Question | None = None
        try:
            pending = self._begin(kind, question, default, timeout)
            while not pending.over.wait(_wait(deadline)):
                if deadline is not None and time.monotonic() >= deadline:
                    self._end(pending, default, None)
        finally:
            if pending is not None:
                # Still open: a signal has raised in this thread.
                self._end(pending, None, None)
        return pending.answer

    def _begin(self, kind: Kind, question: str, default: str | None, timeout: float | None) -> Question:
        with self._lock:
            self._last += 1
            main = threads.is_main()
            pending = Question(self._last, kind, main)
            self._open[pending.number] = pending
            self._channel.event(
                {
                    "type": "ask",
                    "at": now_iso(),
                    "ask": pending.number,
                    "trace": self._where(),
                    "kind": kind,
                    "question": _text(question, _QUESTION),
                    "default": None if default is None else _text(default, _ANSWER),
                    "deadline": None if timeout is None else iso(now_ms() + int(timeout * 1000)),
                }
            )
            if self.leaving and not main:
                self._end(pending, None, None)
            return pending

    def progress(self, name: str, done: float, total: float | None, text: str) -> None:
        key = (self._where(), name[:_NAME])
        with self._lock:
            known = self._progress.get(key)
            if known is None:
                known = self._progress[key] = Progress()
                if len(self._progress) > 1000:
                    # Send the oldest and forget it. Its next progress counts as the first.
                    self._send_progress(*next(iter(self._progress.items())))
                    del self._progress[next(iter(self._progress))]
            known.unsent = (done, total, _text(text, _TEXT))
            if time.monotonic() - known.sent_at >= _PROGRESS_EVERY:
                self._send_progress(key, known)

    def _send_progress(self, key: tuple[int, str], progress: "Progress") -> None:
        unsent, progress.unsent = progress.unsent, None
        if unsent is not None:
            progress.sent_at = time.monotonic()
            done, total, text = unsent
            self._channel.event(
                {
                    "type": "progress",
                    "at": now_iso(),
                    "trace": key[0],
                    "name": _text(key[1], _NAME),
                    "done": done,
                    "total": total,
                    "text": text,
                }
            )

    # --- in other threads -------------------------------------------------------------------------------------------

    def answer(self, number: int, answer: str, by: str) -> None:
        with self._lock:
            pending = self._open.get(number)
            if pending is None:
                code: ErrorCode = "ASK_ANSWERED" if 0 < number <= self._last else "BAD_INPUT"
                text = "was already answered, or its time is over" if code == "ASK_ANSWERED" else "was never asked"
                raise CommandRefused(code, f"Question {number} {text}.")
            if pending.kind == "confirm":
                word = _WORDS.get(answer.strip().lower())
                if word is None:
                    raise CommandRefused("BAD_INPUT", "answer: yes or no is expected.")
                answer = word
            if "\n" in answer or "\r" in answer:
                raise CommandRefused("BAD_INPUT", "answer: it must be one line.")
            self._end(pending, answer, by)

    def _end(self, pending: Question, answer: str | None, by: str | None) -> None:
        with self._lock:
            if self._open.pop(pending.number, None) is None:
                return
            pending.answer = answer
            self._channel.event(
                {"type": "answered", "at": now_iso(), "ask": pending.number, "answer": answer, "by": by}
            )
            pending.over.set()

    def leave(self) -> None:
        """Ends the questions of threads because the run is being stopped. The signal ends one of the main thread."""
        with self._lock:
            self.leaving = True
            for pending in list(self._open.values()):
                if not pending.main:
                    self._end(pending, None, None)

    def tick(self) -> None:
        """Sends the latest progress that was held back."""
        with self._lock:
            now = time.monotonic()
            for key, progress in self._progress.items():
                if progress.unsent is not None and now - progress.sent_at >= _PROGRESS_EVERY:
                    self._send_progress(key, progress)

    def finish(self) -> None:
        """Sends the last progress."""
        with self._lock:
            for key, progress in self._progress.items():
                self._send_progress(key, progress)


@dataclass
class Progress:
    sent_at: float = 0.0
    unsent: tuple[float, float | None, str] | None = None
    """The latest values that were not sent yet."""


_current: OperatorPrompts | None = None


def current_operator_prompts() -> OperatorPrompts | None:
    """None outside a runner, and in forked children."""
    return _current


def install(prompts: OperatorPrompts) -> None:
    """From now on, `input()` in this process asks the operator."""
    global _current  # noqa: PLW0603 -- one process runs one script
    _current = prompts
    public("builtins").input = _input


def uninstall() -> None:
    """For a forked child, which is not part of the run. A replacement of `input` by the script stays."""
    global _current  # noqa: PLW0603
    _current = None


def _input(prompt: object = _NO_PROMPT, /) -> str:
    """Replaces `input()`: reads a line from the operator."""
    try:
        return _ask_for_line(prompt)
    except BaseException as error:
        # Python's own `input` is written in C and has no frame in tracebacks.
        hide_runner(error)
        raise


def _ask_for_line(prompt: object) -> str:
    prompts = _current
    if prompts is None or not _reads_keyboard():
        return _plain_input() if prompt is _NO_PROMPT else _plain_input(prompt)
    text = str(prompt)
    try:  # noqa: SIM105
        script_sys.stderr.flush()
    except Exception:
        # As Python does. Not contextlib.suppress, whose frame would be in a traceback.
        pass
    if text:
        script_sys.stdout.write(text)
        script_sys.stdout.flush()
    answer = prompts.ask("text", text, None, None)
    if answer is None:
        raise EOFError("input() was not answered: the run is being stopped")
    return answer


_input.__name__ = _input.__qualname__ = "input"


def _reads_keyboard() -> bool:
    """Whether `sys.stdin` is still the standard input from the runner. As in Python's rule for a terminal, it must have
    file descriptor 0. From any replacement, Python's own `input` reads."""
    if getattr(script_sys, "stdout", None) is None or getattr(script_sys, "stderr", None) is None:
        return False
    try:
        fd = script_sys.stdin.fileno()
        return type(fd) is int and fd == 0 and file_of(0) == _EMPTY_INPUT
    except Exception:
        # Closed, None, or without a file descriptor: Python's own `input` reports the error.
        return False


def _text(text: str, longest: int) -> str:
    """Escapes lone surrogates, and limits the length."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _wait(deadline: float | None) -> float:
    return _WAIT if deadline is None else min(_WAIT, max(0.0, deadline - time.monotonic()))
