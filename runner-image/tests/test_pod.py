"""A runner pod executes one run from files, with and without a gateway."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from gateway import TOKEN, Gateway

Start = Callable[..., "PodProcess"]


class PodProcess:
    def __init__(
        self, folder: Path, script: str, gateway: str, wait: bool = False, uid: str | None = None, **options: Any
    ) -> None:
        self.given, self.work, self.message = folder / "given", folder / "work", folder / "message"
        self.given.mkdir()
        self.work.mkdir(exist_ok=True)
        self._script = script.encode()
        self._settings = {
            "run": "run-1",
            "sequencer": "satp1",
            "gateway": gateway,
            "hostname": "daq-satp1-sequencer",
            "stopGraceSeconds": 5,
            "recordGraceSeconds": 0,
            "by": "alice",
            "title": None,
            "arguments": [],
            "startPaused": False,
            "holdOnFailure": False,
            **options,
        }
        if not wait:
            self.give()
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "sequencer_runner.supervisor.pod",
                self.given,
                self.work,
                "--termination-message",
                self.message,
                *(["--wait"] if wait else []),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "RUNNER_TOKEN": "", **({} if uid is None else {"RUNNER_RUN_UID": uid})},
        )

    def give(self) -> None:
        """Makes all files visible in one step, as Kubernetes does."""
        self._write("..later", self._settings, self._script)
        for name in ("script.py", "token", "options.json"):
            (self.given / name).symlink_to(Path("..data") / name)
        (self.given / "..data").symlink_to("..later")

    def replace(self, script: str, **options: Any) -> None:
        """Replaces all files in one step, as a kubelet does."""
        self._write("..replaced", {**self._settings, **options}, script.encode())
        (self.given / "..data_tmp").symlink_to("..replaced")
        (self.given / "..data_tmp").rename(self.given / "..data")

    def _write(self, name: str, settings: dict[str, Any], script: bytes) -> None:
        folder = self.given / name
        folder.mkdir()
        (folder / "options.json").write_text(json.dumps(settings))
        (folder / "script.py").write_bytes(script)
        (folder / "token").write_text(TOKEN)

    def waits(self) -> bool:
        """Whether the pod has a process that waits for the script."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return bool(children.read_text().strip())

    def end(self) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=60)
        return self.process.returncode, out.decode(), err.decode()

    def termination(self) -> dict[str, Any]:
        """The termination message."""
        message: dict[str, Any] = json.loads(self.message.read_text())
        return message


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    started: list[PodProcess] = []

    def begin(script: str, gateway: str = "ws://127.0.0.1:9/runner", **options: Any) -> PodProcess:
        started.append(PodProcess(tmp_path, script, gateway, **options))
        return started[-1]

    yield begin
    for pod in started:
        pod.process.kill()
        pod.process.wait()


