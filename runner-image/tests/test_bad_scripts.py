"""Scripts that cannot start are refused in a sentence, and leave nothing behind."""

from gateway import Runner

from sequencer_runner.checks import check_script

HOST = "daq-satp1-sequencer"


def refused(runner: Runner, script: str) -> tuple[str, str]:
    running = runner.submit(script)
    assert running.reply["ok"] is False
    assert running.events == []
    assert not (runner.folder / running.run).exists()
    return running.reply["code"], running.reply["message"]


def test_a_syntax_error_names_its_line(runner: Runner) -> None:
    code, message = refused(runner, "x = 1\ny = \n")
    assert (code, message) == ("SYNTAX_ERROR", "line 2: invalid syntax")


def test_errors_that_only_the_compiler_finds(runner: Runner) -> None:
    for script in ("return 1\n", "await x\n", "def f():\n    nonlocal y\n", "x = 1\n" + "(" * 5000, "break\n"):
        code, message = refused(runner, script)
        assert code == "SYNTAX_ERROR" and message


def test_a_script_that_is_nested_too_deeply(runner: Runner) -> None:
    code, _ = refused(runner, "x = " + "-" * 100_000 + "1\n")
    assert code == "SYNTAX_ERROR"


def test_a_script_over_512_kib(runner: Runner) -> None:
    code, message = refused(runner, "# " + "x" * 512 * 1024)
    assert code == "SCRIPT_TOO_LARGE"
    assert "512 KiB" in message
    assert runner.submit("#" * (512 * 1024 - 1) + "\n").end()["outcome"] == "SUCCEEDED"


def test_what_is_not_text(runner: Runner) -> None:
    assert refused(runner, "print('\0')\n")[0] == "SCRIPT_NOT_TEXT"
    assert refused(runner, "print('\udc80')\n")[0] == "SCRIPT_NOT_TEXT"


def test_a_missing_ocs_configuration_is_said_before_the_run(runner: Runner) -> None:
    code, message = refused(runner, "import sorunlib as run\nrun.initialize()\n")
    assert code == "OCS_CONFIG_MISSING"
    assert "OCS_CONFIG_DIR is not set" in message
    assert any("OCS_CONFIG_DIR" in p for p in runner.gateway.hellos[-1]["problems"])


def test_check_finds_without_running(runner: Runner) -> None:
    reply = runner.gateway.command("check", script="x = \n")
    assert reply["ok"]
    assert reply["result"] == [
        {"severity": "error", "line": 1, "column": 5, "code": "SYNTAX_ERROR", "message": "line 1: invalid syntax"}
    ]
    assert runner.gateway.command("check", script="open('/tmp/never', 'w')\n")["result"] == []


def test_a_script_for_another_telescope_is_warned_of() -> None:
    script = "import socket\nassert socket.gethostname() == 'daq-lat-sequencer', 'platform check failed'\n"
    (finding,) = check_script(script, HOST)
    assert (finding.severity, finding.line, finding.code) == ("warning", 2, "PLATFORM_CHECK")
    assert check_script(script, "daq-lat-sequencer") == []


def test_a_warning_of_the_compiler_does_not_keep_a_script_from_starting(runner: Runner) -> None:
    script = "x = 1\nprint(x is 1)\n"
    (finding,) = check_script(script, HOST)
    assert (finding.severity, finding.line, finding.code) == ("warning", 2, "SYNTAX_WARNING")
    assert runner.submit(script).end()["outcome"] == "SUCCEEDED"
