"""How a figure is told."""

import json


class Report:
    """Of one Python."""

    def __init__(self, version: str) -> None:
        self._version = version

    def __call__(self, what: str, measured: str, bound: str, met: bool) -> None:
        told = {"what": f"{what} ({self._version})", "measured": measured, "bound": bound, "met": met}
        print(json.dumps(told), flush=True)
