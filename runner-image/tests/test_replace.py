"""Replacement of the remaining statements during a run, and runs that start at a later statement."""

import time
from pathlib import Path
from typing import Any

from gateway import Runner, Running

WAITS = """\
import pathlib, time
go = pathlib.Path(__file__).with_name('go')
while not go.exists():
    time.sleep(0.01)
print('old')
print('old end')
"""


def waiting(runner: Runner, script: str = WAITS) -> Running:
    running = runner.submit(script)
    running.until("line", line=4)
    return running


def go(runner: Runner, running: Running) -> None:
    (runner.folder / running.run / "work" / "go").touch()


def test_replaces_the_remaining_statements_during_the_run(runner: Runner) -> None:
    running = waiting(runner)
    fixed = WAITS.replace("print('old')\n", "# a new way\nfor n in range(2):\n    print('new', n)\n")
    assert running.command("replace", script=fixed)["ok"]
    version = running.until("script")
    assert (version["version"], version["firstChanged"], version["by"]) == (2, 3, "alice")
    assert version["script"] == fixed
    assert version["statements"][3:] == [
        {"index": 3, "firstLine": 6, "lastLine": 7},
        {"index": 4, "firstLine": 8, "lastLine": 8},
    ]
    go(runner, running)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "new 0\nnew 1\nold end\n"
    versions = {e["index"]: e["version"] for e in running.of("statement") if e["state"] == "RUNNING"}
    assert versions == {0: 1, 1: 1, 2: 1, 3: 2, 4: 2}
    assert [e["line"] for e in running.of("line") if e["line"] > 5] == [6, 7, 6, 7, 6, 8]
    assert running.of("action")[-1]["name"] == "replace"


def test_refuses_to_change_a_started_statement(runner: Runner) -> None:
    running = waiting(runner)
    for changed in (
        WAITS.replace("0.01", "0.02"),
        WAITS.replace("import pathlib, time", "import pathlib, time, os"),
        "# moves everything down\n" + WAITS,
        "import pathlib, time\n",
        "",
    ):
        reply = running.command("replace", script=changed)
        assert reply["code"] == "STATEMENT_STARTED", reply
        assert reply["message"].startswith("Statement ") and "line" in reply["message"]
    assert not running.of("script")
    # A comment beside a started statement may change: its text and position stay.
    assert running.command("replace", script=WAITS.replace("exists():", "exists():  # soon"))["code"]
    go(runner, running)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "old\nold end\n"


def test_a_script_that_cannot_be_compiled_replaces_nothing(runner: Runner) -> None:
    running = waiting(runner)
    reply = running.command("replace", script=WAITS + "print(\n")
    assert reply["code"] == "SYNTAX_ERROR" and "line 7" in reply["message"]
    assert running.command("replace", script=WAITS + "return 1\n")["code"] == "SYNTAX_ERROR"
    assert running.command("replace", script=WAITS + "x = '" + "x" * 600_000 + "'\n")["code"] == "SCRIPT_TOO_LARGE"
    go(runner, running)
    assert running.end()["outcome"] == "SUCCEEDED"


def test_the_same_script_is_not_a_new_version(runner: Runner) -> None:
    running = waiting(runner)
    assert running.command("replace", script=WAITS)["ok"]
    go(runner, running)
    running.end()
    assert not running.of("script")


def test_a_function_that_is_defined_keeps_its_old_code(runner: Runner) -> None:
    script = "def f():\n    return 'old'\n" + WAITS.replace("print('old')", "print(f())")
    running = runner.submit(script)
    running.until("line", line=6)
    assert running.command("replace", script=script.replace("'old'", "'new'", 1))["code"] == "STATEMENT_STARTED"
    running.command("replace", script=script + "def f():\n    return 'new'\nprint(f())\n")
    go(runner, running)
    running.end()
    assert running.output() == "old\nold end\nnew\n"


