"""Prints the figures."""

import json


class Report:
    """Prints the figures of one Python version."""

    def __init__(self, version: str) -> None:
        self._version = version

    def __call__(self, what: str, measured: str, bound: str, met: bool) -> None:
        figure = {"what": f"{what} ({self._version})", "measured": measured, "bound": bound, "met": met}
        print(json.dumps(figure), flush=True)