def until(what: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 30
    while not what():
        assert time.monotonic() < deadline, "timed out"
        time.sleep(0.02)


def test_runs_without_a_gateway_and_reports_the_outcome(start: Start) -> None:
    script = "import sys, socket\nprint('hello', sys.argv[1:])\nprint(socket.gethostname(), file=sys.stderr)\n"
    pod = start(script, arguments=["--fast"])
    assert pod.end() == (0, "hello ['--fast']\n", "daq-satp1-sequencer\n")
    assert pod.termination() == {"outcome": "SUCCEEDED", "exitCode": 0, "reason": "All statements are done."}


def test_reports_a_failure_with_its_cause(start: Start) -> None:
    pod = start("print('before')\n{}['az']\n")
    code, out, err = pod.end()
    assert (code, out) == (1, "before\n")
    assert "KeyError: 'az'" in err
    assert pod.termination() == {"outcome": "FAILED", "exitCode": 1, "reason": "KeyError: 'az'"}


def test_reports_a_script_that_cannot_be_compiled(start: Start) -> None:
    pod = start("if True\n")
    code, out, err = pod.end()
    assert (code, out) == (1, "")
    assert "line 1" in err
    assert pod.termination()["outcome"] == "FAILED"
    assert pod.termination()["refused"] == "SYNTAX_ERROR"
    assert "line 1" in pod.termination()["reason"]


def test_a_long_reason_fits_into_the_termination_message(start: Start) -> None:
    pod = start("raise RuntimeError('ü' * 9000)\n")
    pod.end()
    assert len(pod.message.read_bytes()) < 4096
    assert pod.termination()["reason"].startswith("RuntimeError: üüü")


def test_sigterm_runs_the_clean_up_of_the_script(start: Start) -> None:
    pod = start(
        "import time\ntry:\n    print('up', flush=True)\n    time.sleep(60)\n"
        "finally:\n    print('parked', flush=True)\n"
    )
    assert pod.process.stdout is not None
    assert pod.process.stdout.readline() == b"up\n"
    pod.process.send_signal(signal.SIGTERM)
    code, out, _ = pod.end()
    assert (code, out) == (130, "parked\n")
    assert pod.termination()["outcome"] == "INTERRUPTED"


def test_the_gateway_receives_the_complete_record(start: Start) -> None:
    gateway = Gateway()
    try:
        pod = start("print('hello')\n", f"ws://127.0.0.1:{gateway.port}/runner", recordGraceSeconds=60)
        begun = time.monotonic()
        assert pod.end()[0] == 0
        # The pod ended as soon as the record was acknowledged.
        assert time.monotonic() - begun < 55
        events = gateway.events["run-1"]
        assert [events[0]["type"], events[-1]["type"]] == ["started", "ended"]
        assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    finally:
        gateway.close()


def test_the_record_waits_for_an_unreachable_gateway(start: Start) -> None:
    gateway = Gateway()
    port = gateway.port
    gateway.close()
    pod = start("print('hello')\n", f"ws://127.0.0.1:{port}/runner", recordGraceSeconds=60)
    until(pod.message.exists)
    gateway = Gateway(port=port)
    try:
        assert pod.end()[0] == 0
        assert gateway.events["run-1"][-1]["type"] == "ended"
    finally:
        gateway.close()


@pytest.fixture
def second(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The second container of the pod."""
    arguments = ["-m", "sequencer_runner.supervisor.termination", tmp_path / "work", tmp_path / "notice"]
    process = subprocess.Popen([sys.executable, *arguments])
    yield process
    process.kill()
    process.wait()


def _has_sigterm(process: subprocess.Popen[bytes], signals: str) -> bool:
    """Whether SIGTERM, number 15, is one of the caught (SigCgt) or ignored (SigIgn) signals of the process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return bool(int(re.findall(rf"{signals}:\s*(\w+)", status)[0], 16) & 1 << 14)


def test_the_second_container_ends_with_the_outcome_while_the_runner_waits(
    start: Start, second: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    pod = start("print('hello')\n", recordGraceSeconds=60)
    assert second.wait(30) == 0
    assert json.loads((tmp_path / "notice").read_text()) == pod.termination()
    assert pod.termination()["outcome"] == "SUCCEEDED"
    assert pod.process.poll() is None


def test_the_second_container_waits_for_the_script_and_ends_when_the_runner_is_killed(
    start: Start, second: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    pod = start("import time\nprint('up', flush=True)\ntime.sleep(60)\n")
    assert pod.process.stdout is not None
    assert pod.process.stdout.readline() == b"up\n"
    until(lambda: _has_sigterm(second, "SigIgn"))
    second.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1)
    pod.process.kill()
    assert second.wait(30) == 0
    assert (tmp_path / "notice").read_text() == ""


def test_the_second_container_of_a_pod_without_a_runner_can_be_ended(second: subprocess.Popen[bytes]) -> None:
    until(lambda: _has_sigterm(second, "SigCgt"))
    second.send_signal(signal.SIGTERM)
    assert second.wait(30) == 0


def test_a_warm_pod_starts_when_it_gets_a_run(start: Start) -> None:
    pod = start("import sys\nprint('hello', sys.argv[1:])\n", wait=True, arguments=["--fast"])
    until(pod.waits)
    assert not pod.message.exists()
    pod.give()
    assert pod.end() == (0, "hello ['--fast']\n", "")
    assert pod.termination()["outcome"] == "SUCCEEDED"


def test_a_warm_pod_that_is_ended_reports_that_no_run_started(start: Start) -> None:
    pod = start("print('hello')\n", wait=True)
    until(pod.waits)
    pod.process.send_signal(signal.SIGTERM)
    assert pod.end() == (0, "", "")
    assert pod.termination() == {"begun": False}


def test_does_not_execute_the_files_of_an_earlier_run_with_the_same_name(start: Start) -> None:
    pod = start("print('earlier')\n", uid="run-1", run="run-0")
    until(pod.waits)
    time.sleep(0.5)
    assert pod.process.poll() is None
    pod.replace("print('own')\n", run="run-1")
    code, out, err = pod.end()
    assert (code, out) == (0, "own\n")
    assert "does not have the files of run run-1 yet" in err


def test_a_pod_with_the_files_of_an_earlier_run_can_be_ended(start: Start) -> None:
    pod = start("print('earlier')\n", uid="run-1", run="run-0")
    until(pod.waits)
    pod.process.send_signal(signal.SIGTERM)
    assert pod.end()[:2] == (0, "")
    assert pod.termination() == {"begun": False}


@pytest.mark.parametrize("wait", [False, True])
def test_a_pod_that_is_ended_before_it_handles_signals_starts_no_run(start: Start, tmp_path: Path, wait: bool) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / ".ending").touch()
    pod = start("print('begun')", wait=wait)
    assert pod.end() == (0, "", "")
    assert pod.termination() == {"begun": False}


def test_refuses_any_other_run(start: Start) -> None:
    gateway = Gateway()
    try:
        script = "import time\nwhile True:\n    time.sleep(0.05)\n"
        start(script, f"ws://127.0.0.1:{gateway.port}/runner")
        until(lambda: gateway.events.get("run-1"))
        reply = gateway.command(
            "start",
            run="run-2",
            by="bob",
            script="print(1)",
            arguments=[],
            title=None,
            startPaused=False,
            holdOnFailure=False,
            breakpoints=[],
        )
        assert (reply["ok"], reply["code"]) == (False, "RUNNER_BUSY")
        assert gateway.command("stop", run="run-1", by="bob", level="KILL")["ok"]
    finally:
        gateway.close()
