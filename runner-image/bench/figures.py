"""Measures the runner without the API, on each Python for which figures are promised. Prints a JSON line per figure.

python runner-image/bench/figures.py [PART ...]     PART: ratios, latencies, journal, memory; default: all
"""

import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent.parent / folder) for folder in ("src", "tests")]

import journal
import latencies
import memory
import ratios
from pythons import pythons
from report import Report

VERSIONS = ("3.12", "3.13")
PARTS = {"ratios": ratios.measure, "latencies": latencies.measure, "journal": journal.measure, "memory": memory.measure}


def main() -> None:
    wanted = sys.argv[1:] or list(PARTS)
    installed = pythons()
    for version in VERSIONS:
        report = Report(version)
        python = installed.get(version)
        if python is None:
            report("the runner's own figures", "this Python is not installed", "measured", False)
            continue
        for part in wanted:
            with tempfile.TemporaryDirectory() as folder:
                PARTS[part](python, Path(folder), report)


if __name__ == "__main__":
    main()
