"""Carries out the commands about a run, and describes them for the record."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.protocol import (
    AnswerCommand,
    DecideCommand,
    EvaluateCommand,
    InterruptEvaluationCommand,
    ResumeOtherTasksCommand,
    RunCommand,
    SetBreakpointsCommand,
    StepCommand,
    StopCommand,
    UnstopCommand,
)
from sequencer_runner.supervisor.script_channel import ScriptChannel
from sequencer_runner.supervisor.stopping import Stopping

# Seconds to wait for an evaluation.
_EVALUATION = 20.0
# Commands that change nothing: they are not recorded as actions. An evaluation has its own event.
READ_ONLY = {"evaluate", "variables", "source"}
_STEPS = {
    "NEXT": "steps over",
    "STEP": "steps into",
    "RETURN": "steps out",
    "LOOP": "continues to the end of its loop",
    "CONTINUE": "continues",
}
_FROZEN = ", while the other tasks of its event loop are frozen"
_DECISIONS = {
    "RETRY": "The statement runs again.",
    "SKIP": "The statement is skipped.",
    "STOP": "The failure ends the run.",
}


@dataclass(frozen=True)
class Done:
    """The result of a command. `detail` is a sentence for the record."""

    detail: str
    result: object = None


class Controls(NamedTuple):
    """The parts of a run that commands act on."""

    channel: ScriptChannel
    stopping: Stopping


Handler = Callable[[Controls, Any], Awaitable[Done]]
"""Carries out a command of one type. Raises CommandRefused."""


def _forward(describe: Callable[[Any], str], *, while_stopping: str | None = None) -> Handler:
    """For a command that the script process carries out. `while_stopping`: why it is refused while the run stops."""

    async def carry_out(run: Controls, command: RunCommand) -> Done:
        if while_stopping is not None and run.stopping.signalled:
            raise CommandRefused("STOPPING", while_stopping)
        result = await run.channel.request(command)
        return Done(describe(command), result)

    return carry_out


def _step(command: StepCommand) -> str:
    does = _STEPS.get(command["command"]) or f"continues to line {command.get('line')}"
    return f"Trace {command['trace']} {does}{_FROZEN if command.get('others') == 'WAIT' else ''}."


def _other_tasks(command: ResumeOtherTasksCommand) -> str:
    return f"The tasks that were frozen for the step of trace {command['trace']} continue."


def _breakpoints(command: SetBreakpointsCommand) -> str:
    count = len(command["breakpoints"])
    return "1 breakpoint is set." if count == 1 else f"{count} breakpoints are set."


def _interrupted(command: InterruptEvaluationCommand) -> str:
    return f"The evaluation in trace {command['trace']} was interrupted."


def _decision(command: DecideCommand) -> str:
    return _DECISIONS.get(command["action"]) or f"The run continues at line {command.get('line')}."


def _answer(command: AnswerCommand) -> str:
    return f"Question {command['ask']}: {command['answer']}"[:1000]


async def _stop(run: Controls, command: StopCommand) -> Done:
    escalate, requested_at = command.get("escalate") or False, command.get("requestedAt")
    return Done(await run.stopping.stop(command["level"], command["by"], escalate, requested_at))


async def _unstop(run: Controls, command: UnstopCommand) -> Done:
    return Done(await run.stopping.cancel(command["by"]))


async def _evaluate(run: Controls, command: EvaluateCommand) -> Done:
    # Queued immediately: an interrupt that follows must find the evaluation.
    answer = run.channel.start_request(command)
    done, _ = await asyncio.wait([answer], timeout=_EVALUATION)
    if not done:
        # The event `evaluated` will report the result.
        answer.add_done_callback(lambda late: late.exception())
        text = f"The evaluation is still running after {_EVALUATION:.0f} s. Its result will be in the record."
        raise CommandRefused("STILL_EVALUATING", text)
    return Done("", answer.result())


HANDLERS: dict[str, Handler] = {
    "pause": _forward(
        lambda _: "Every trace stops at its next line.",
        while_stopping="The run is stopping; it cannot be paused any more.",
    ),
    "resume": _forward(lambda _: "Every trace continues."),
    "step": _forward(_step),
    "resumeOtherTasks": _forward(_other_tasks),
    "setBreakpoints": _forward(_breakpoints),
    "evaluate": _evaluate,
    "interruptEvaluation": _forward(_interrupted),
    "variables": _forward(lambda _: ""),
    "source": _forward(lambda _: ""),
    "decide": _forward(_decision, while_stopping="The run is stopping; no further statement can run."),
    "replace": _forward(lambda _: "The statements that had not run were replaced."),
    "answer": _forward(_answer),
    "stop": _stop,
    "unstop": _unstop,
}
"""One handler for each RunCommand of the protocol."""
