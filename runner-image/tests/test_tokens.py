"""Every message about a run contains its token. The secret of the runner may change during a run."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from gateway import TOKEN, Runner
from test_reconnect import until

SCRIPT = "import time\nprint('one')\nwhile True:\n    time.sleep(0.05)\n"


def test_sends_the_token_of_a_run_until_its_end(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner()
    gateway = runner.gateway
    running = runner.submit(SCRIPT, token="the first")
    running.until("output")
    assert gateway.tokens[running.run] == {"the first"}
    # A repeated start, as after a lost reply, starts nothing and replaces the token.
    again = runner.submit(SCRIPT, run=running.run, token="the second")
    assert again.reply["ok"]
    gateway.disconnect()
    gateway.until(lambda: len(gateway.hellos) == 2, what="a new connection")
    assert [(r["run"], r["token"]) for r in gateway.hellos[1]["runs"]] == [(running.run, "the second")]
    runner.kill()
    # The next supervisor reads the token from the folder of the run, and ends the record with it.
    runner.start()
    assert gateway.hellos[-1]["runs"][0]["token"] == "the second"
    running.until("ended", 40, outcome="LOST")
    assert gateway.tokens[running.run] == {"the first", "the second"}
    assert len(running.of("started")) == 1


def test_others_cannot_read_the_token_file(own_runner: Callable[..., Runner]) -> None:
    runner = own_runner(acknowledge=False)
    running = runner.submit("x = 1\n", token="only ours")
    running.until("ended")
    file = runner.folder / running.run / "token"
    assert file.read_text() == "only ours"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "only ours" not in (runner.folder / running.run / "run.json").read_text()


def test_sends_no_token_when_the_run_has_none(runner: Runner) -> None:
    running = runner.submit("x = 1\n")
    running.end()
    assert running.run not in runner.gateway.tokens


def test_reads_the_secret_again_at_each_connection(own_runner: Callable[..., Runner], tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{TOKEN}\n")
    runner = own_runner(env={"RUNNER_TOKEN": "not this one", "RUNNER_TOKEN_FILE": str(file)})
    gateway = runner.gateway
    running = runner.submit(SCRIPT, token="t")
    running.until("output")
    gateway.token = "changed"
    file.write_text("changed\n")
    gateway.disconnect()
    gateway.until(lambda: len(gateway.hellos) == 2, what="a connection with the new secret")
    # The file is empty: the runner keeps the previous secret.
    file.write_text("")
    gateway.disconnect()
    gateway.until(lambda: len(gateway.hellos) == 3, what="a connection with the secret before")
    assert running.command("stop", level="KILL")["ok"]
    running.end()


@pytest.mark.parametrize("text", [None, "", "two\nlines\n"])
def test_reports_a_file_without_a_secret(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "secret"
    if text is not None:
        file.write_text(text)
    arguments = ["--gateway", "ws://127.0.0.1:1/runner", "--sequencer", "satp1", "--state-dir", str(tmp_path / "s")]
    done = subprocess.run(
        [sys.executable, "-m", "sequencer_runner", *arguments],
        env={**os.environ, "RUNNER_TOKEN_FILE": str(file)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "RUNNER_TOKEN_FILE cannot be used" in done.stderr
    assert "lines" not in done.stderr


def test_logs_a_refused_token(own_runner: Callable[..., Runner], tmp_path: Path) -> None:
    runner = own_runner()
    gateway = runner.gateway
    gateway.token = "another"
    log = tmp_path / "log"
    runner.kill()
    with log.open("wb") as out:
        runner.start(stderr=out, wait=False)
        until(lambda: "token refused" in log.read_text())
        assert "cannot reach" not in log.read_text()
        gateway.token = TOKEN
        gateway.until(lambda: len(gateway.hellos) == 2, 20, "a connection with the right token")


def test_other_users_can_read_no_file_of_a_run(own_runner: Callable[..., Runner]) -> None:
    before = os.umask(0)
    try:
        runner = own_runner(acknowledge=False)
    finally:
        os.umask(before)
    running = runner.submit("import os\nprint(oct(os.umask(0o22)))\n", token="t")
    running.end()
    # The umask of the script is unchanged.
    assert running.output() == "0o0\n"
    assert runner.folder.stat().st_mode & 0o777 == 0o700
    folder = runner.folder / running.run
    for path in [folder, *folder.rglob("*")]:
        assert path.stat().st_mode & 0o077 == 0, path
    assert {path.name for path in folder.rglob("*")} >= {
        "journal.jsonl",
        "run.json",
        "script.py",
        "process.json",
        "token",
    }
