"""The telescope status, read from a registry that answers as the registry of OCS, or does not answer."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway, Runner

from sequencer_runner.supervisor import telescope


class Bridge:
    """A replacement for crossbar's HTTP bridge. The test sets the sessions of the agents."""

    def __init__(self) -> None:
        self.sessions: dict[str, Any] = {}
        self.raw: bytes | None = None
        bridge = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                session = bridge.sessions.get(f"{call['procedure']} {call['args'][1]}")
                answer: Any = {"error": "wamp.error.no_such_procedure", "args": [], "kwargs": {}}
                if session is not None:
                    answer = {"args": [[0, "Session active.", session]]}
                self.send_response(200)
                self.end_headers()
                self.wfile.write(bridge.raw if bridge.raw is not None else json.dumps(answer).encode())

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def agents(self, **agents: dict[str, int]) -> None:
        self.sessions["observatory.registry.ops main"] = {
            "data": {
                f"observatory.{name}": {"expired": 7 in codes.values(), "op_codes": codes}
                for name, codes in {**agents, "registry": {"main": 3}}.items()
            }
        }

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def bridge() -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


def configure(folder: Path, bridge: Bridge) -> dict[str, str]:
    url = f"http://127.0.0.1:{bridge.server.server_port}/call"
    (folder / "default.yaml").write_text(
        f"hub:\n  wamp_server: ws://127.0.0.1:1/ws\n  wamp_http: {url}  # the bridge\n  address_root: observatory\n"
    )
    (folder / "sorunlib.yaml").write_text("registry: 'registry'\nsmurf_failure_threshold: 1\n")
    return {"OCS_CONFIG_DIR": str(folder), "SORUNLIB_CONFIG": str(folder / "sorunlib.yaml")}


@pytest.fixture
def look(tmp_path: Path, bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    import asyncio

    for name, value in configure(tmp_path, bridge).items():
        monkeypatch.setenv(name, value)

    def now() -> dict[str, Any]:
        event = asyncio.run(telescope.read_status())
        assert event is not None
        return event

    return now


def test_lists_running_operations_newest_first(bridge: Bridge, look: Callable[[], dict[str, Any]]) -> None:
    bridge.agents(acu1={"go_to": 3, "monitor": 3, "set_scan_params": 5}, smurf1={"stream": 4, "iv": 6, "bias": 2})
    bridge.sessions["observatory.acu1.ops go_to"] = {"start_time": 1764000000.5}
    bridge.sessions["observatory.acu1.ops monitor"] = {"start_time": 1763000000}
    bridge.sessions["observatory.smurf1.ops stream"] = {"start_time": None}
    event = look()
    assert event["agents"] == [
        {"agent": "acu1", "operation": "go_to", "since": "2025-11-24T16:00:00.500Z"},
        {"agent": "acu1", "operation": "monitor", "since": "2025-11-13T02:13:20.000Z"},
        {"agent": "smurf1", "operation": "bias"},
        {"agent": "smurf1", "operation": "stream"},
    ]
    assert "problem" not in event


def test_reports_an_agent_that_ocs_has_lost(bridge: Bridge, look: Callable[[], dict[str, Any]]) -> None:
    bridge.agents(acu1={"go_to": 7}, smurf1={"stream": 5})
    event = look()
    assert event["agents"] == []
    assert event["problem"] == "acu1 did not respond: OCS has lost the agent. Assume it is moving."


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"args": []}',
        b'{"args": [[0, "", null]]}',
        b'{"args": [[0, "", {"data": 3}]]}',
        b"\xff",
    ],
)
def test_reports_a_problem_for_an_invalid_answer(
    bridge: Bridge, look: Callable[[], dict[str, Any]], answer: bytes
) -> None:
    bridge.raw = answer
    event = look()
    assert event["agents"] == []
    assert event["problem"].startswith("Telescope status is unavailable. Assume it is moving.")


def test_reports_a_problem_for_an_unreachable_registry(bridge: Bridge, look: Callable[[], dict[str, Any]]) -> None:
    assert "registry does not answer: wamp.error.no_such_procedure" in look()["problem"]
    bridge.close()
    assert "does not answer" in look()["problem"]


