import os
import sys

import coverage


def inner(n):
    if n > 1:
        return n + 1
    return n


def outer(n):
    total = 0
    for k in range(n):
        total += inner(k)
    return total


def measured(core):
    os.environ["COVERAGE_CORE"] = core
    cover = coverage.Coverage(data_file=None, config_file=False)
    cover.start()
    outer(2)
    cover.stop()
    seen = sorted(cover.get_data().lines(__file__))
    used = dict(cover.sys_info())["core"] if "core" in dict(cover.sys_info()) else None
    return used, seen


cores = ["ctrace", "pytrace"]
if sys.version_info >= (3, 12):
    cores.append("sysmon")
for core in cores:
    print(core, measured(core))
print(outer(3))
