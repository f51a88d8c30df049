"""Answers requests to evaluate an expression, list variables, or read the source of a file."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sequencer_runner.common.clock import now_iso
from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script import threads
from sequencer_runner.script.debugger.controller import Controller
from sequencer_runner.script.debugger.prompts import Evaluation, EvaluationInterrupted, Prompt
from sequencer_runner.script.evaluate import inspection, pdb_commands
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.output_capture import OutputCapture
from sequencer_runner.script.io.streams import Streams
from sequencer_runner.script.isolation import script_sys
from sequencer_runner.script.source.expressions import one_line
from sequencer_runner.script.source.live_locals import refresh_locals
from sequencer_runner.script.source.signals import is_of_signal
from sequencer_runner.script.tracing.probe import current_probe

if TYPE_CHECKING:
    from sequencer_runner import protocol
    from sequencer_runner.common.script_protocol import ReplyFields

_LARGEST = 2 * 1024 * 1024

Reply = Callable[["ReplyFields"], None]
"""Takes the fields of a reply."""


class InspectionRequests:
    def __init__(self, controller: Controller, channel: Channel, streams: Streams) -> None:
        self._controller = controller
        self._streams = streams
        self._channel = channel

    def submit(self, request: "protocol.EvaluateCommand | protocol.VariablesCommand", reply: Reply) -> None:
        """Queues the request for the stopped trace, which sends the reply. Raises CommandRefused."""
        trace, prompt = self._controller.at_prompt(request["trace"], request["prompt"])
        if request["frame"] >= len(prompt.frames):
            raise CommandRefused("BAD_INPUT", f"frame: the stack has {len(prompt.frames)} frames, counted from 0.")
        if prompt.evaluation is not None:
            raise CommandRefused("STILL_EVALUATING", "The trace is busy with an expression.")
        if request["name"] == "variables":
            variables = request
            prompt.do(lambda: reply(_variables(prompt, variables)))
            return
        command = request
        step = pdb_commands.step_of(command["expression"], prompt.frames[command["frame"]])
        if step is not None:
            self._controller.step(trace.id, prompt.number, step.command, step.line)
            reply({"ok": True, "result": self._report(command, True, step.command)})
            return
        evaluation = prompt.evaluation = Evaluation()
        prompt.do(lambda: self._evaluate(prompt, evaluation, command, reply))

    def interrupt(self, trace: int, number: int) -> None:
        _, prompt = self._controller.at_prompt(trace, number)
        if prompt.evaluation is not None:
            prompt.evaluation.interrupt()

    def _evaluate(
        self, prompt: Prompt, evaluation: Evaluation, command: "protocol.EvaluateCommand", reply: Reply
    ) -> None:
        """Runs in the stopped trace. Exceptions become the reply; one of a signal handler is raised in the script."""
        frames, sources = prompt.frames, self._controller.sources
        probe = current_probe()
        ok, text = False, ""
        printed: OutputCapture | None = None
        of_signal: BaseException | None = None
        if probe is not None:
            probe.suspend()
        try:
            try:
                with self._streams.capture(self._controller.own_threads) as printed:
                    text = evaluation.run(
                        lambda: pdb_commands.answer(command["expression"], frames, command["frame"], sources)
                    )
                ok = True
            except EvaluationInterrupted:
                text = "Interrupted."
            except BaseException as error:
                text = one_line(error)
                of_signal = error if self._controller.signals.passing and is_of_signal(error) else None
        finally:
            if probe is not None:
                probe.unsuspend()
            result = self._report(command, ok, _with_printed("" if printed is None else printed.text, text))
            prompt.evaluation = None
            refresh_locals(frames[0])
            reply({"ok": True, "result": result})
        of_signal = evaluation.stop or of_signal
        if of_signal is not None:
            # Even if the evaluated code has caught it. The script sees it raised at its own line.
            of_signal.__context__ = None
            raise of_signal.with_traceback(None)

    def _report(self, command: "protocol.EvaluateCommand", ok: bool, text: str) -> "protocol.Evaluation":
        self._channel.event(
            {
                "type": "evaluated",
                "at": now_iso(),
                "trace": command["trace"],
                "prompt": command["prompt"],
                "frame": command["frame"],
                "expression": command["expression"],
                "ok": ok,
                "text": text,
                "by": command["by"],
                "watch": command.get("watch", False),
            }
        )
        return {"ok": ok, "text": text}

    # --- sources ----------------------------------------------------------------------------------------------------

    def source(self, name: str) -> "protocol.SourceFile":
        """The text of the script, of a file on a stack or with a breakpoint, or of a module that can be imported."""
        path = self._controller.sources.find(name)
        if path is None or not path.endswith(".py") or not self._is_used(os.path.realpath(path)):
            raise CommandRefused("UNKNOWN_FILE", f"{name} is not a Python file that this run uses.")
        source = self._controller.sources.get(path)
        if source is None or len(source.text) > _LARGEST:
            raise CommandRefused("UNKNOWN_FILE", f"{name} cannot be read as Python, or is larger than 2 MiB.")
        return {"file": self._controller.sources.shown(path), "text": source.text}

    def _is_used(self, path: str) -> bool:
        known = {b.path for b in self._controller.breakpoints.all if b.path is not None}
        for frame in threads.frames().values():
            at: Any = frame
            while at is not None:
                known.add(at.f_code.co_filename)
                at = at.f_back
        if path in {os.path.realpath(file) for file in known}:
            return True
        paths = script_sys.path if isinstance(script_sys.path, list) else []
        folders = [os.path.realpath(f) for f in paths if isinstance(f, str) and f and os.path.isdir(f)]
        return any(path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders if folder != os.sep)


def _with_printed(printed: str, text: str) -> str:
    """As at the prompt of Python: the output, then the value unless it is None."""
    return f"{printed}{text}" if text and text != "None" else printed.removesuffix("\n") or text


def _variables(prompt: Prompt, request: "protocol.VariablesCommand") -> "ReplyFields":
    wanted = (request["scope"], request["path"], request["after"], request["first"])
    try:
        return {"ok": True, "result": inspection.page(prompt.frames[request["frame"]], *wanted)}
    except inspection.NotThere as error:
        return {"ok": False, "code": "BAD_INPUT", "message": f"path: {error}"}
    except Exception as error:
        return {"ok": False, "code": "BAD_INPUT", "message": f"path: it cannot be opened ({one_line(error)})."}
