"""Versions of the packages that matter to a script."""

import contextlib
import functools

_PACKAGES = ("sorunlib", "ocs", "numpy", "so3g", "socs")


@functools.cache
def packages() -> dict[str, str]:
    """The versions of the installed packages, by name."""
    from importlib import metadata

    found = {}
    for name in _PACKAGES:
        with contextlib.suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found
