"""One worker and one gateway serve many tests; a test that kills its worker takes one of its own."""

import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from gateway import Gateway, Runner


def pytest_configure() -> None:
    # A shell ignores it in what it starts in the background, and what is started from there would, too.
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
    """The module's worker, without a run."""
    yield worker
    for run, events in list(worker.gateway.events.items()):
        if events and events[-1]["type"] != "ended":
            worker.gateway.command("stop", run=run, by="the test's end", level="KILL")
            worker.gateway.until(lambda events=events: events[-1]["type"] == "ended", 20, f"end of {run}")


@pytest.fixture
def own_runner(tmp_path: Path) -> Iterator[Callable[..., Runner]]:
    """Makes a worker for this test alone: options and `env` as for Runner, the others as for Gateway."""
    with ExitStack() as cleanup:

        def make(*options: str, acknowledge: bool = True, max_size: int = 8 << 20, **more: Any) -> Runner:
            gateway = Gateway(acknowledge=acknowledge, max_size=max_size)
            cleanup.callback(gateway.close)
            made = Runner(gateway, tmp_path / "state", *options, **more)
            cleanup.callback(made.stop)
            return made

        yield make
