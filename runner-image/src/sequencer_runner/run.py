"""One run under this supervisor: its folder, its script process, its journal, its end."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sequencer_runner import leftovers, telescope
from sequencer_runner.clock import now_iso, now_ms
from sequencer_runner.frames import FrameReader, OutputFrame
from sequencer_runner.journal import Journal
from sequencer_runner.ladder import Deadlines, Ladder, heeded
from sequencer_runner.outcome import End, Facts, Stop, outcome_of
from sequencer_runner.output import Output
from sequencer_runner.process import ScriptProcess
from sequencer_runner.script.values import python_version

_log = logging.getLogger("sequencer_runner.run")

_READ = 256 * 1024
_MERGE = 0.02
# After the script's process has ended: how long its children may go on writing.
_QUIET, _LONGEST = 0.5, 2.0
# For compiling the largest script on a busy machine.
_BEGIN = 30.0
# How long they have after SIGTERM.
_CHILDREN = 1.0
# How long an evaluation is waited for.
_EVALUATED = 20.0
# For a question to the script process that is answered at once, unless its interpreter is stuck.
_MARK, _REACTION = 0.2, 2.0
# Commands that change nothing: they are no actions in the record. An evaluation has its own event.
_LOOKING = {"evaluate", "variables", "source"}
_STOP_DETAILS = {
    "REQUEST": "Stops before the next statement.",
    "INTERRUPT": "KeyboardInterrupt (SIGINT) was sent to the script.",
    "TERMINATE": "SIGTERM was sent to the script.",
    "KILL": "SIGKILL was sent to the script and its children.",
}


class CommandRefused(Exception):
    """A command that cannot be carried out: a code of the catalogue and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Done:
    """A command that was carried out: a sentence for the record, and what is answered."""

    detail: str
    result: Any = None


@dataclass(frozen=True)
class Surroundings:
    """What every script on this runner finds: its host name, its versions, and its time for clean-up."""

    hostname: str
    deadlines: Deadlines
    packages: dict[str, str]


