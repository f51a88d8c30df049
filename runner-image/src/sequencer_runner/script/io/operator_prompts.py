"""What the script sends to people besides its output, and its questions to them: behind `input()` and the module
`sequencer`."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sequencer_runner.common.clock import iso, now_ms
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.failure import hide_runner
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.streams import file_of
from sequencer_runner.script.isolation import public, script_sys

_QUESTION, _ANSWER, _NAME, _TEXT = 4000, 16 * 1024, 200, 1000
# Seconds between two words about the progress of one thing.
_PROGRESS_EVERY = 0.1
_WORDS = {"yes": "yes", "y": "yes", "no": "no", "n": "no"}
_WAIT = 0.2

_plain_input: Callable[..., str] = public("builtins").input
_NO_PROMPT = ""
_EMPTY_INPUT = file_of(0)


@dataclass
class Question:
    number: int
    kind: str
    main: bool
    """Asked by the main thread, which a signal takes out of its wait."""
    over: threads.Event = field(default_factory=threads.Event)
    answer: str | None = None


class OperatorPrompts:
    """One for the script process. `where` tells the trace of the thread that speaks."""

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

    def ask(self, kind: str, question: str, default: str | None, timeout: float | None) -> str | None:
        """The answer; None when the time is over, or when the run is being stopped."""
        self._pass_on()
        deadline = None if timeout is None else time.monotonic() + timeout
        asked: Question | None = None
        try:
            asked = self._begin(kind, question, default, timeout)
            while not asked.over.wait(_wait(deadline)):
                if deadline is not None and time.monotonic() >= deadline:
                    self._end(asked, default, None)
        finally:
            if asked is not None:
                # Still open: a signal has taken the thread out of here.
                self._end(asked, None, None)
        return asked.answer

    def _begin(self, kind: str, question: str, default: str | None, timeout: float | None) -> Question:
        with self._lock:
            self._last += 1
            main = threads.is_main()
            asked = Question(self._last, kind, main)
            self._open[asked.number] = asked
            self._channel.event(
                "ask",
                ask=asked.number,
                trace=self._where(),
                kind=kind,
                question=_text(question, _QUESTION),
                default=None if default is None else _text(default, _ANSWER),
                deadline=None if timeout is None else iso(now_ms() + int(timeout * 1000)),
            )
            if self.leaving and not main:
                self._end(asked, None, None)
            return asked

    def progress(self, name: str, done: float, total: float | None, text: str) -> None:
        key = (self._where(), name[:_NAME])
        with self._lock:
            known = self._progress.get(key)
            if known is None:
                known = self._progress[key] = Progress()
                if len(self._progress) > 1000:
                    # The oldest is sent_at, and forgotten; its next unsent is a first one again.
                    self._send_progress(*next(iter(self._progress.items())))
                    del self._progress[next(iter(self._progress))]
            known.unsent = {"done": done, "total": total, "text": _text(text, _TEXT)}
            if time.monotonic() - known.sent_at >= _PROGRESS_EVERY:
                self._send_progress(key, known)

    def _send_progress(self, key: tuple[int, str], progress: "Progress") -> None:
        unsent, progress.unsent = progress.unsent, None
        if unsent is not None:
            progress.sent_at = time.monotonic()
            self._channel.event("progress", trace=key[0], name=_text(key[1], _NAME), **unsent)

    # --- in other threads -------------------------------------------------------------------------------------------

    def answer(self, number: int, answer: str, by: str) -> None:
        with self._lock:
            asked = self._open.get(number)
            if asked is None:
                code = "ASK_ANSWERED" if 0 < number <= self._last else "BAD_INPUT"
                text = "was answered already, or its time is over" if code == "ASK_ANSWERED" else "was never asked"
                raise CommandRefused(code, f"Question {number} {text}.")
            if asked.kind == "confirm":
                unsent = _WORDS.get(answer.strip().lower())
                if unsent is None:
                    raise CommandRefused("BAD_INPUT", "answer: say yes or no.")
                answer = unsent
            if "\n" in answer or "\r" in answer:
                raise CommandRefused("BAD_INPUT", "answer: it has to be one line.")
            self._end(asked, answer, by)

    def _end(self, asked: Question, answer: str | None, by: str | None) -> None:
        with self._lock:
            if self._open.pop(asked.number, None) is None:
                return
            asked.answer = answer
            self._channel.event("answered", ask=asked.number, answer=answer, by=by)
            asked.over.set()

    def leave(self) -> None:
        """The run is being stopped. The main thread is interrupted anyway; nobody else is to wait for people."""
        with self._lock:
            self.leaving = True
            for asked in list(self._open.values()):
                if not asked.main:
                    self._end(asked, None, None)

    def tick(self) -> None:
        """Sends on what was said of progress meanwhile."""
        with self._lock:
            now = time.monotonic()
            for key, progress in self._progress.items():
                if progress.unsent is not None and now - progress.sent_at >= _PROGRESS_EVERY:
                    self._send_progress(key, progress)

    def finish(self) -> None:
        """The last words."""
        with self._lock:
            for key, progress in self._progress.items():
                self._send_progress(key, progress)


@dataclass
class Progress:
    sent_at: float = 0.0
    unsent: dict[str, object] | None = None
    """What was said since."""


_current: OperatorPrompts | None = None


def current_operator_prompts() -> OperatorPrompts | None:
    """None outside a runner, and in forked children."""
    return _current


def install(prompts: OperatorPrompts) -> None:
    """For this process: `input()` asks the operator from now on."""
    global _current  # noqa: PLW0603 -- one process runs one script
    _current = prompts
    public("builtins").input = _input


def uninstall() -> None:
    """In a forked child, which is not the run. A script may have replaced `input` meanwhile: that stays."""
    global _current  # noqa: PLW0603
    _current = None


def _input(prompt: object = _NO_PROMPT, /) -> str:
    """`input()`: the keyboard of a run is the browser."""
    try:
        return _ask_for_line(prompt)
    except BaseException as error:
        # Python's own is written in C: tracebacks have no frame of it.
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
        # As Python does. Not contextlib.suppress: a traceback would show its frame.
        pass
    if text:
        script_sys.stdout.write(text)
        script_sys.stdout.flush()
    answer = prompts.ask("text", text, None, None)
    if answer is None:
        raise EOFError("input() has nobody to ask: the run is being stopped")
    return answer


_input.__name__ = _input.__qualname__ = "input"


def _reads_keyboard() -> bool:
    """Whether `sys.stdin` is the standard input that the runner has given the script, by Python's own rule for a
    terminal: it has the file descriptor 0. Of what the script has put in its place, Python reads."""
    if getattr(script_sys, "stdout", None) is None or getattr(script_sys, "stderr", None) is None:
        return False
    try:
        fd = script_sys.stdin.fileno()
        return type(fd) is int and fd == 0 and file_of(0) == _EMPTY_INPUT
    except Exception:
        # It is closed, None, or has no file descriptor: Python's own `input` reports it.
        return False


def _text(text: str, longest: int) -> str:
    """What is no text at all (half a character) is shown as such; the rest is cut."""
    text = text.encode("utf-8", "backslashreplace").decode()
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def _wait(deadline: float | None) -> float:
    return _WAIT if deadline is None else min(_WAIT, max(0.0, deadline - time.monotonic()))