def test_statements_can_be_added_after_the_last_one(runner: Runner) -> None:
    script = WAITS.replace("print('old')\nprint('old end')\n", "")
    running = waiting(runner, script)
    assert running.command("replace", script=script + "print('added')\n")["ok"]
    go(runner, running)
    running.end()
    assert running.output() == "added\n"


def test_tracebacks_and_inspect_show_the_new_text(runner: Runner) -> None:
    running = waiting(runner)
    end = "def shout():\n    return 1\nimport inspect\nprint(inspect.getsource(shout))\nraise OSError  # fixed\n"
    running.command("replace", script=WAITS.replace("print('old end')\n", end))
    go(runner, running)
    assert running.end()["outcome"] == "FAILED"
    assert "return 1" in running.output()
    assert "raise OSError  # fixed" in running.output("STDERR")


def test_replaces_the_statement_before_which_the_script_is_paused(runner: Runner) -> None:
    running = runner.submit("print('one')\nprint('two')\n", startPaused=True)
    prompt = running.prompt(1)
    running.step(prompt, "NEXT")
    running.prompt(2)
    assert running.command("replace", script="print('one')\n# but not\nprint('2')\n")["ok"]
    again = running.prompt(3)
    assert (again["reason"], again["stack"][-1]["line"]) == ("pause", 3)
    running.step(again, "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "one\n2\n"
    seen = [(e["index"], e["state"], e["attempt"]) for e in running.of("statement")]
    assert seen[2:] == [(1, "RUNNING", 1), (1, "PENDING", 0), (1, "RUNNING", 1), (1, "DONE", 1)]


def test_refuses_to_replace_a_started_statement_at_a_prompt(runner: Runner) -> None:
    running = runner.submit("for i in range(2):\n    print(i)\n", startPaused=True)
    running.step(running.prompt(1), "NEXT")
    running.prompt(2)
    reply = running.command("replace", script="for i in range(2):\n    print(-i)\n")
    assert reply["code"] == "STATEMENT_STARTED"


def test_fixes_a_failed_statement_and_continues(runner: Runner) -> None:
    script = "x = 3\ny = x / 0\nprint(y)\n"
    running = runner.submit(script, holdOnFailure=True)
    running.until("prompt", reason="failure")
    assert running.command("replace", script=script.replace("x = 3", "x = 4"))["code"] == "STATEMENT_STARTED"
    assert running.command("replace", script="x = 3\nz = 2\ny = x / z\nprint(y)\n")["ok"]
    running.command("decide", action="RETRY")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "1.5\n"
    ran = [(e["index"], e["attempt"], e["version"]) for e in running.of("statement") if e["state"] == "RUNNING"]
    assert ran == [(0, 1, 1), (1, 1, 1), (1, 2, 2), (2, 1, 2), (3, 1, 2)]


def test_replaces_statements_that_will_run_again_after_a_goto(runner: Runner) -> None:
    script = WAITS.replace("print('old')\n", "n = 1\n").replace("print('old end')\n", "assert n == 2\n")
    running = runner.submit(script, holdOnFailure=True)
    running.until("line", line=4)
    go(runner, running)
    running.until("prompt", reason="failure")
    (runner.folder / running.run / "work" / "go").unlink()
    running.command("decide", action="GOTO", line=3)
    running.until("statement", index=2, state="RUNNING", attempt=2)
    assert running.command("replace", script=script.replace("n = 1\n", "n = 2\n"))["ok"]
    go(runner, running)
    assert running.end()["outcome"] == "SUCCEEDED"


def test_a_late_replacement_changes_nothing(runner: Runner) -> None:
    """At any moment, either the whole replacement takes effect or nothing of it."""
    script = "".join(f"print({n})\n" for n in range(300))
    for n in range(6):
        running = runner.submit(script)
        time.sleep(n * 0.004)
        reply = running.command("replace", script=script.replace("print(299)", "print('fixed')"))
        running.end()
        expected = script if reply["ok"] is False else script.replace("print(299)", "print('fixed')")
        assert reply["ok"] or reply["code"] in ("STATEMENT_STARTED", "RUN_FINISHED", "UNKNOWN_RUN"), reply
        assert running.output() == "".join(f"{line[6:-1].strip(chr(39))}\n" for line in expected.splitlines())
        assert len(running.of("script")) == (1 if reply["ok"] else 0)


def test_replaces_nothing_when_the_file_cannot_be_written(runner: Runner) -> None:
    running = waiting(runner)
    work: Path = runner.folder / running.run / "work"
    (work / "script.py.new").mkdir()
    reply = running.command("replace", script=WAITS + "print('more')\n")
    assert reply["code"] == "INTERNAL" and "Nothing was replaced" in reply["message"]
    go(runner, running)
    running.end()
    assert running.output() == "old\nold end\n"


# --- start at a later statement -------------------------------------------------------------------------------------


def started_at(runner: Runner, index: int, script: str, **options: Any) -> Running:
    return runner.submit(script, startAt=index, **options)


def test_starts_a_run_at_a_later_statement(runner: Runner) -> None:
    running = started_at(runner, 2, '"""About."""\nprint("never")\nprint(__doc__)\nprint("end")\n')
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "About.\nend\n"
    seen = [(e["index"], e["state"], e["attempt"]) for e in running.of("statement")]
    assert seen[:3] == [(0, "SKIPPED", 0), (1, "SKIPPED", 0), (2, "RUNNING", 1)]


def test_reports_the_omitted_statements(runner: Runner) -> None:
    script = "import os\nfrom math import pi\nx = 1\nprint('x' in globals(), 'os' in globals())\n"
    running = started_at(runner, 3, script)
    running.end()
    assert running.output() == "False False\n"
    detail = running.of("action")[0]["detail"]
    assert "Statements 1 to 3 (lines 1 to 3)" in detail and "import os" in detail and "from math import pi" in detail


def test_omitted_statements_count_as_started_for_a_replacement(runner: Runner) -> None:
    script = "x = 1\nprint('a')\nprint('b')\n"
    running = started_at(runner, 1, script, startPaused=True)
    running.prompt(1)
    assert running.command("replace", script=script.replace("x = 1", "x = 2"))["code"] == "STATEMENT_STARTED"
    assert running.command("replace", script=script.replace("'b'", "'c'"))["ok"]
    running.command("resume")
    running.end()
    assert running.output() == "a\nc\n"


def test_refuses_a_start_beyond_the_end(runner: Runner) -> None:
    running = started_at(runner, 2, "x = 1\ny = 2\n")
    assert running.reply["code"] == "BAD_INPUT" and "2 statements" in running.reply["message"]
    assert started_at(runner, 0, "").end()["outcome"] == "SUCCEEDED"


def test_starts_a_run_at_the_statement_of_a_line(runner: Runner) -> None:
    script = "x = 1\n\n@(lambda f: f)\ndef f():\n    return 2\n\x0c\nprint(f()); y = 1\nprint('end')\n"
    reply = runner.gateway.command("statements", script=script)
    spans = [(s["index"], s["firstLine"], s["lastLine"]) for s in reply["result"]]
    assert spans == [(0, 1, 1), (1, 3, 5), (2, 7, 7), (3, 7, 7), (4, 8, 8)]
    running = runner.submit(script, startLine=3)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "2\nend\n"
    for line, nearest in ((2, 1), (4, 3), (6, 7), (99, 8)):
        refused = runner.submit(script, startLine=line).reply
        assert refused["code"] == "BAD_INPUT"
        assert refused["message"].endswith(f"begins at line {line}. The nearest begins at line {nearest}.")
    assert runner.submit(script, startLine=3, startAt=4).reply["code"] == "BAD_INPUT"
    assert runner.gateway.command("statements", script="x = (\n")["code"] == "SYNTAX_ERROR"
    assert runner.gateway.command("statements", script="")["result"] == []
