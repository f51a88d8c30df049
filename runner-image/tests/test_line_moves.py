"""Lines and breakpoints of a script in its next version."""

import time

import pytest
from gateway import Runner, Running
from hypothesis import given
from hypothesis import strategies as st
from test_replace import WAITS, go, waiting

from sequencer_runner.script.debugger.line_moves import LineMoves
from sequencer_runner.script.source.sources import parse

OLD = "a = 1\nb = 2\nfor n in range(3):\n    c = n\n    d = f(\n        n,\n    )\ne = 5\nprint(e)\n"


def moves(old: str, new: str) -> LineMoves:
    return LineMoves(parse(old, "<script>"), parse(new, "<script>"))


@pytest.mark.parametrize(
    ("line", "new", "expected"),
    [
        (8, OLD, 8),
        (8, OLD.replace("b = 2\n", "b = 2\nx = 1\ny = 2\n"), 10),
        (8, OLD.replace("b = 2\n", ""), 7),
        (8, OLD.replace("b = 2\n", "# one\n\n# two\nb = 2\n"), 11),
        (8, OLD.replace("e = 5", "e = 6"), 8),
        (8, OLD.replace("e = 5", "x = 1\ny = 2\ne = 6"), 10),
        (8, OLD.replace("e = 5\n", ""), None),
        (8, "e = 5\n" + OLD.replace("e = 5\n", ""), 1),
        (8, OLD.replace("e = 5", "if b:\n    e = 5"), 9),
        (8, OLD.replace("\n", "\r\n").replace("b = 2\r\n", ""), 7),
        (4, OLD.replace("a = 1", "a = 1\nz = 0"), 5),
        (4, OLD.replace("range(3)", "range(4)"), 4),
        (3, OLD.replace("range(3)", "range(4)"), 3),
        (6, OLD.replace("b = 2", "b = 2\nz = 0"), 6),
        (6, OLD.replace("        n,\n", "        n,\n        1,\n").replace("b = 2", "b = 2\nz = 0"), 6),
        (4, OLD.replace("    c = n\n", ""), None),
        (8, "\ufeff" + OLD.replace("b = 2\n", ""), 7),
    ],
)
def test_a_line_follows_its_statement(line: int, new: str, expected: int | None) -> None:
    assert moves(OLD, new).line(line) == expected


def test_compares_a_long_script_of_equal_lines_quickly() -> None:
    old = "f()\n" * 4000 + "g()\n"
    begin = time.monotonic()
    assert moves(old, "g(1)\n" + "f()\n" * 3999 + "h()\n" * 3000 + "g()\n").line(4001) == 7001
    assert time.monotonic() - begin < 10


statement = st.sampled_from([f"x = {n}" for n in range(6)] + ["f(1)", "f(2)"])


@given(st.lists(statement, min_size=1), st.lists(statement), st.integers(0, 20))
def test_inserted_lines_move_every_later_line(old: list[str], new: list[str], at: int) -> None:
    at = min(at, len(old))
    added = [*old[:at], *new, *old[at:]]
    found = moves("\n".join(old), "\n".join(added))
    lines = [found.line(n + 1) for n in range(len(old))]
    assert None not in lines
    assert lines == sorted(lines, key=lambda line: line or 0)
    assert [added[(line or 0) - 1] for line in lines] == old


def paused(runner: Runner, *points: dict[str, object]) -> Running:
    running = waiting(runner, WAITS.replace("print('old end')\n", "c = 3\ne = 5\nprint('end')\n"))
    wanted = [{"file": "<script>", "enabled": True, **point} for point in points]
    assert running.command("setBreakpoints", breakpoints=wanted)["ok"]
    return running


def replace(running: Running, old: str, new: str) -> list[dict[str, object]]:
    script = running.of("script")[-1]["script"] if running.of("script") else SCRIPT
    assert running.command("replace", script=script.replace(old, new))["ok"]
    found: list[dict[str, object]] = running.of("breakpoints")[-1]["breakpoints"]
    return found


SCRIPT = WAITS.replace("print('old end')\n", "c = 3\ne = 5\nprint('end')\n")


def test_a_breakpoint_follows_its_statement_with_condition_and_hits(runner: Runner) -> None:
    running = paused(
        runner,
        {"line": 7, "condition": "c == 3"},
        {"line": 6, "logMessage": "c={c}", "enabled": False},
        {"line": 1},
        {"line": 99},
    )
    moved = replace(running, "c = 3", "x = 1\ny = 2\nc = 3")
    first, second, third, fourth = moved
    assert {k: first.get(k) for k in ("line", "movedFrom", "condition", "problem", "requestedLine")} == {
        "line": 9,
        "movedFrom": 7,
        "condition": "c == 3",
        "problem": None,
        "requestedLine": None,
    }
    assert (second["line"], second["movedFrom"], second["logMessage"], second["enabled"]) == (8, 6, "c={c}", False)
    assert (third["line"], "movedFrom" in third) == (1, False)
    assert "no code" in str(fourth["problem"])
    # The page sends the whole list at each change.
    again = [{k: b[k] for k in ("file", "line", "condition", "enabled") if k in b} for b in (first, third)]
    assert running.command("setBreakpoints", breakpoints=again[:1])["result"][0]["movedFrom"] == 7
    go(runner, running)
    prompt = running.prompt(1)
    assert (prompt["stack"][-1]["line"], prompt["breakpoint"]["line"]) == (9, 9)
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"


def test_reports_a_breakpoint_whose_statement_was_removed(runner: Runner) -> None:
    running = paused(runner, {"line": 7})
    [point] = replace(running, "e = 5\n", "")
    assert point["problem"] == "Its statement, line 7, was removed when the script was replaced."
    # When the page sends it again, it does not stop at the statement that now has its line.
    sent = {"file": "<script>", "line": 7, "enabled": True}
    moved = running.command("setBreakpoints", breakpoints=[sent, {**sent, "line": 6}])["result"]
    assert [b.get("problem") is None for b in moved] == [False, True]
    assert replace(running, "c = 3", "x = 1\nc = 3")[1]["line"] == 7
    go(runner, running)
    assert running.prompt(1)["stack"][-1]["line"] == 7
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
    assert len(running.of("prompt")) == 1


def test_a_step_until_a_line_follows_the_statement_of_that_line(runner: Runner) -> None:
    running = runner.submit(SCRIPT, startPaused=True)
    running.step(running.prompt(1), "UNTIL", 7)
    running.until("line", line=4)
    replace(running, "c = 3", "x = 1\nc = 3")
    go(runner, running)
    assert running.prompt(2)["stack"][-1]["line"] == 8
    running.command("resume")
    assert running.end()["outcome"] == "SUCCEEDED"