def test_reports_a_problem_for_an_unusable_configuration(
    tmp_path: Path, look: Callable[[], dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "default.yaml").write_text('{"hub": {"wamp_http": "ftp://elsewhere/"}}')
    assert "has no wamp_http" in look()["problem"]
    (tmp_path / "default.yaml").unlink()
    assert "cannot be read" in look()["problem"]


def test_the_configuration_may_be_json(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "default.yaml").write_text('{"hub": {"wamp_http":"http://h:1/call","address_root": "so.lat"}}')
    (tmp_path / "sorunlib.yaml").write_text("registry: reg-2  # the second\n")
    monkeypatch.setenv("OCS_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("SORUNLIB_CONFIG", str(tmp_path / "sorunlib.yaml"))
    assert telescope.find_observatory() == telescope.Observatory("http://h:1/call", "so.lat", "reg-2")


def test_records_changes_of_the_telescope_while_a_failure_is_held(tmp_path: Path, bridge: Bridge) -> None:
    bridge.agents(smurf1={"take_noise": 3})
    gateway = Gateway()
    runner = Runner(gateway, tmp_path / "state", env=configure(tmp_path, bridge))
    try:
        running = runner.submit("1 / 0\nprint('end')\n", holdOnFailure=True)
        assert [a["operation"] for a in running.until("telescope")["agents"]] == ["take_noise"]
        bridge.agents(smurf1={"take_noise": 5})
        assert running.until("telescope", agents=[])
        assert running.command("decide", action="SKIP")["ok"]
        assert running.end()["outcome"] == "SUCCEEDED"
        assert len(running.of("telescope")) == 2
    finally:
        runner.stop()
        gateway.close()


def test_answers_a_request_for_the_status_while_no_run_is_active(
    tmp_path: Path, bridge: Bridge, own_runner: Callable[..., Runner]
) -> None:
    bridge.agents(acu1={"go_to": 3})
    configured = own_runner(env=configure(tmp_path, bridge))
    status = configured.gateway.command("telescope")["result"]
    assert [a["operation"] for a in status["agents"]] == ["go_to"] and status["at"]
    bridge.close()
    assert "unavailable" in configured.gateway.command("telescope")["result"]["problem"]


def test_answers_no_status_without_an_observatory(runner: Runner) -> None:
    reply = runner.gateway.command("telescope")
    assert reply["ok"] and reply.get("result") is None


def test_answers_the_conditions_of_a_start(tmp_path: Path, bridge: Bridge, own_runner: Callable[..., Runner]) -> None:
    bridge.sessions["observatory.registry.ops main"] = {
        "data": {
            "observatory.acu1": {
                "expired": False,
                "op_codes": {"go_to": 5},
                "agent_class": "ACUAgent",
                "last_updated": 1764000000.5,
            },
            "observatory.smurf1": {"expired": True, "op_codes": {}, "agent_class": "PysmurfController"},
            "observatory.registry": {"expired": False, "op_codes": {"main": 3}, "agent_class": "RegistryAgent"},
        }
    }
    configured = own_runner(env=configure(tmp_path, bridge))
    conditions = configured.gateway.command("conditions")["result"]
    assert conditions["agents"] == [
        {"agent": "acu1", "agentClass": "ACUAgent", "expired": False, "seenAt": "2025-11-24T16:00:00.500Z"},
        {"agent": "smurf1", "agentClass": "PysmurfController", "expired": True},
    ]
    assert conditions["journalFreeBytes"] > 0 and conditions["at"] and "problem" not in conditions
    bridge.close()
    unreachable = configured.gateway.command("conditions")["result"]
    assert unreachable["agents"] is None and "does not answer" in unreachable["problem"]


def test_answers_the_conditions_without_an_observatory(runner: Runner) -> None:
    conditions = runner.gateway.command("conditions")["result"]
    assert conditions["agents"] is None and "problem" not in conditions and conditions["at"]


def test_records_the_telescope_status_after_a_stop(tmp_path: Path, bridge: Bridge) -> None:
    bridge.agents(acu1={"go_to": 3})
    gateway = Gateway()
    runner = Runner(gateway, tmp_path / "state", env=configure(tmp_path, bridge))
    try:
        running = runner.submit("import signal, time\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\ntime.sleep(60)\n")
        running.until("line", line=3)
        running.command("stop", level="INTERRUPT")
        assert [a["operation"] for a in running.until("telescope")["agents"]] == ["go_to"]
        bridge.agents(acu1={"go_to": 5})
        running.command("stop", level="KILL")
        running.end()
        assert running.events[-2]["type"] == "telescope" and running.events[-2]["agents"] == []
        # The status is also recorded after a failure, but not after a success.
        running = runner.submit("1 / 0\n")
        running.end()
        assert running.events[-2]["type"] == "telescope"
        running = runner.submit("x = 1\n")
        running.end()
        assert not running.of("telescope")
    finally:
        runner.stop()
        gateway.close()
