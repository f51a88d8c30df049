"""Runs in the script process: starts the script, executes commands, and ends the process as Python would."""

import atexit
import faulthandler
import os
import signal
import time
import traceback
from types import FunctionType
from typing import TYPE_CHECKING, Any, NoReturn, cast

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.frames import BadFrame, FrameReader
from sequencer_runner.common.python_code import python_version
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.controller import Controller
from sequencer_runner.script.evaluate.inspection_requests import InspectionRequests
from sequencer_runner.script.execution.commands import Commands
from sequencer_runner.script.execution.execution import Execution
from sequencer_runner.script.execution.signal_reaction import SignalReaction
from sequencer_runner.script.failure import failure_event, strip
from sequencer_runner.script.io import operator_prompts
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.operator_prompts import OperatorPrompts
from sequencer_runner.script.io.streams import Streams
from sequencer_runner.script.isolation import public, publish, script_modules, script_sys
from sequencer_runner.script.source.sources import Sources, parse
from sequencer_runner.script.source.statements import Statements, StopRequested, script_module
from sequencer_runner.script.tracing import probe as probes

if TYPE_CHECKING:
    import _socket

    from sequencer_runner.common.script_protocol import ScriptRequest, ScriptStart

_TICK = 0.05
_print_exception = script_sys.__excepthook__


