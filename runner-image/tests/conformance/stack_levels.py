"""Warnings about callers: in the script, in its functions, and beyond the script's first frame."""

import warnings

warnings.simplefilter("always")


def old(level):
    warnings.warn(f"level {level}", DeprecationWarning, stacklevel=level)


def caller(level):
    old(level)


for level in range(1, 6):
    old(level)
    caller(level)
    warnings.warn(f"direct {level}", stacklevel=level)
