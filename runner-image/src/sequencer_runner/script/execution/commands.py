"""Carries out the supervisor's requests in the process of the script."""

import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.script.debugger.controller import Controller
from sequencer_runner.script.evaluate.inspection_requests import InspectionRequests
from sequencer_runner.script.execution.execution import Execution
from sequencer_runner.script.execution.signal_reaction import SignalReaction
from sequencer_runner.script.io.channel import Channel
from sequencer_runner.script.io.operator_prompts import OperatorPrompts

if TYPE_CHECKING:
    from sequencer_runner import protocol
    from sequencer_runner.common.script_protocol import MarkRequest, ReplyFields, ScriptRequest


class Commands:
    """`handlers`: one for each type of request. It returns the result, or None if there is none."""

    def __init__(
        self,
        channel: Channel,
        *,
        controller: Controller,
        execution: Execution,
        prompts: OperatorPrompts,
        inspection: InspectionRequests,
        signal_reaction: SignalReaction,
    ) -> None:
        self._channel = channel
        self._controller = controller
        self._execution = execution
        self._prompts = prompts
        self._inspection = inspection
        self._signal_reaction = signal_reaction
        self.handlers: dict[str, Callable[[Any], object]] = {
            "pause": lambda _: controller.pause(),
            "resume": lambda _: controller.resume(),
            "step": self._step,
            "resumeOtherTasks": lambda command: controller.resume_other_tasks(command["trace"]),
            "setBreakpoints": lambda command: controller.set_breakpoints(command["breakpoints"]),
            "interruptEvaluation": lambda command: inspection.interrupt(command["trace"], command["prompt"]),
            "source": lambda command: inspection.source(command["file"]),
            "decide": self._decide,
            "replace": lambda command: execution.replace(command["script"], command["by"]),
            "answer": lambda command: prompts.answer(command["ask"], command["answer"], command["by"]),
            "mark": self._mark,
            "reaction": lambda _: signal_reaction.reaction(),
            "leave": self._leave,
            "stop": self._stop,
            "unstop": self._unstop,
        }

    def carry_out(self, request: "ScriptRequest", key: str | None) -> None:
        """Sends the reply, with the key as its id. The stopped trace replies to `evaluate` and `variables`."""

        def reply(fields: "ReplyFields") -> None:
            self._channel.send({"reply": {"id": key, **fields}})

        try:
            if request["name"] == "evaluate" or request["name"] == "variables":
                self._inspection.submit(request, reply)
                return
            result = self.handlers[request["name"]](request)
        except CommandRefused as error:
            reply({"ok": False, "code": error.code, "message": str(error), "remedy": error.remedy})
        except Exception as error:
            traceback.print_exc()
            text = f"The command failed in the script process: {error!r}."
            reply({"ok": False, "code": "INTERNAL", "message": text})
        else:
            reply({"ok": True} if result is None else {"ok": True, "result": result})

    def _step(self, command: "protocol.StepCommand") -> None:
        self._controller.step(
            command["trace"],
            command["prompt"],
            command["command"],
            command.get("line"),
            freeze_others=command.get("others") == "WAIT",
        )

    def _decide(self, command: "protocol.DecideCommand") -> None:
        self._execution.decide(command["action"], command.get("line"), command["by"])

    def _mark(self, request: "MarkRequest") -> None:
        self._controller.expect_stop(self._signal_reaction.mark(request["level"]))

    def _leave(self, _: object) -> None:
        self._controller.leave()
        self._prompts.leave()

    def _stop(self, _: object) -> None:
        self._controller.stop_requested = True
        self._controller.resume(held=True)

    def _unstop(self, _: object) -> None:
        self._controller.stop_requested = False
