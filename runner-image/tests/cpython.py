"""Runs modules of CPython's own test suite as scripts, in plain Python and under the runner. The same tests must pass.

python runner-image/tests/cpython.py [MODULE ...]
"""

import re
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "src"))

from pythons import pythons
from script_host import Ended, ScriptHost, environment, run_plainly

MODULES = [
    "test_atexit",
    "test_contextlib",
    "test_contextlib_async",
    "test_coroutines",
    "test_asyncgen",
    "test_exceptions",
    "test_generators",
    "test_queue",
    "test_scope",
    "test_signal",
    "test_sys_setprofile",
    "test_threading",
    "test_threading_local",
    "test_types",
    "test_unittest.test_async_case",
    "test_weakref",
    "test_with",
]
# These fail before 3.12, where the runner uses `sys.settrace`: it keeps a copy of the locals of each traced frame, and
# changes where a signal is delivered.
KNOWN_FAILURES_OF_SETTRACE = {
    "test.test_contextlib.ContextManagerTestCase.test_nokeepref",
    "test.test_generators.SignalAndYieldFromTest.test_raise_and_yield_from",
}
SCRIPT = """\
import unittest
from importlib import import_module

module = import_module("test.{name}")
result = unittest.TextTestRunner(verbosity=0).run(unittest.defaultTestLoader.loadTestsFromModule(module))
bad = sorted(test.id() for test, _ in [*result.failures, *result.errors])
print("RESULT", result.testsRun, len(result.skipped), bad)
"""


def result(ended: Ended) -> str:
    found = re.search(r"^RESULT (.*)$", ended.stdout.decode(errors="replace"), re.MULTILINE)
    return found.group(1) if found else f"no result, exit status {ended.status}: {ended.stderr[-300:]!r}"


def without_known_failures(text: str, version: str) -> str:
    if tuple(map(int, version.split("."))) < (3, 12):
        for name in KNOWN_FAILURES_OF_SETTRACE:
            text = text.replace(f"{name!r}", "")
    return text


def main() -> int:
    # A shell ignores SIGINT in background jobs, but the tests of signals need it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    different = 0
    for version, python in pythons().items():
        for name in sys.argv[1:] or MODULES:
            with tempfile.TemporaryDirectory() as folder:
                script = Path(folder) / "script.py"
                script.write_text(SCRIPT.format(name=name))
                plain = result(run_plainly(python, script, [], environment()))
                watched = result(ScriptHost(python, environment()).run(script, [], [], []))
            same = plain == without_known_failures(watched, version)
            different += not same
            print(f"{'ok  ' if same else 'DIFF'} {version} {name}: {watched}", flush=True)
            if not same:
                print(f"     plain Python: {plain}", flush=True)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
