"""The part of nextline that observing scripts use."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer_runner.script.tracing.probe import Probe

_current_probe: "Callable[[], Probe | None] | None"
try:
    from sequencer_runner.script.tracing.probe import current_probe as _current_probe
except ImportError:
    _current_probe = None

__all__ = ["disable_trace"]


@contextmanager
def disable_trace() -> Iterator[None]:
    """Disables tracing for the calling thread inside the block. Does nothing outside a runner."""
    probe = None if _current_probe is None else _current_probe()
    if probe is None:
        yield
        return
    probe.suspend()
    try:
        yield
    finally:
        probe.unsuspend()
