"""The worker: executes one run at a time, and keeps a prepared script process for the next."""

import asyncio
import contextlib
import fcntl
import logging
import shutil
import uuid
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.environment import RUNNER_TOKEN, RUNNER_TOKEN_FILE, SEQUENCER_RUNNER_FOLDER
from sequencer_runner.common.python_code import python_version
from sequencer_runner.gateway_client import GatewayClient
from sequencer_runner.private_files import make_private
from sequencer_runner.protocol import PROTOCOL_VERSION, Command, Hello, HelloRun, StartCommand
from sequencer_runner.secret import Secret
from sequencer_runner.supervisor import orphans, telescope
from sequencer_runner.supervisor.checks import Finding, check_script, ocs_problems, statement_at
from sequencer_runner.supervisor.conditions import read_conditions
from sequencer_runner.supervisor.ladder import Deadlines
from sequencer_runner.supervisor.packages import packages
from sequencer_runner.supervisor.run import Run, RunnerEnvironment
from sequencer_runner.supervisor.script_checks import answer, refuse_errors
from sequencer_runner.supervisor.script_process import ScriptProcessHandle, spawn, waited_for

_log = logging.getLogger("sequencer_runner.supervisor.worker")

# Subfolder for the records of runs that the API did not record.
_UNRECORDED = "unrecorded"


@dataclass(frozen=True)
class Settings:
    gateway: str
    secret: Secret
    sequencer: str
    state_dir: Path
    hostname: str
    deadlines: Deadlines
    journal_limit: int


class FolderTaken(Exception):
    """Another supervisor uses the same folder."""


