"""A script that cannot start is refused with a message and leaves no files."""

from pathlib import Path

import pytest
from gateway import Runner
from pythons import pythons
from script_host import ScriptHost, environment, run_plainly

from sequencer_runner.supervisor.checks import check_script

HOST = "daq-satp1-sequencer"
PYTHONS = pythons()
DEEP = 2900
"""Python 3.10 to 3.12 compile an expression of almost 3000 levels."""


def refused(runner: Runner, script: str) -> tuple[str, str]:
    running = runner.submit(script)
    assert running.reply["ok"] is False
    assert running.events == []
    assert not (runner.folder / running.run).exists()
    return running.reply["code"], running.reply["message"]


def test_reports_the_line_of_a_syntax_error(runner: Runner) -> None:
    code, message = refused(runner, "x = 1\ny = \n")
    assert (code, message) == ("SYNTAX_ERROR", "line 2: invalid syntax")


def test_reports_errors_that_only_the_compiler_finds(runner: Runner) -> None:
    for script in ("return 1\n", "await x\n", "def f():\n    nonlocal y\n", "x = 1\n" + "(" * 5000, "break\n"):
        code, message = refused(runner, script)
        assert code == "SYNTAX_ERROR" and message


def test_refuses_a_script_that_is_nested_too_deeply(runner: Runner) -> None:
    code, _ = refused(runner, "x = " + "-" * 100_000 + "1\n")
    assert code == "SYNTAX_ERROR"


def test_refuses_a_script_over_512_kib(runner: Runner) -> None:
    code, message = refused(runner, "# " + "x" * 512 * 1024)
    assert code == "SCRIPT_TOO_LARGE"
    assert "512 KiB" in message
    assert runner.submit("#" * (512 * 1024 - 1) + "\n").end()["outcome"] == "SUCCEEDED"


def test_refuses_a_script_that_is_not_text(runner: Runner) -> None:
    assert refused(runner, "print('\0')\n")[0] == "SCRIPT_NOT_TEXT"
    assert refused(runner, "print('\udc80')\n")[0] == "SCRIPT_NOT_TEXT"


def test_reports_a_missing_ocs_configuration_before_the_run(runner: Runner) -> None:
    code, message = refused(runner, "import sorunlib as run\nrun.initialize()\n")
    assert code == "OCS_CONFIG_MISSING"
    assert "OCS_CONFIG_DIR is not set" in message
    assert any("OCS_CONFIG_DIR" in p for p in runner.gateway.hellos[-1]["problems"])


def test_check_returns_findings_without_running_the_script(runner: Runner) -> None:
    reply = runner.gateway.command("check", script="x = \n")
    assert reply["ok"]
    assert reply["result"] == [
        {"severity": "error", "line": 1, "column": 5, "code": "SYNTAX_ERROR", "message": "line 1: invalid syntax"}
    ]
    assert runner.gateway.command("check", script="open('/tmp/never', 'w')\n")["result"] == []


def test_warns_of_a_script_for_another_telescope() -> None:
    script = "import socket\nassert socket.gethostname() == 'daq-lat-sequencer', 'platform check failed'\n"
    (finding,) = check_script(script, HOST)
    assert (finding.severity, finding.line, finding.code) == ("warning", 2, "PLATFORM_CHECK")
    assert check_script(script, "daq-lat-sequencer") == []


def test_starts_a_script_with_a_compiler_warning(runner: Runner) -> None:
    script = "x = 1\nprint(x is 1)\n"
    (finding,) = check_script(script, HOST)
    assert (finding.severity, finding.line, finding.code) == ("warning", 2, "SYNTAX_WARNING")
    assert runner.submit(script).end()["outcome"] == "SUCCEEDED"