class Run:
    """`changed` is called whenever there is a new event to send."""

    def __init__(self, run_id: str, folder: Path, limit: int, changed: Callable[[], None]) -> None:
        self.id = run_id
        self.folder = folder
        self.journal = Journal(folder, limit)
        self.acked = 0
        self._changed = changed
        self._output = Output(self._record)
        self._reader = FrameReader()
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._last_reply = 0
        self._stops: list[Stop] = []
        self._ladder: Ladder | None = None
        self._how: str | None = None
        self._failure: str | None = None
        self._held: str | None = None
        self._process: ScriptProcess | None = None
        self._started: tuple[str, str] | None = None
        self._merge: asyncio.TimerHandle | None = None
        self._last_data = 0.0
        self._facts: dict[str, Any] = {"pid": 0, "hostname": "", "python": python_version(), "packages": {}}
        self._in_flight = 0
        self._ending = False
        self._begun = asyncio.Event()
        self.over = asyncio.Event()
        if self.journal.ended:
            self.over.set()

    # --- life -------------------------------------------------------------------------------------------------------

    @classmethod
    def create(cls, run_id: str, root: Path, start: dict[str, Any], limit: int, changed: Callable[[], None]) -> "Run":
        """Makes the folder; from now on this run is never started again."""
        folder = root / run_id
        work = folder / "work"
        work.mkdir(parents=True)
        (work / "script.py").write_bytes(start["script"].encode())
        _write_json(folder / "run.json", {"start": {k: v for k, v in start.items() if k != "script"}})
        return cls(run_id, folder, limit, changed)

    async def begin(
        self, process: ScriptProcess, start: dict[str, Any], surroundings: Surroundings, detail: str
    ) -> None:
        """Hands the script over. From here on whatever happens is in the journal. OSError: nothing was begun."""
        _write_json(self.folder / "process.json", {"pid": process.pid, "started": leftovers.start_time(process.pid)})
        self._process = process
        loop = asyncio.get_running_loop()
        loop.add_reader(process.channel, self._read_channel)
        for stream, fd in process.pipes.items():
            loop.add_reader(fd, self._read_pipe, stream, fd)
        self._started = (start["by"], detail)
        self._ladder = Ladder(surroundings.deadlines, self._look, self._climb)
        self._facts.update(pid=process.pid, hostname=surroundings.hostname, packages=surroundings.packages)
        self._watcher = asyncio.create_task(self._until_end(process))
        self._watcher.add_done_callback(_complain)
        # Its end, if it is gone already, is told by the watcher.
        with contextlib.suppress(OSError):
            await process.tell(
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

        await self._under_way()

    async def _under_way(self) -> None:
        """Until the script process has the script: the first event is `started`."""
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._begun.wait(), _BEGIN)

    async def adopt_leftover(self, grace: float) -> None:
        """A run of a supervisor before this one: waits until nothing of it is left, then ends the record as LOST."""
        pid, started = 0, None
        with contextlib.suppress(OSError, ValueError):
            known = json.loads((self.folder / "process.json").read_text())
            pid, started = known["pid"], known["started"]
        deadline = time.monotonic() + grace
        # It has interrupted itself when its supervisor went away; its clean-up is not to be disturbed.
        while leftovers.is_alive(pid, started) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        if pid and leftovers.may_be_ours(pid, started):
            leftovers.kill_group(pid)
        while leftovers.is_alive(pid, started):
            await asyncio.sleep(0.05)
        await self._see_telescope()
        self._end(
            End("LOST", None, "The runner's supervisor went away while the script ran. The telescope may still move.")
        )

    async def _until_end(self, process: ScriptProcess) -> None:
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
        await self._finish_commands()
        process.close()
        self._process = None
        end = outcome_of(Facts(self._how, status, tuple(self._stops), self._failure))
        if end.outcome != "SUCCEEDED":
            await self._see_telescope()
        self._end(end)

    async def _finish_commands(self) -> None:
        """What was asked last is answered, and in the record, before its last event."""
        self._ending = True
        if self._ladder is not None:
            self._ladder.over()
        self._begun.set()
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_exception(CommandRefused("RUN_FINISHED", "The run has ended."))
        deadline = time.monotonic() + 1
        while self._in_flight and time.monotonic() < deadline:
            await asyncio.sleep(0)

    async def _end_children(self, group: int) -> None:
        """What the script has started and not waited for ends with it."""
        leftovers.signal_group(group, signal.SIGTERM)
        deadline = time.monotonic() + _CHILDREN
        while leftovers.group_exists(group) and time.monotonic() < deadline:
            await asyncio.sleep(0.02)
        leftovers.kill_group(group)

    async def _drain(self, process: ScriptProcess) -> None:
        """Reads what is still in the pipes; does not wait for ever for children that hold them."""
        begin = time.monotonic()
        while process.pipes and self._open_pipes(process):
            now = time.monotonic()
            if now - begin > _LONGEST or now - max(self._last_data, begin) > _QUIET:
                return
            await asyncio.sleep(0.01)

    def _open_pipes(self, process: ScriptProcess) -> bool:
        still_open = [self._read_pipe(stream, fd) for stream, fd in process.pipes.items()]
        return any(still_open)

    def _end(self, end: End) -> None:
        if self.journal.last_seq == 0:
            # It was gone before it had a word to say.
            self._record({"type": "started", "at": now_iso(), "statements": [], **self._facts})
        self._record(
            {"type": "ended", "at": now_iso(), "outcome": end.outcome, "exitCode": end.exit_code, "reason": end.reason}
        )
        with contextlib.suppress(OSError):
            self.journal.sync()
        self._begun.set()
        self.over.set()

    def remove(self) -> None:
        self.journal.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # --- events -----------------------------------------------------------------------------------------------------

    def _record(self, event: dict[str, Any]) -> None:
        self.journal.append(event)
        self._changed()

    def _event(self, event: dict[str, Any]) -> None:
        """Any event but output: what was printed before comes before."""
        self._output.flush()
        if event["type"] == "failure":
            self._failure = f"{event['exception']}: {event['message']}"
            if event["awaitingDecision"]:
                self._held = self._failure
        elif event["type"] == "decision":
            self._failure = self._held = None
        self._record(event)
        if event["type"] == "started" and self._started is not None:
            self._action("start", self._started[0], True, self._started[1])
            self._begun.set()

    def _action(self, name: str, by: str, ok: bool, detail: str) -> None:
        self._event({"type": "action", "at": now_iso(), "name": name, "by": by, "ok": ok, "detail": detail})

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
            for frame in self._reader.feed(data):
                if isinstance(frame, OutputFrame):
                    self._print(frame.stream, frame.trace, frame.line, frame.time, frame.data, tagged=True)
                else:
                    self._hear(frame)

    def _read_pipe(self, stream: int, fd: int) -> bool:
        """False when the pipe is closed at its other end."""
        # What Python's streams have passed on was written before.
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

    def _hear(self, message: dict[str, Any]) -> None:
        if "event" in message:
            self._event(message["event"])
        elif "finished" in message:
            self._how = message["finished"]["how"]
        elif "reply" in message:
            reply = message["reply"]
            waiting = self._replies.pop(reply["id"], None)
            if waiting is not None and not waiting.done():
                waiting.set_result(reply)

    # --- commands ---------------------------------------------------------------------------------------------------

    async def command(self, name: str, fields: dict[str, Any]) -> Any:
        """Carries a command out; its result. Raises CommandRefused."""
        if self._ending or self.over.is_set():
            raise CommandRefused("RUN_FINISHED", "The run has ended; its outcome never changes.")
        if self._process is None:
            raise CommandRefused(
                "RUNNER_AWAY", "The script's supervisor went away; what is left of the run is being ended."
            )
        by = fields["by"]
        self._in_flight += 1
        try:
            await self._under_way()
            done = await self._carry_out(name, fields, self._process)
            if name not in _LOOKING:
                self._action(name, by, True, done.detail)
            return done.result
        except CommandRefused as error:
            if name not in _LOOKING:
                self._action(name, by, False, str(error))
            raise
        finally:
            self._in_flight -= 1

    async def _carry_out(self, name: str, fields: dict[str, Any], process: ScriptProcess) -> Done:
        match name:
            case "pause":
                if self._signalled():
                    raise CommandRefused("STOPPING", "The run is stopping; it cannot be paused any more.")
                await self._ask(process, {"do": "pause"})
                return Done("Every trace stops at its next line.")
            case "resume":
                await self._ask(process, {"do": "resume"})
                return Done("Every trace goes on.")
            case "step":
                step = {"do": "step", "trace": fields["trace"], "prompt": fields["prompt"]}
                await self._ask(process, {**step, "command": fields["command"], "line": fields.get("line")})
                return Done(f"{fields['command']} at prompt {fields['prompt']} of trace {fields['trace']}.")
            case "unstop":
                return Done(await self._unstop(process, fields["by"]))
            case "stop":
                await self._stop(process, fields["level"], fields["by"], fields.get("escalate") or False)
                return Done(f"{fields['level']}: {_STOP_DETAILS[fields['level']]}")
            case "setBreakpoints":
                told = await self._ask(process, {"do": "setBreakpoints", "breakpoints": fields["breakpoints"]})
                return Done(f"{len(fields['breakpoints'])} breakpoints are set.", told)
            case "evaluate":
                return Done("", await self._evaluate(process, fields))
            case "interruptEvaluation":
                await self._ask(process, {"do": name, "trace": fields["trace"], "prompt": fields["prompt"]})
                return Done(f"At prompt {fields['prompt']} of trace {fields['trace']}.")
            case "variables" | "source":
                return Done("", await self._ask(process, {"do": name, **fields}))
            case "decide":
                if self._signalled():
                    raise CommandRefused("STOPPING", "The run is stopping; nothing of it goes on any more.")
                decision = {"do": "decide", "action": fields["action"], "line": fields.get("line"), "by": fields["by"]}
                await self._ask(process, decision)
                return Done(f"After the failure: {fields['action']}.")
            case "replace":
                await self._ask(process, {"do": "replace", "script": fields["script"], "by": fields["by"]})
                return Done("What had not run was replaced.")
            case "answer":
                answer = {"do": "answer", "ask": fields["ask"], "answer": fields["answer"], "by": fields["by"]}
                await self._ask(process, answer)
                return Done(f"Question {fields['ask']}: {fields['answer']}"[:1000])
            case _:
                raise CommandRefused("NOT_YET", f"The command {name} is not available in this version.")

    async def _evaluate(self, process: ScriptProcess, fields: dict[str, Any]) -> Any:
        answer = asyncio.ensure_future(self._ask(process, {"do": "evaluate", **fields}))
        done, _ = await asyncio.wait([answer], timeout=_EVALUATED)
        if not done:
            # What comes of it is told by its event.
            answer.add_done_callback(lambda late: late.exception())
            text = f"The evaluation takes longer than {_EVALUATED:.0f} s and goes on. Its result will be in the record."
            raise CommandRefused("STILL_EVALUATING", text)
        return answer.result()

    def _signalled(self) -> bool:
        return any(s.level != "REQUEST" for s in self._stops)

    async def _stop(self, process: ScriptProcess, level: str, by: str, escalate: bool) -> None:
        if self._ladder is None:
            raise CommandRefused("RUN_NOT_STARTED", "The run has not begun yet.")
        if level == "REQUEST" and self._signalled():
            raise CommandRefused("STOPPING", "The run is stopping by a stronger means already.")
        if level == "REQUEST" and escalate:
            text = "escalate: a statement may take as long as it takes, so nothing follows a REQUEST by itself."
            raise CommandRefused("BAD_INPUT", text)
        rung = self._ladder.rung(level, by, escalate=escalate)
        if level in ("INTERRUPT", "TERMINATE"):
            await self._ask_briefly(process, {"do": "mark", "level": level}, _MARK)
        self._stops.append(Stop(level, by, self._held))
        self._event({**rung.event(), "at": now_iso()})
        self._ladder.sent(rung)
        match level:
            case "REQUEST":
                await self._ask(process, {"do": "stop"})
            case "INTERRUPT":
                process.signal(signal.SIGINT)
                await self._leave(process)
            case "TERMINATE":
                process.signal(signal.SIGTERM)
                await self._leave(process)
            case _:
                leftovers.kill_group(process.pid)

    async def _climb(self, level: str, by: str) -> None:
        """The next rung, by itself."""
        with contextlib.suppress(CommandRefused):
            await self.command("stop", {"level": level, "by": by, "escalate": True})

    async def _look(self, level: str, seconds: int) -> None:
        """How the script takes a rung of the ladder, and what goes on moving."""
        process = self._process
        if process is None or self._ending:
            return
        reaction = "unknown"
        if level != "KILL":
            reaction = str(await self._ask_briefly(process, {"do": "reaction"}, _REACTION) or "unknown")
        event = heeded(level, seconds, reaction)
        if event is not None and not self._ending:
            self._event({**event, "at": now_iso()})
        await self._see_telescope()

    async def _see_telescope(self) -> None:
        event = await telescope.look()
        if event is not None and not self.over.is_set():
            self._event(event)

    async def _unstop(self, process: ScriptProcess, by: str) -> str:
        if not any(s.level == "REQUEST" for s in self._stops):
            raise CommandRefused(
                "BAD_INPUT", "No stop after the statement was asked for: there is nothing to take back."
            )
        await self._ask(process, {"do": "unstop"})
        self._stops = [s for s in self._stops if s.level != "REQUEST"]
        if self._ladder is not None:
            self._ladder.over()
        self._event({"type": "stopping", "at": now_iso(), "level": None, "by": by})
        return "The stop after this statement was taken back."

    async def _leave(self, process: ScriptProcess) -> None:
        """Lets paused traces go, after the signal: the main thread leaves its prompt by that, not by its next line."""
        with contextlib.suppress(OSError):
            await process.tell({"do": "leave"})

    async def _ask_briefly(self, process: ScriptProcess, message: dict[str, Any], seconds: float) -> Any:
        """None when it does not answer in time: its interpreter is stuck, or it is ending."""
        with contextlib.suppress(asyncio.TimeoutError, CommandRefused):
            return await asyncio.wait_for(self._ask(process, message), seconds)
        return None

    async def _ask(self, process: ScriptProcess, message: dict[str, Any]) -> Any:
        """The script process carries it out; its result."""
        self._last_reply += 1
        key = str(self._last_reply)
        waiting: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._replies[key] = waiting
        try:
            await process.tell({"id": key, **message})
        except OSError:
            self._replies.pop(key, None)
            raise CommandRefused("RUN_FINISHED", "The run is ending.") from None
        try:
            reply = await waiting
        finally:
            self._replies.pop(key, None)
        if not reply["ok"]:
            raise CommandRefused(reply["code"], reply["message"])
        return reply.get("result")

    async def terminate_softly(self, grace: float) -> None:
        """The supervisor itself was told to end: interrupts the script and waits for it, at most `grace` seconds."""
        process = self._process
        if process is None or self.over.is_set():
            return
        with contextlib.suppress(CommandRefused):
            await self.command("stop", {"level": "INTERRUPT", "by": "the system, which is shutting the runner down"})
        try:
            await asyncio.wait_for(self.over.wait(), grace)
        except asyncio.TimeoutError:
            with contextlib.suppress(CommandRefused):
                await self.command("stop", {"level": "KILL", "by": "the system, after the grace time"})
            await self.over.wait()


def _complain(watcher: "asyncio.Task[None]") -> None:
    if not watcher.cancelled() and watcher.exception() is not None:
        _log.error("a run's end could not be recorded", exc_info=watcher.exception())


def _write_json(path: Path, value: dict[str, Any]) -> None:
    with open(path, "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