class Worker:
    run_type: type[Run] = Run

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.runs: dict[str, Run] = {}
        self._gateway = GatewayClient(settings.gateway, settings.secret, self)
        self._instance = uuid.uuid4().hex[:12]
        self._packages = packages()
        self._surroundings = RunnerEnvironment(settings.hostname, settings.deadlines, self._packages)
        self._warm: ScriptProcessHandle | None = None
        self._forgotten: deque[str] = deque(maxlen=1000)
        self._unrecorded: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._starting = asyncio.Lock()

    async def serve(self) -> None:
        """Runs until it is cancelled. Raises FolderTaken."""
        orphans.become_subreaper()
        SEQUENCER_RUNNER_FOLDER.pass_on(str(self._settings.state_dir))
        try:
            make_private(self._settings.state_dir)
        except PermissionError as error:
            _log.warning("other users may be able to read the records of runs: %s", error)
        with open(self._settings.state_dir / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                text = f"Another runner uses {self._settings.state_dir}. Stop it, or choose another --state-dir."
                raise FolderTaken(text) from None
            self.set_connected(False)
            self._find_runs()
            if self._warm is None:
                self._warm = spawn()
            self._spawn_task(self._sync())
            try:
                await self._gateway.run()
            finally:
                if self._warm is not None:
                    self._warm.close()

    async def shut_down(self) -> None:
        """Interrupts the script, waits for its end, and gives the gateway up to 2 s to store the last events."""
        for run in list(self.runs.values()):
            await run.shut_down_gently(self._settings.deadlines.interrupt)
        for _ in range(100):
            if not any(run.over.is_set() for run in self.runs.values()):
                return
            await asyncio.sleep(0.02)

    def _find_runs(self) -> None:
        for folder in sorted(self._settings.state_dir.iterdir()):
            if not folder.is_dir() or folder.name == _UNRECORDED:
                continue
            if not (folder / "run.json").exists():
                # The supervisor ended while it created this folder; nothing was started.
                shutil.rmtree(folder, ignore_errors=True)
                continue
            run = Run(folder.name, folder, self._settings.journal_limit, self._gateway.changed)
            self.runs[run.id] = run
            if not run.over.is_set():
                _log.warning("run %s was left unfinished by a previous supervisor", run.id)
                self._spawn_task(run.end_orphaned_run(self._settings.deadlines.interrupt))

    def _spawn_task(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _sync(self) -> None:
        """Flushes the journals to disk once a second."""
        while True:
            await asyncio.sleep(1)
            orphans.reap(waited_for())
            for run in list(self.runs.values()):
                run.journal.retry()
                if run.journal.dirty:
                    with contextlib.suppress(OSError, ValueError):
                        await asyncio.to_thread(run.journal.sync)

    # --- for the gateway --------------------------------------------------------------------------------------------

    async def hello(self) -> Hello:
        # Wait for a start from the previous connection: `hello` must list that run, even if its reply was lost.
        async with self._starting:
            return self._hello()

    def _hello(self) -> Hello:
        return {
            "type": "hello",
            "protocol": PROTOCOL_VERSION,
            "sequencer": self._settings.sequencer,
            "instance": self._instance,
            "python": python_version(),
            "hostname": self._settings.hostname,
            "packages": self._packages,
            "problems": ocs_problems(),
            "runs": [_hello_run(run) for run in self.runs.values()],
            "runTokens": True,
        }

    def set_connected(self, connected: bool) -> None:
        """Maintains the file `connected`, which the health check of the container tests."""
        mark = self._settings.state_dir / "connected"
        with contextlib.suppress(OSError):
            if connected:
                mark.touch()
            else:
                mark.unlink(missing_ok=True)

    def forget(self, run_id: str) -> None:
        run = self.runs.pop(run_id, None)
        if run is not None:
            self._forgotten.append(run_id)
            run.remove()

    def end_unrecorded(self, run_id: str) -> None:
        if run_id not in self._unrecorded:
            self._unrecorded.add(run_id)
            self._spawn_task(self._end_unrecorded(self.runs[run_id]))

    async def _end_unrecorded(self, run: Run) -> None:
        _log.error("interrupting run %s, which the API does not record", run.id)
        await run.end_unrecorded()
        self._unrecorded.discard(run.id)
        if run.unrecorded and self.runs.pop(run.id, None) is not None:
            self._forgotten.append(run.id)
            kept = run.keep(self._settings.state_dir / _UNRECORDED)
            _log.error("run %s has ended; its record was kept in %s", run.id, kept)

    async def command(self, command: Command) -> object:
        if command["name"] == "check" or command["name"] == "statements":
            return await asyncio.to_thread(answer, command, self._settings.hostname)
        if command["name"] == "telescope":
            return await telescope.read_status()
        if command["name"] == "conditions":
            return await read_conditions(self._settings.state_dir)
        if command["name"] == "start":
            async with self._starting:
                await self._start(command)
            return None
        run = self.runs.get(command["run"])
        if run is None:
            raise CommandRefused("UNKNOWN_RUN", f"This runner does not have run {command['run']}.")
        if command["name"] == "replace":
            refuse_errors(await self._check(command["script"]))
        return await run.command(command)

    async def _check(self, script: str, start_at: int | None = None, start_line: int | None = None) -> list[Finding]:
        return await asyncio.to_thread(check_script, script, self._settings.hostname, start_at or 0, start_line)

    async def _start(self, start: StartCommand) -> None:
        run_id, token, line = start["run"], start.get("token"), start.get("startLine")
        if run_id in self.runs and token:
            self.runs[run_id].keep_token(token)
        if run_id in self.runs or run_id in self._forgotten:
            return
        active = [run.id for run in self.runs.values() if not run.over.is_set()]
        if active:
            raise CommandRefused("RUNNER_BUSY", f"This runner is executing run {active[0]}.")
        if not run_id.replace("-", "").isalnum():
            raise CommandRefused("BAD_INPUT", "The id of the run contains characters other than letters, digits and -.")
        findings = await self._check(start["script"], start.get("startAt"), line)
        refuse_errors(findings)
        if line is not None:
            start["startAt"] = statement_at(start["script"], line)
        process = self._take_prepared()
        root, limit = self._settings.state_dir, self._settings.journal_limit
        try:
            run = self.run_type.create(run_id, root, start, limit, self._gateway.changed)
            self.runs[run_id] = run
            left_out = [finding.message for finding in findings if finding.code == "LEFT_OUT"]
            await run.begin(process, start, self._surroundings, " ".join([start["title"] or "", *left_out]).strip())
        except OSError as error:
            self.runs.pop(run_id, None)
            process.close()
            shutil.rmtree(root / run_id, ignore_errors=True)
            text = f"The runner cannot write its journal: {error}."
            raise CommandRefused("INTERNAL", text, "Check the disk of the runner.") from None
        asyncio.get_running_loop().call_later(0.5, self._prepare_next)

    def _take_prepared(self) -> ScriptProcessHandle:
        process, self._warm = self._warm, None
        if process is not None and process.alive():
            return process
        if process is not None:
            process.close()
        return spawn()

    def _prepare_next(self) -> None:
        if self._warm is None:
            self._warm = spawn()


def _hello_run(run: Run) -> HelloRun:
    entry: HelloRun = {"run": run.id, "lastSeq": run.journal.last_seq, "ended": run.over.is_set()}
    if run.token is not None:
        entry["token"] = run.token
    if run.start is not None and not run.over.is_set():
        entry["start"] = run.start
    return entry


def environment_secret() -> Secret:
    """From RUNNER_TOKEN_FILE or RUNNER_TOKEN; empty when neither is set. Raises OSError or ValueError."""
    file = RUNNER_TOKEN_FILE.read()
    return Secret(RUNNER_TOKEN.read() or "", Path(file) if file else None)
