"""Entry point of a pod in a cluster: executes exactly one run, given in files, and exits. Starts without a gateway.

The folder of the run contains `options.json`, `script.py` and `token`. Output of the script also goes to the log of the
pod, and its outcome to the termination message. After the end, the gateway has some time to store the whole record; a
second container shows the outcome meanwhile (`termination.py`).

With `--wait` the folder may be empty at first: everything is prepared, and the run starts when its files appear.

`RUNNER_RUN_UID` names the run: the pod waits until the files are those of this run.
"""

import argparse
import asyncio
import json
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.environment import RUNNER_RUN_UID
from sequencer_runner.protocol import Command, StartCommand
from sequencer_runner.secret import Secret
from sequencer_runner.supervisor.ladder import Deadlines
from sequencer_runner.supervisor.packages import packages
from sequencer_runner.supervisor.run import Run
from sequencer_runner.supervisor.script_process import ScriptProcessHandle, spawn
from sequencer_runner.supervisor.stdout_tee import StdoutTee
from sequencer_runner.supervisor.termination import TerminationNotice
from sequencer_runner.supervisor.worker import Settings, Worker

_JOURNAL_LIMIT = 1 << 30
# Kubernetes limits the termination message to 4096 bytes.
_REASON_BYTES = 2000
# Seconds for the gateway to store the last events when the pod is being deleted.
_RECORD_GRACE_AT_END = 5.0
# The `preStop` hook of the pod creates this file in the work folder before SIGTERM is sent. The kernel drops a signal
# that the first process of a container does not handle yet, and it is not sent again.
_ENDING = ".ending"
# Seconds between two checks for the files of a run.
_POLL = 0.01


@dataclass(frozen=True)
class Options:
    run: str
    settings: Settings
    start: StartCommand
    record_grace: float


def read_options(run_folder: Path, work: Path) -> Options:
    options = json.loads((run_folder / "options.json").read_text())
    settings = Settings(
        options["gateway"],
        Secret("", run_folder / "token"),
        options["sequencer"],
        work / "journal",
        options["hostname"],
        Deadlines(float(options["stopGraceSeconds"])),
        _JOURNAL_LIMIT,
    )
    start: StartCommand = {
        "name": "start",
        "run": options["run"],
        "by": options["by"],
        # Read as bytes: the line ends of the script are preserved.
        "script": (run_folder / "script.py").read_bytes().decode(),
        "title": options["title"],
        "arguments": options["arguments"],
        "startPaused": options["startPaused"],
        "holdOnFailure": options["holdOnFailure"],
        "breakpoints": options.get("breakpoints", []),
        "startAt": options.get("startAt", 0),
    }
    if options.get("startLine") is not None:
        start["startLine"] = options["startLine"]
    return Options(options["run"], settings, start, float(options["recordGraceSeconds"]))


class PodWorker(Worker):
    """A worker for one run. It refuses any other."""

    def __init__(self, options: Options, tee: StdoutTee, warm: ScriptProcessHandle | None) -> None:
        super().__init__(options.settings)
        self._only = options.run
        self._warm = warm

        class TeeRun(Run):
            """Copies the output of the script to the log of the pod."""

            def _print(self, stream: int, trace: int, line: int, at: int, data: bytes, *, tagged: bool) -> None:
                tee.write(stream, data)
                super()._print(stream, trace, line, at, data, tagged=tagged)

        self.run_type = TeeRun

    async def command(self, command: Command) -> object:
        if command["name"] == "start" and command["run"] != self._only:
            raise CommandRefused("RUNNER_BUSY", f"This runner executes run {self._only} only.")
        return await super().command(command)

    def _prepare_next(self) -> None:
        """Does nothing: there is no next run."""


