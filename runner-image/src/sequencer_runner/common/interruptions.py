"""Exceptions by which code learns that it is to end: no failure of their own."""

CANCELLATIONS = frozenset({"CancelledError", "Cancelled", "GeneratorExit"})
"""Names of classes, of asyncio, concurrent.futures, trio and others."""


def is_interruption(failure: str) -> bool:
    """Of a failure as the record has it, `KeyError: 'az'`."""
    name = failure.partition(":")[0].rpartition(".")[2]
    return name == "KeyboardInterrupt" or name in CANCELLATIONS
