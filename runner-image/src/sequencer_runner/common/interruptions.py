"""Exceptions that ask code to stop. They are not failures themselves."""

CANCELLATIONS = frozenset({"CancelledError", "Cancelled", "GeneratorExit"})
"""Class names, from asyncio, concurrent.futures, trio and others."""


def is_interruption(failure: str) -> bool:
    """`failure`: class and message, as recorded, such as `KeyError: 'az'`."""
    name = failure.partition(":")[0].rpartition(".")[2]
    return name == "KeyboardInterrupt" or name in CANCELLATIONS
