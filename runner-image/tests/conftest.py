"""Fixtures. One worker and one gateway serve all tests of a module; a test that kills its worker uses `own_runner`."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway, Runner


def pytest_configure() -> None:
    # A shell ignores SIGINT in background jobs, and the processes that the tests start would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Runner]:
    gateway = Gateway()
    environment = getattr(request.module, "ENVIRONMENT", {})
    runner = Runner(gateway, tmp_path_factory.mktemp("worker"), "--stop-grace-seconds", "5", env=environment)
    yield runner
    runner.stop()
    gateway.close()


@pytest.fixture
def runner(worker: Runner) -> Iterator[Runner]:
    """The worker of the module, without an active run. Ends the runs that the test leaves."""
    yield worker
    for run, events in list(worker.gateway.events.items()):
        if events and events[-1]["type"] != "ended":
            worker.gateway.command("stop", run=run, by="the test's end", level="KILL")
            worker.gateway.until(lambda events=events: events[-1]["type"] == "ended", 20, f"end of {run}")


@pytest.fixture
def own_runner(tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    """Makes a worker for one test. Options and `env` are those of Runner, the other arguments those of Gateway."""
    with ExitStack() as cleanup:

        def make(*options: str, acknowledge: bool = True, max_size: int = 8 << 20, **more: Any) -> Runner:
            gateway = Gateway(acknowledge=acknowledge, max_size=max_size)
            cleanup.callback(gateway.close)
            made = Runner(gateway, tmp_path / "state", *options, **more)
            cleanup.callback(made.stop)
            return made

        yield make