class ScriptRuntime:
    """One per process. `importlib_bootstrap.py` executes the statements, so that few frames of the runner are below the
    script and count for its recursion limit."""

    def __init__(self, sock: "_socket.socket") -> None:
        # Used by the modules `sequencer` and `nextline`.
        publish(operator_prompts.__name__)
        publish(probes.__name__)
        self._socket = sock
        self._reader = FrameReader()
        self._channel = Channel(sock)
        self._own_threads = self._channel.own_threads
        self._controller: Controller | None = None
        self._prompts: OperatorPrompts | None = None
        self._signal_reaction = SignalReaction()
        self._grace = 300.0
        self._how, self._code = "end", 0

    def wait_for_start(self) -> "ScriptStart":
        """Returns the first message: the script and its options. Exits if the supervisor ends."""
        while True:
            data = self._socket.recv(65536)
            if not data:
                os._exit(0)
            for message in self._reader.feed(data):
                if isinstance(message, dict):
                    return cast("ScriptStart", message)

    def start(self, start: "ScriptStart") -> None:
        """Prepares the execution of the first statement."""
        self._path = path = start["path"]
        hostname: str = start["hostname"]
        self._grace = start["graceSeconds"]
        for name in ("_socket", "socket"):
            # `socket` copies the names of `_socket` when it is imported.
            if name in script_modules:
                vars(script_modules[name])["gethostname"] = lambda: hostname
        faulthandler.enable(2)
        statements = Statements(start["script"], path)
        sources = Sources(path, parse(statements.source, path))
        controller = Controller(self._channel, path, sources, statements.lines, self._own_threads)
        self._controller = controller
        streams = Streams(self._channel, controller.where)
        inspection = InspectionRequests(controller, self._channel, streams)
        controller.streams = streams
        prompts = OperatorPrompts(self._channel, lambda: controller.traces.current().id, streams.pass_on)
        operator_prompts.install(prompts)
        self._prompts = prompts
        self._register_exit(streams, controller)

        module = script_module(path)
        script_modules["__main__"] = module
        script_sys.argv = [path, *start["arguments"]]
        script_sys.path[0:0] = [os.path.dirname(path)]

        self._channel.event(
            {
                "type": "started",
                "at": now_iso(),
                "statements": statements.spans(),
                "pid": os.getpid(),
                "hostname": hostname,
                "python": python_version(),
                "packages": start["packages"],
            }
        )
        controller.set_breakpoints(start["breakpoints"])
        main_trace = controller.traces.of_thread(threads.get_ident())
        if start["startPaused"]:
            controller.stop_at_first_line(main_trace)
        probe = probes.install(controller, path)
        self._thread(lambda: self._ticks(probe, streams))
        execution = Execution(
            statements,
            path,
            self._channel,
            controller,
            watch=probe.watch,
            pass_on=streams.pass_on,
            hold=start["holdOnFailure"],
            start_at=start["startAt"],
        )
        self._running = execution
        commands = Commands(
            self._channel,
            controller=controller,
            execution=execution,
            prompts=prompts,
            inspection=inspection,
            signal_reaction=self._signal_reaction,
        )
        self._thread(lambda: self._listen(commands))
        os.register_at_fork(before=streams.pass_on, after_in_child=lambda: _in_forked_child(streams, controller))
        # The warning is about threads of the runner, whose locks are not used after a fork.
        public("warnings").filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)

        def statements_are_over() -> None:
            controller.statements_are_over()
            streams.pass_on()
            prompts.finish()

        self._statements_are_over = statements_are_over
        execution.begin(module)

    def next(self) -> FunctionType | None:
        """A function that executes the next statement; None when all have run. Raises StopRequested."""
        code = self._running.next()
        # Not `exec`, whose call Python counts for the recursion limit.
        return None if code is None else FunctionType(code, script_modules["__main__"].__dict__)

    def succeeded(self) -> None:
        """The statement has run."""
        self._running.succeeded()

    def failed(self, error: BaseException) -> None:
        """The statement has raised this. Raises the exception that ends the script, if it ends."""
        self._running.failed(error)

    def end(self, ended_by: list[BaseException]) -> None:
        """All statements have run, or the exception in the list has ended them. Removes it from the list."""
        error = ended_by.pop() if ended_by else None
        how, code = "end", 0
        if isinstance(error, StopRequested):
            how, code = "stopped", 130
        elif isinstance(error, SystemExit):
            how, code = "exit", _exit_code(error)
        elif error is not None:
            how, code = self._report(error)
        self._statements_are_over()
        self._channel.send({"finished": {"how": how, "code": code}})
        self._how, self._code = how, code

    def leave(self) -> None:
        """Raises an exception with which Python ends the process as without a runner."""
        if self._how == "interrupt":
            # The traceback was already printed. Python ends the process by SIGINT.
            script_sys.excepthook = lambda *_: None
            raise KeyboardInterrupt
        if self._code:
            raise SystemExit(self._code)

    def _report(self, error: BaseException) -> tuple[str, int]:
        strip(error, self._path)
        self._channel.event(failure_event(error, self._path, self._running.current))
        try:
            script_sys.excepthook(type(error), error, error.__traceback__)
        except SystemExit as exit_:
            return "exit", _exit_code(exit_)
        except BaseException as problem:
            # The hook of the script failed: report that as Python does.
            script_sys.stderr.write("Error in sys.excepthook:\n")
            strip(problem, self._path)
            _print_exception(type(problem), problem, problem.__traceback__)
            script_sys.stderr.write("\nOriginal exception was:\n")
            _print_exception(type(error), error, error.__traceback__)
        return ("interrupt", 130) if isinstance(error, KeyboardInterrupt) else ("error", 1)

    def _register_exit(self, streams: Streams, controller: Controller) -> None:
        """Sends output and events before the process ends, in whatever way."""

        def finish() -> None:
            streams.pass_on()
            controller.finish()
            probes.uninstall()
            self._channel.finish()
            streams.restore()

        # Registered before the exit functions of the script, so called after them.
        atexit.register(finish)

        def leave_immediately(status: int) -> NoReturn:
            self._channel.empty(1)
            os._exit(status)

        public("os")._exit = leave_immediately

    def _thread(self, target: Any) -> None:
        def body() -> None:
            self._own_threads.add(threads.get_ident())
            target()

        threads.start(body)

    # --- messages of the supervisor ---------------------------------------------------------------------------------

    def _listen(self, commands: Commands) -> None:
        while True:
            try:
                data = self._socket.recv(65536)
            except OSError:
                data = b""
            if not data:
                self._supervisor_lost()
                return
            try:
                frames = self._reader.feed(data)
            except BadFrame:
                self._supervisor_lost()
                return
            for message in frames:
                if isinstance(message, dict):
                    commands.carry_out(cast("ScriptRequest", message), message.get("id"))

    def _supervisor_lost(self) -> None:
        """No one can see or stop this script any more: interrupts it, so that it can clean up, and kills it later."""
        # First the signal: a stopped trace must leave its prompt by the exception, not by running its next line.
        os.kill(os.getpid(), signal.SIGINT)
        if self._controller is not None:
            self._controller.leave()
        if self._prompts is not None:
            self._prompts.leave()
        time.sleep(self._grace)
        os.killpg(os.getpgrp(), signal.SIGKILL)

    def _ticks(self, probe: probes.Probe, streams: Streams) -> None:
        controller = self._controller
        if controller is None:
            return
        while True:
            time.sleep(_TICK)
            try:
                streams.pass_on()
                self._signal_reaction.tick()
                if self._prompts is not None:
                    self._prompts.tick()
                # Before rearming: positions are sampled while lines are still muted.
                controller.tick()
                probe.tick()
            except Exception:
                # The error is in the output of the run. Continue with the next tick.
                traceback.print_exc()


def _in_forked_child(streams: Streams, controller: Controller) -> None:
    """A forked child is not part of the run: it is not traced, and it prints directly to the file descriptors."""
    probes.uninstall()
    controller.task_freeze.forget()
    operator_prompts.uninstall()
    streams.restore()


def _exit_code(error: SystemExit) -> int:
    """As in Python: the number, or 1 after printing a text to stderr."""
    if error.code is None:
        return 0
    if isinstance(error.code, int):
        return error.code & 0xFF
    print(error.code, file=script_sys.stderr)
    return 1
