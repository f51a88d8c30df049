"""One run under this supervisor, from its folder and script process to the last event in its journal."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sequencer_runner.common.clock import now_iso, now_ms
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.frames import BadFrame, Frame, FrameReader, LineFrame, OutputFrame, UncheckedJson
from sequencer_runner.journal import Journal
from sequencer_runner.private_files import make_private
from sequencer_runner.protocol import Event, RunCommand, StartCommand, StopLevel
from sequencer_runner.supervisor import orphans
from sequencer_runner.supervisor.commands import HANDLERS, READ_ONLY, Controls
from sequencer_runner.supervisor.ladder import Deadlines
from sequencer_runner.supervisor.outcome import End, Facts, outcome_of, started_without_statements
from sequencer_runner.supervisor.output import Output
from sequencer_runner.supervisor.run_folder import make_run_folder, read_start, read_token, write_json, write_token
from sequencer_runner.supervisor.script_channel import ScriptChannel
from sequencer_runner.supervisor.script_messages import BadScriptMessage, ScriptMessages, check_output
from sequencer_runner.supervisor.script_process import ScriptProcessHandle, waited_for
from sequencer_runner.supervisor.stopping import Stopping, interrupt_and_wait, record_telescope
from sequencer_runner.supervisor.telescope_watch import watch_telescope

_log = logging.getLogger("sequencer_runner.supervisor.run")

_READ = 256 * 1024
_MERGE = 0.02
# After the script process has ended: how long to read what its children still write, in seconds.
_QUIET, _LONGEST = 0.5, 2.0
# Seconds that children have after SIGTERM.
_CHILDREN = 1.0
# Seconds to compile the largest script on a busy machine.
_BEGIN = 30.0


@dataclass(frozen=True)
class RunnerEnvironment:
    """What every script on this runner gets: the host name, the package versions, the time for clean-up."""

    hostname: str
    deadlines: Deadlines
    packages: dict[str, str]


class Run:
    """`changed` is called whenever there is a new event to send."""

    def __init__(self, run_id: str, folder: Path, limit: int, changed: Callable[[], None]) -> None:
        self.id = run_id
        self.folder = folder
        self.journal = Journal(folder, limit)
        self.token = read_token(folder)
        self.start = read_start(folder)
        self.acked = 0
        self.unrecorded = False
        """The gateway does not record its events."""
        self._changed = changed
        self._output = Output(self._record)
        self._reader = FrameReader()
        self._messages = ScriptMessages()
        self._violation: str | None = None
        self._channel: ScriptChannel | None = None
        self._stopping: Stopping | None = None
        self._end_kind: str | None = None
        self._failure: str | None = None
        self.held: str | None = None
        self._watch: asyncio.Task[None] | None = None
        self._process: ScriptProcessHandle | None = None
        self._started: tuple[str, str] | None = None
        self._merge: asyncio.TimerHandle | None = None
        self._last_data = 0.0
        self._facts: tuple[int, str, dict[str, str]] = (0, "", {})
        self._in_flight = 0
        self.ending = False
        self._started_event = asyncio.Event()
        self.over = asyncio.Event()
        if self.journal.ended:
            self.over.set()

    # --- life cycle ---------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, run_id: str, root: Path, start: StartCommand, limit: int, changed: Callable[[], None]) -> "Run":
        """Creates the folder. From now on this run is never started again."""
        folder = root / run_id
        make_run_folder(folder, start)
        return cls(run_id, folder, limit, changed)

    def keep_token(self, token: str) -> None:
        """Replaces the token by that of the latest `start` command."""
        write_token(self.folder, token)
        self.token = token

    async def begin(
        self, process: ScriptProcessHandle, start: StartCommand, surroundings: RunnerEnvironment, detail: str
    ) -> None:
        """Passes the script to the process. From here on everything is recorded. OSError: nothing started."""
        write_json(self.folder / "process.json", {"pid": process.pid, "started": orphans.start_time(process.pid)})
        self._process = process
        loop = asyncio.get_running_loop()
        loop.add_reader(process.channel, self._read_channel)
        for stream, fd in process.pipes.items():
            loop.add_reader(fd, self._read_pipe, stream, fd)
        self._started = (start["by"], detail)
        self._channel = ScriptChannel(process)
        self._stopping = Stopping(self, process, self._channel, surroundings.deadlines)
        self._facts = (process.pid, surroundings.hostname, surroundings.packages)
        self._watcher = asyncio.create_task(self._wait_for_end(process))
        self._watcher.add_done_callback(_log_failure)
        # If the process has already ended, the watcher records that.
        with contextlib.suppress(OSError):
            await self._channel.send(
                {
                    "script": start["script"],
                    "path": str(self.folder / "work" / "script.py"),
                    "arguments": start["arguments"],
                    "startPaused": start["startPaused"],
                    "startAt": start.get("startAt") or 0,
                    "holdOnFailure": start["holdOnFailure"],
                    "breakpoints": start["breakpoints"],
                    "hostname": surroundings.hostname,
                    "graceSeconds": surroundings.deadlines.interrupt,
                    "packages": surroundings.packages,
                }
            )

        await self._wait_until_started()

    async def _wait_until_started(self) -> None:
        """Waits for `started`, the first event of the script process."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._started_event.wait(), _BEGIN)

    async def end_orphaned_run(self, grace: float) -> None:
        """For a run of a previous supervisor: waits until its processes have ended, then records LOST."""
        pid, started = 0, None
        with contextlib.suppress(OSError, ValueError):
            known = json.loads((self.folder / "process.json").read_text())
            pid, started = known["pid"], known["started"]
        deadline = time.monotonic() + grace
        # The script process has interrupted itself when it lost its supervisor. Let it clean up.
        while orphans.is_alive(pid, started) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        if pid and orphans.may_be_ours(pid, started):
            orphans.kill_group(pid)
        while orphans.is_alive(pid, started):
            await asyncio.sleep(0.05)
        await orphans.end_and_report(lambda: orphans.marked(str(self.folder.parent)), self._action)
        await record_telescope(self.event)
        self._end(
            End("LOST", None, "The runner's supervisor ended while the script ran. The telescope may still be moving.")
        )

    async def _wait_for_end(self, process: ScriptProcessHandle) -> None:
        status = await asyncio.to_thread(process.popen.wait)
        self._last_data = time.monotonic()
        self._read_channel()
        await self._drain(process)
        await self._end_children(process.pid)
        loop = asyncio.get_running_loop()
        loop.remove_reader(process.channel)
        for fd in process.pipes.values():
            loop.remove_reader(fd)
        self._read_channel()
        self._output.close(now_ms())
        self._stop_telescope_watch()
        await self._finish_commands()
        process.close()
        self._process = None
        stops = () if self._stopping is None else tuple(self._stopping.sent)
        end = outcome_of(Facts(self._end_kind, status, stops, self._failure, self._violation))
        if end.outcome != "SUCCEEDED":
            await record_telescope(self.event)
        self._end(end)

    async def _finish_commands(self) -> None:
        """Completes the commands in progress, so that they are recorded before the last event."""
        self.ending = True
        self._started_event.set()
        if self._stopping is not None:
            self._stopping.over()
        if self._channel is not None:
            self._channel.close()
        deadline = time.monotonic() + 1
        while self._in_flight and time.monotonic() < deadline:
            await asyncio.sleep(0)

    async def _end_children(self, group: int) -> None:
        """Ends the processes that the script has started and not waited for."""
        others = waited_for() - {group}
        await orphans.end_and_report(lambda: orphans.descendants(others), self._action)
        # Without /proc, only the process group is known.
        orphans.signal_group(group, signal.SIGTERM)
        deadline = time.monotonic() + _CHILDREN
        while orphans.group_exists(group) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        orphans.kill_group(group)
        orphans.reap(waited_for())

    async def _drain(self, process: ScriptProcessHandle) -> None:
        """Reads what is left in the pipes, with a time limit for children that keep them open."""
        begin = time.monotonic()
        while process.pipes and self._open_pipes(process):
            now = time.monotonic()
            if now - begin > _LONGEST or now - max(self._last_data, begin) > _QUIET:
                return
            await asyncio.sleep(0.01)

    def _open_pipes(self, process: ScriptProcessHandle) -> bool:
        still_open = [self._read_pipe(stream, fd) for stream, fd in process.pipes.items()]
        return any(still_open)

    def _end(self, end: End) -> None:
        if self.journal.last_seq == 0:
            # The process ended before its first event.
            self._record(started_without_statements(*self._facts))
        self._record(end.event())
        with contextlib.suppress(OSError):
            self.journal.sync()
        self._started_event.set()
        self.over.set()

    def remove(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def keep(self, root: Path) -> Path:
        """Moves the folder of the run below `root`. Returns the new path."""
        self.journal.close()
        make_private(root)
        return self.folder.rename(root / f"{self.id}-{uuid.uuid4().hex[:8]}")

    # --- events -----------------------------------------------------------------------------------------------------

    def _record(self, event: Event) -> None:
        self.journal.append(event)
        self._changed()

    def event(self, event: Event) -> None:
        """Records an event other than output, after the output that precedes it."""
        self._output.flush()
        if event["type"] == "failure":
            self._failure = ": ".join(filter(None, (event["exception"], event["message"])))
            if event["awaitingDecision"]:
                self.held = self._failure
                self._watch = asyncio.create_task(watch_telescope(self.event))
        elif event["type"] == "decision":
            self._failure = self.held = None
            self._stop_telescope_watch()
        self._record(event)
        if event["type"] == "started" and self._started is not None:
            self._action("start", self._started[0], True, self._started[1])
            self._started_event.set()

    def _stop_telescope_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None

    def _line(self, event: bytes) -> None:
        self._output.flush()
        self.journal.append_line(event)
        self._changed()

    def _action(self, name: str, by: str, ok: bool, detail: str) -> None:
        self.event({"type": "action", "at": now_iso(), "name": name, "by": by, "ok": ok, "detail": detail})

    def _read_channel(self) -> None:
        process = self._process
        if process is None:
            return
        for _ in range(16):
            try:
                data = process.channel.recv(_READ)
            except (BlockingIOError, InterruptedError):
                return
            except OSError:
                data = b""
            if not data:
                asyncio.get_running_loop().remove_reader(process.channel)
                return
            try:
                for frame in self._reader.feed(data):
                    # The most frequent kind first, without another call.
                    if type(frame) is LineFrame and self._messages.is_plain_line(frame):
                        self._line(frame.data)
                    else:
                        self._take(frame)
            except (BadFrame, BadScriptMessage) as error:
                # Closing the channel makes the script process interrupt itself.
                _log.error("run %s: the script process violated the protocol: %s", self.id, error)
                self._violation = str(error)
                self._reader.stop()
                with contextlib.suppress(OSError):
                    process.channel.shutdown(socket.SHUT_RDWR)
                return

    def _take(self, frame: Frame) -> None:
        """Raises BadFrame or BadScriptMessage."""
        if isinstance(frame, LineFrame):
            self._receive({"event": frame.event()})
        elif isinstance(frame, OutputFrame):
            check_output(frame)
            self._print(frame.stream, frame.trace, frame.line, frame.time, frame.data, tagged=True)
        else:
            self._receive(frame)

    def _read_pipe(self, stream: int, fd: int) -> bool:
        """Returns False when the other end of the pipe is closed."""
        # Output that came through Python's streams was written earlier.
        self._read_channel()
        try:
            data = os.read(fd, _READ)
        except (BlockingIOError, InterruptedError):
            return True
        if not data:
            asyncio.get_running_loop().remove_reader(fd)
            return False
        self._last_data = time.monotonic()
        self._print(stream, 0, 0, now_ms(), data, tagged=False)
        return True

    def _print(self, stream: int, trace: int, line: int, at: int, data: bytes, *, tagged: bool) -> None:
        self._output.add(stream, trace, line, at, data, tagged=tagged)
        if self._output.pending and self._merge is None:
            self._merge = asyncio.get_running_loop().call_later(_MERGE, self._merged)

    def _merged(self) -> None:
        self._merge = None
        self._output.flush()

    def _receive(self, unchecked: UncheckedJson) -> None:
        message = self._messages.check(unchecked)
        if "event" in message:
            try:
                self.event(message["event"])
            except (ValueError, RecursionError) as error:
                raise BadScriptMessage(f"an event is not valid JSON: {error}") from None
        elif "finished" in message:
            self._end_kind = message["finished"]["how"]
        elif "reply" in message and self._channel is not None:
            self._channel.receive_reply(message["reply"])

    # --- commands ---------------------------------------------------------------------------------------------------

    async def command(self, command: RunCommand) -> object:
        """Executes a command and returns its result. Raises CommandRefused."""
        if self.ending or self.over.is_set():
            raise CommandRefused("RUN_FINISHED", "The run has ended; its outcome never changes.")
        if self._channel is None or self._stopping is None:
            text = "The supervisor of this run has ended; the rest of the run is being stopped."
            raise CommandRefused("RUNNER_AWAY", text, "Wait until the run has ended.")
        name, by = command["name"], command["by"]
        self._messages.users.add(by)
        self._in_flight += 1
        try:
            await self._wait_until_started()
            done = await HANDLERS[name](Controls(self._channel, self._stopping), command)
            if name not in READ_ONLY:
                self._action(name, by, True, done.detail)
            return done.result
        except CommandRefused as error:
            if name not in READ_ONLY:
                self._action(name, by, False, str(error))
            raise
        finally:
            self._in_flight -= 1

    async def stop(self, level: StopLevel, by: str, *, escalate: bool = False) -> None:
        """Sends a rung of the stop ladder without a user. Does nothing if it is refused."""
        with contextlib.suppress(CommandRefused):
            await self.command({"name": "stop", "run": self.id, "by": by, "level": level, "escalate": escalate})

    async def end_unrecorded(self) -> None:
        """Interrupts a run that no one can see or stop; the stop ladder escalates."""
        await self.stop("INTERRUPT", "the runner, because the API does not record this run", escalate=True)
        await self.over.wait()

    async def shut_down_gently(self, grace: float) -> None:
        """Interrupts the script because the supervisor is shutting down. Waits at most `grace` seconds."""
        if self._channel is not None and not self.over.is_set():
            await interrupt_and_wait(self, self.over, grace)


def _log_failure(watcher: "asyncio.Task[None]") -> None:
    if not watcher.cancelled() and watcher.exception() is not None:
        _log.error("the end of a run could not be recorded", exc_info=watcher.exception())
