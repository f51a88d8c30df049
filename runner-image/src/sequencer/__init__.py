"""Questions and progress of observing scripts. See docs/scripts.md.

Inside Sequencer they are shown in the browser, elsewhere in the terminal: the same script also runs under plain Python.
"""

import math
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer_runner.script.io.operator_prompts import Kind, OperatorPrompts

_current_prompts: "Callable[[], OperatorPrompts | None] | None"
try:
    from sequencer_runner.script.io.operator_prompts import current_operator_prompts as _current_prompts
except ImportError:
    _current_prompts = None

__all__ = ["ask", "confirm", "progress"]

_YES, _NO = {"yes", "y"}, {"no", "n"}


def ask(question: str, default: str | None = None, timeout: float | None = None) -> str:
    """Asks the operator a question and waits for the answer.

    Returns the answer, or the default after `timeout` seconds. Raises TimeoutError if there is no default, and EOFError
    if the run is being stopped.
    """
    return _ask("text", str(question), None if default is None else str(default), timeout)


def confirm(question: str, default: bool | None = None, timeout: float | None = None) -> bool:
    """Asks the operator a yes-or-no question. Returns True for yes. Timeout and default are as in `ask`."""
    word = None if default is None else "yes" if default else "no"
    return _ask("confirm", str(question), word, timeout) == "yes"


def progress(done: float, total: float | None = None, name: str = "", text: str = "") -> None:
    """Shows the progress of a task, identified by `name`. Cheap enough for every iteration of a loop: at most about ten
    updates a second are sent.
    """
    done = float(done)
    total = None if total is None else float(total)
    if not math.isfinite(done) or (total is not None and not math.isfinite(total)):
        raise ValueError("progress: done and total must be finite numbers")
    prompts = _prompts()
    if prompts is not None:
        prompts.progress(str(name), done, total, str(text))
        return
    of = "" if total is None else f"/{total:g}"
    print(f"{name or 'progress'}: {done:g}{of} {text}".rstrip(), file=sys.stderr)  # noqa: T201 -- the terminal


def _ask(kind: "Kind", question: str, default: str | None, timeout: float | None) -> str:
    if timeout is not None:
        timeout = float(timeout)
        if not math.isfinite(timeout):
            raise ValueError("timeout: must be a finite number of seconds, or None")
        timeout = max(0.0, timeout)
    prompts = _prompts()
    answer = (
        _ask_terminal(kind, question, default, timeout)
        if prompts is None
        else prompts.ask(kind, question, default, timeout)
    )
    if answer is not None:
        return answer
    if prompts is not None and prompts.leaving:
        raise EOFError("no answer: the run is being stopped")
    if default is None:
        raise TimeoutError(f"no answer within {timeout:g} s: {question}")
    return default


def _ask_terminal(kind: str, question: str, default: str | None, timeout: float | None) -> str | None:
    """None after the timeout."""
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


def _prompts() -> "OperatorPrompts | None":
    """None outside Sequencer, and in a child process, which is not part of the run."""
    return None if _current_prompts is None else _current_prompts()
