"""What an observing script says to people, and asks of them. docs/scripts.md tells how to use it.

Inside Sequencer it reaches the browser; anywhere else the terminal, so that the same script runs under plain Python.
"""

import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer_runner.script.io.operator_prompts import OperatorPrompts

_current_dialogue: "Callable[[], OperatorPrompts | None] | None"
try:
    from sequencer_runner.script.io.operator_prompts import current_operator_prompts as _current_dialogue
except ImportError:
    _current_dialogue = None

__all__ = ["ask", "confirm", "progress"]

_YES, _NO = {"yes", "y"}, {"no", "n"}


def ask(question: str, default: str | None = None, timeout: float | None = None) -> str:
    """Waits until somebody answers. After `timeout` seconds the default is the answer; without one, TimeoutError."""
    return _ask("text", str(question), None if default is None else str(default), timeout)


def confirm(question: str, default: bool | None = None, timeout: float | None = None) -> bool:
    """Waits until somebody says yes or no; True for yes."""
    word = None if default is None else "yes" if default else "no"
    return _ask("confirm", str(question), word, timeout) == "yes"


def progress(done: float, total: float | None = None, name: str = "", text: str = "") -> None:
    """Shows how far something is. Cheap enough for every turn of a loop: only some ten words a second are sent on."""
    done = float(done)
    total = None if total is None else float(total)
    if not math.isfinite(done) or (total is not None and not math.isfinite(total)):
        raise ValueError("progress: done and total have to be finite numbers")
    dialogue = _dialogue()
    if dialogue is not None:
        dialogue.progress(str(name), done, total, str(text))
        return
    of = "" if total is None else f"/{total:g}"
    print(f"{name or 'progress'}: {done:g}{of} {text}".rstrip(), file=sys.stderr)  # noqa: T201 -- the terminal


def _ask(kind: str, question: str, default: str | None, timeout: float | None) -> str:
    if timeout is not None:
        timeout = float(timeout)
        if not math.isfinite(timeout):
            raise ValueError("timeout: it has to be a finite number of seconds, or None")
        timeout = max(0.0, timeout)
    dialogue = _dialogue()
    answer = (
        _ask_terminal(kind, question, default, timeout)
        if dialogue is None
        else dialogue.ask(kind, question, default, timeout)
    )
    if answer is not None:
        return answer
    if dialogue is not None and dialogue.leaving:
        raise EOFError("nobody can answer any more: the run is being stopped")
    if default is None:
        raise TimeoutError(f"nobody answered within {timeout:g} s: {question}")
    return default


def _ask_terminal(kind: str, question: str, default: str | None, timeout: float | None) -> str | None:
    """None when the time is over."""
    choice = " (yes/no)" if kind == "confirm" else ""
    preset = f" [{default}]" if default else ""
    while True:
        line = _read_line(f"{question}{choice}{preset} ", timeout)
        if line is None:
            return None
        if not line and default is not None:
            return default
        if kind == "text":
            return line
        if line.strip().lower() in _YES | _NO:
            return "yes" if line.strip().lower() in _YES else "no"


def _read_line(prompt: str, timeout: float | None) -> str | None:
    if timeout is None:
        return input(prompt)
    import select

    print(prompt, end="", flush=True)  # noqa: T201 -- the terminal
    ready, _, _ = select.select([sys.stdin], [], [], timeout)
    if not ready:
        print()  # noqa: T201
        return None
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def _dialogue() -> "OperatorPrompts | None":
    """None outside Sequencer, and in a child process, which is not the run."""
    return None if _current_dialogue is None else _current_dialogue()
