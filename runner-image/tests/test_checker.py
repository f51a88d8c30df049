"""The checker answers for scripts that no runner has, and no script can block it."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

# Python copies a `finally` block for each way out of its `try`: this takes gigabytes, and many seconds.
HOSTILE = "".join(f"{' ' * i}try:\n{' ' * i} pass\n{' ' * i}finally:\n" for i in range(19)) + f"{' ' * 19}pass\n"


@pytest.fixture
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "sequencer_runner.supervisor.checker", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    yield json.loads(process.stdout.readline())["port"]
    process.terminate()
    assert process.wait(10) == 0


def ask(port: int, **command: Any) -> Any:
    """The reply. Raises ConnectionError when there is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"type": "command", "id": "1", "command": command})
    connection.request("POST", "/commands?hostname=daq-satp1-sequencer", body)
    return json.loads(connection.getresponse().read())


def test_checks_scripts_and_lists_statements(port: int) -> None:
    assert ask(port, name="check", script="x = 1\nprint((\n") == {
        "type": "reply",
        "id": "1",
        "ok": True,
        "result": [
            {
                "severity": "error",
                "line": 2,
                "code": "SYNTAX_ERROR",
                "message": "line 2: '(' was never closed",
                "column": 7,
            }
        ],
    }
    spans = ask(port, name="statements", script="x = 1\nif x:\n    y = 2\n")["result"]
    assert spans == [{"index": 0, "firstLine": 1, "lastLine": 1}, {"index": 1, "firstLine": 2, "lastLine": 3}]
    assert ask(port, name="statements", script="x = (\n")["code"] == "SYNTAX_ERROR"


def test_reports_what_a_later_start_omits_and_a_check_for_another_host(port: int) -> None:
    script = "import socket\nif socket.gethostname() == 'daq-lat-sequencer':\n    pass\n"
    codes = [finding["code"] for finding in ask(port, name="check", script=script, startAt=1)["result"]]
    assert codes == ["LEFT_OUT", "PLATFORM_CHECK"]


def test_does_not_report_the_ocs_configuration_of_a_telescope(port: int) -> None:
    assert ask(port, name="check", script="import sorunlib as run\n")["result"] == []


def test_carries_out_no_other_command(port: int) -> None:
    assert ask(port, name="telescope")["code"] == "BAD_INPUT"


def test_scripts_that_exceed_the_limits_do_not_block_it(port: int) -> None:
    with ThreadPoolExecutor() as pool:
        hostile = [pool.submit(ask, port, name="check", script=HOSTILE) for _ in range(3)]
        assert ask(port, name="check", script="x = 1\n")["result"] == []
        for request in hostile:
            error = request.exception()
            assert isinstance(error, ConnectionError) or "MemoryError" in str(request.result())
    assert ask(port, name="check", script="x = 1\n")["result"] == []


def test_does_not_check_for_a_caller_that_has_disconnected(port: int) -> None:
    body = json.dumps({"type": "command", "id": "1", "command": {"name": "check", "script": HOSTILE}})
    for _ in range(8):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("POST", "/commands?hostname=x", body)
        connection.close()
    began = time.monotonic()
    assert ask(port, name="check", script="x = 1\n")["result"] == []
    assert time.monotonic() - began < 10
