"""A script that uses subinterpreters is paused, continued and stopped like any other."""

import sys

from gateway import Runner

NAME = "_interpreters" if sys.version_info >= (3, 13) else "_xxsubinterpreters"
SCRIPT = (
    f"import {NAME} as interpreters\nmade = interpreters.create()\nn = 0\nwhile True:\n    n += 1\n"
    "    if n % 50 == 0:\n        interpreters.run_string(made, 'import json')\n"
)


def test_a_script_with_subinterpreters_is_paused_continued_and_interrupted(runner: Runner) -> None:
    running = runner.submit(SCRIPT)
    running.until("line", line=5)
    assert running.command("pause")["ok"]
    running.until("pause", state="paused")
    assert running.command("resume")["ok"]
    running.until("pause", state="none")
    assert running.command("stop", level="INTERRUPT")["ok"]
    assert running.end()["outcome"] == "INTERRUPTED"
