"""Finds the exceptions that led to another one: `__cause__`, `__context__`, and members of exception groups."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sequencer_runner.common.interruptions import CANCELLATIONS

# Exceptions from other processes have one of these, the text of their traceback, as their cause.
_REMOTE = {"_RemoteTraceback", "RemoteTraceback"}


@dataclass
class Causes:
    """`all`: every exception before the one that it led to, members before their group, the exception itself last."""

    all: list[BaseException] = field(default_factory=list)
    first: BaseException = field(default_factory=BaseException)
    """The first that is not merely an interruption, if there is one."""
    _led_to: dict[int, BaseException] = field(default_factory=dict)

    @classmethod
    def of(cls, error: BaseException) -> "Causes":
        kept = cls._walk(error, drop_background=True)
        if all(_is_cancellation(each) for each in kept.all):
            kept = cls._walk(error, drop_background=False)
        return kept

    @classmethod
    def _walk(cls, error: BaseException, *, drop_background: bool) -> "Causes":
        found = cls()
        seen = {id(error)}
        quiet: set[int] = set()

        def unseen(led_from: BaseException | None, to: BaseException) -> Iterator[BaseException]:
            if led_from is not None and id(led_from) not in seen:
                seen.add(id(led_from))
                found._led_to[id(led_from)] = to
                yield led_from

        # Without recursion: chains may be long. `begin`: how many were found before the causes of the exception.
        left: list[tuple[str, BaseException, int]] = [("causes", error, 0)]
        while left:
            what, each, begin = left.pop()
            if what == "causes":
                left.append(("members", each, len(found.all)))
                left += [("causes", before, 0) for before in unseen(_before(each), each)]
            elif what == "members":
                background = drop_background and _is_interruption(each) and each.__cause__ is None
                if background and not any(isinstance(one, KeyboardInterrupt) for one in found.all[begin:]):
                    # An exception that was being handled at the time of an interruption did not cause it.
                    del found.all[begin:]
                left.append(("itself", each, 0))
                for member in reversed(members(each)):
                    left += [("causes", one, 0) for one in unseen(member, each)]
            else:
                inner = members(each)
                if _is_interruption(each) or (inner and all(id(one) in quiet for one in inner)):
                    quiet.add(id(each))
                found.all.append(each)
        loud = (each for each in found.all if id(each) not in quiet)
        interrupts = (each for each in found.all if isinstance(each, KeyboardInterrupt))
        found.first = next(loud, next(interrupts, found.all[0]))
        return found

    def after_first(self) -> list[BaseException]:
        at = next(i for i, each in enumerate(self.all) if each is self.first)
        return self.all[at + 1 :]

    def path(self) -> list[BaseException]:
        """The chain from the first cause to the exception that ended the script."""
        path = [self.first]
        while (after := self._led_to.get(id(path[-1]))) is not None:
            path.append(after)
        return path


def everything(error: BaseException) -> list[BaseException]:
    return Causes._walk(error, drop_background=False).all


def remote_traceback(error: BaseException) -> str:
    """The text of the traceback in another process, if the exception was raised there."""
    cause = error.__cause__
    return str(cause) if cause is not None and type(cause).__name__ in _REMOTE else ""


def members(error: BaseException) -> tuple[BaseException, ...]:
    """The members of an exception group, including that of the backport for Python before 3.11."""
    if not any(kind.__name__ == "BaseExceptionGroup" for kind in type(error).__mro__):
        return ()
    inner = getattr(error, "exceptions", ())
    return tuple(one for one in inner if isinstance(one, BaseException)) if isinstance(inner, (list, tuple)) else ()


def _before(error: BaseException) -> BaseException | None:
    cause = error.__cause__
    if cause is not None:
        return None if type(cause).__name__ in _REMOTE else cause
    return None if error.__suppress_context__ else error.__context__


def _is_interruption(error: BaseException) -> bool:
    return isinstance(error, KeyboardInterrupt) or _is_cancellation(error)


def _is_cancellation(error: BaseException) -> bool:
    return any(kind.__name__ in CANCELLATIONS for kind in type(error).__mro__)