@pytest.mark.parametrize("version", PYTHONS)
@pytest.mark.parametrize(
    "deep",
    [
        "y = 2; x = 1" + " + 1" * DEEP + "; z = x",
        "class A: pass\nA.a = A\nx = A" + ".a" * DEEP,
        "x = 5\nif x == 1: pass\n" + "elif x == 2: pass\n" * DEEP,
        "f = lambda *a: f\nx = f(\n)" + "()" * DEEP,
        "@(lambda f: f)\ndef f(): return " + "not " * DEEP + "1\nx = f()",
    ],
    ids=["sum", "attributes", "elif", "calls", "function"],
)
def test_a_deep_expression_runs_as_in_plain_python(version: str, tmp_path: Path, deep: str) -> None:
    path = tmp_path / "script.py"
    path.write_text(f"a = 0\n{deep}\nprint('done')\nraise ValueError\n")
    plain = run_plainly(PYTHONS[version], path, [], environment())
    for start_at in (0, 1):
        ended = ScriptHost(PYTHONS[version], environment()).run(path, [], [], [], start_at=start_at)
        assert (ended.status, ended.stdout, ended.stderr) == (1, b"done\n", plain.stderr)


def test_a_deep_expression_starts_at_a_later_statement(runner: Runner) -> None:
    running = runner.submit("a = 0\nx = 1" + " + 1" * 1500 + "\nprint(x)\n", startAt=1)
    assert running.end()["outcome"] == "SUCCEEDED"
    assert running.output() == "1501\n"


def test_check_reports_whatever_cannot_be_compiled(runner: Runner) -> None:
    running = runner.submit("a = 1\nb = 2\n", startPaused=True)
    running.prompt(1)
    for value in ("-" * 100_000 + "1", "(" * 1000, "\0", "1" + "0" * 5000, "("):
        assert check_script(f"x = {value}", HOST)[0].code in ("SYNTAX_ERROR", "SCRIPT_NOT_TEXT")
        replaced = running.command("replace", script=f"x = {value}")
        assert replaced["code"] in ("SYNTAX_ERROR", "SCRIPT_NOT_TEXT") and replaced["message"]
        evaluated = running.command("evaluate", trace=1, prompt=1, frame=0, expression=value[:15_000])
        assert evaluated["result"]["ok"] is False
        point = {"file": "<script>", "line": 2, "enabled": True, "condition": value[:15_000]}
        (point_set,) = running.command("setBreakpoints", breakpoints=[point])["result"]
        assert point_set["problem"].startswith("Python cannot compile its expression")
    running.command("setBreakpoints", breakpoints=[])
    running.step(running.prompt(1), "CONTINUE")
    assert running.end()["outcome"] == "SUCCEEDED"


@pytest.mark.parametrize("script", ["x = (", "if x:\n", "x = '''\n\n", "def f(:\n"])
def test_reports_an_error_beyond_the_last_line_at_the_last_line(script: str) -> None:
    (finding,) = check_script(script, HOST)
    assert finding.line is not None and 1 <= finding.line <= script.count("\n") + 1
    assert finding.column is None or finding.column > 0


def test_refuses_a_script_with_too_many_statements(runner: Runner) -> None:
    code, message = refused(runner, "0\n" * 90_000)
    assert code == "SCRIPT_TOO_LARGE"
    assert "90000 statements; the limit is 20000" in message
    (finding,) = check_script("0\n" * 20_001, HOST)
    assert (finding.severity, finding.line) == ("error", 20_001)
    assert check_script("0\n" * 20_000, HOST) == []


def test_reports_characters_that_hide_code() -> None:
    script = (
        'level = "user"\nif level != "user\u202e \u2066# check if admin\u2069 \u2066":\n    print(1)\n'
        "name\u3164 = 'a\u200bb'\n# caf\u00e9 \u2192 \U0001f469\u200d\U0001f680 \u5c04\f\n"
    )
    found = [f for f in check_script(script, HOST) if f.code == "HIDDEN_CHARACTERS"]
    assert [(f.severity, f.line, f.column) for f in found] == [("warning", 2, 18), ("warning", 4, 5)]
    assert "U+202E RIGHT-TO-LEFT OVERRIDE, U+2066 LEFT-TO-RIGHT ISOLATE" in found[0].message
    many = check_script("# \u202e\n" * 100, HOST)
    assert len(many) == 21 and many[-1].message == "80 more lines contain hidden characters."