class Pod:
    """`end_requested`: the pod is being deleted. `warm`: a prepared script process, if there is one."""

    def __init__(
        self,
        options: Options,
        message: Path,
        notice: TerminationNotice,
        end_requested: asyncio.Event,
        warm: ScriptProcessHandle | None,
    ) -> None:
        self._options = options
        self._message = message
        self._notice = notice
        self._tee = StdoutTee()
        self._worker = PodWorker(options, self._tee, warm)
        self._end_requested = end_requested

    async def work(self) -> int:
        """Executes the run. Returns the exit code of the pod."""
        serving = asyncio.create_task(self._worker.serve())
        # Let it run to its first wait: the folder is then locked and the script process started.
        await asyncio.sleep(0)
        if serving.done():
            serving.result()
        try:
            await self._worker.command(self._options.start)
        except CommandRefused as error:
            return self._refused(error)
        run = self._worker.runs[self._options.run]
        end = await self._wait_for_end(run)
        await self._wait_until_recorded()
        serving.cancel()
        self._tee.close()
        return end

    def _refused(self, error: CommandRefused) -> int:
        print(error, file=sys.stderr)  # noqa: T201 -- operators read the log of the pod
        self._write("FAILED", 1, str(error), refused=error.code)
        return 1

    async def _wait_for_end(self, run: Run) -> int:
        over = asyncio.create_task(run.over.wait())
        end_requested = asyncio.create_task(self._end_requested.wait())
        await asyncio.wait([over, end_requested], return_when=asyncio.FIRST_COMPLETED)
        if not run.over.is_set():
            await run.shut_down_gently(self._options.settings.deadlines.interrupt)
            await over
        end_requested.cancel()
        ended = json.loads(run.journal.read(run.journal.last_seq - 1, 1, 1)[0])
        self._write(ended["outcome"], ended["exitCode"], ended["reason"])
        return 0 if ended["outcome"] == "SUCCEEDED" else ended["exitCode"] or 1

    def _write(self, outcome: str, exit_code: int | None, reason: str, refused: str | None = None) -> None:
        reason = reason.encode()[:_REASON_BYTES].decode(errors="ignore")
        message = {"outcome": outcome, "exitCode": exit_code, "reason": reason}
        if refused is not None:
            message["refused"] = refused
        text = json.dumps(message, ensure_ascii=False)
        self._message.write_text(text)
        self._notice.publish(text)

    async def _wait_until_recorded(self) -> None:
        """Waits until the gateway has stored the whole record, or the time is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._options.record_grace
        while self._worker.runs and loop.time() < deadline:
            if self._end_requested.is_set():
                deadline = min(deadline, loop.time() + _RECORD_GRACE_AT_END)
                self._end_requested.clear()
            await asyncio.sleep(0.05)


def has_files(run_folder: Path, run: str | None) -> bool:
    """Whether the files of the run are in the folder; without `run`, those of any run."""
    try:
        options = json.loads((run_folder / "options.json").read_text())
    except FileNotFoundError:
        return False
    return run is None or options["run"] == run


async def wait_for_run(run_folder: Path, run: str | None, end_requested: asyncio.Event) -> ScriptProcessHandle | None:
    """Waits for the files, which Kubernetes creates and replaces atomically. Returns a prepared script process; None if
    the pod was asked to end before that."""
    warm = spawn()
    packages()
    while not end_requested.is_set():
        if has_files(run_folder, run):
            return warm
        await asyncio.sleep(_POLL)
    warm.close()
    return None


async def work(run_folder: Path, folder: Path, message: Path, run: str | None, waits: bool) -> int:
    end_requested = asyncio.Event()
    notice = TerminationNotice(folder)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end_requested.set)
    if (folder / _ENDING).exists():
        end_requested.set()
    if run is not None and not has_files(run_folder, run):
        waits = True
        # Operators read the log of the pod, not that of the runner.
        sys.stderr.write(
            f"The Secret does not have the files of run {run} yet. Waiting until the kubelet updates it.\n"
        )
    warm = await wait_for_run(run_folder, run, end_requested) if waits else None
    if warm is None and end_requested.is_set():
        message.write_text(json.dumps({"begun": False}))
        return 0
    return await Pod(read_options(run_folder, folder), message, notice, end_requested, warm).work()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sequencer-runner-pod", description="Executes the run whose files are in a folder."
    )
    parser.add_argument("run_folder", type=Path, help="the folder with options.json, script.py and token")
    parser.add_argument("work", type=Path, help="a folder for the journal and the log of this pod alone")
    parser.add_argument("--wait", action="store_true", help="wait until the files of the run appear in the folder")
    parser.add_argument("--termination-message", type=Path, default=Path("/dev/termination-log"))
    options = parser.parse_args()
    # The log of the pod contains only the output of the script.
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", filename=options.work / "runner.log"
    )
    logging.getLogger("websockets").setLevel(logging.WARNING)

    run = RUNNER_RUN_UID.take()
    code = asyncio.run(work(options.run_folder, options.work, options.termination_message, run, options.wait))
    sys.stdout.flush()
    # Exit without waiting for threads that write to a blocked log.
    os._exit(code)


if __name__ == "__main__":
    main()
