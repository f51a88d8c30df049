"""The runner protocol as Python types.

Generated from model/src/{errors,events,phases,protocol}.ts by `make generate`. Do not edit.
Events have no `seq` here: the journal adds it.
"""

import sys
import typing
from typing import Literal, TypedDict

if sys.version_info >= (3, 11):
    from typing import NotRequired
else:
    # The check of messages treats both as: missing or None.
    NotRequired = typing.Optional

PROTOCOL_VERSION = 1

StopLevel = Literal["REQUEST", "INTERRUPT", "TERMINATE", "KILL"]
StepAction = Literal["NEXT", "STEP", "RETURN", "CONTINUE", "UNTIL", "LOOP"]
OtherTasks = Literal["RUN", "WAIT"]
StatementState = Literal["PENDING", "RUNNING", "DONE", "FAILED", "SKIPPED"]
FailureAction = Literal["RETRY", "SKIP", "GOTO", "STOP"]
Outcome = Literal["SUCCEEDED", "FAILED", "INTERRUPTED", "TERMINATED", "KILLED", "LOST"]
VariableScope = Literal["locals", "globals"]
ErrorCode = Literal[
    "BAD_INPUT",
    "SCRIPT_TOO_LARGE",
    "SCRIPT_NOT_TEXT",
    "SYNTAX_ERROR",
    "OCS_CONFIG_MISSING",
    "UNKNOWN_SEQUENCER",
    "UNKNOWN_RUN",
    "UNKNOWN_TRACE",
    "RUN_FINISHED",
    "RUN_PROPOSED",
    "NOT_PROPOSED",
    "STOP_INCOMPLETE",
    "RUN_NOT_STARTED",
    "RUN_STARTED",
    "RUN_CHANGED",
    "NOT_PAUSED",
    "STALE_PROMPT",
    "STOPPING",
    "STILL_EVALUATING",
    "OTHERS_CANNOT_WAIT",
    "NO_DECISION",
    "STATEMENT_STARTED",
    "ASK_ANSWERED",
    "UNKNOWN_FILE",
    "RUNNER_AWAY",
    "RUNNER_TIMEOUT",
    "RUNNER_BUSY",
    "NOT_YET",
    "QUEUE_FULL",
    "SCHEDULER_NOT_SET",
    "PULL_IN_PROGRESS",
    "REQUEST_ID_REUSED",
    "FORBIDDEN",
    "NOT_IN_CONTROL",
    "UNAUTHENTICATED",
    "BAD_ORIGIN",
    "TOO_COMPLEX",
    "ANSWER_TOO_LARGE",
    "TOO_MANY",
    "DATABASE_AWAY",
    "DATABASE_NEWER",
    "DATABASE_REPLACED",
    "DATABASE_TOO_OLD",
    "CLUSTER_AWAY",
    "SEARCH_TOO_SLOW",
    "INTERNAL",
]


class Variable(TypedDict):
    name: str
    type: str
    value: str
    """A repr of limited length. It never raises."""
    expandable: bool
    path: NotRequired[list[str]]
    """The path for the command `variables`: the name, then a key for each level of the value."""


class Frame(TypedDict):
    file: str
    line: int
    function: str
    variables: list[Variable]


class Breakpoint(TypedDict):
    file: str
    """The script itself is `<script>`."""
    line: int
    condition: NotRequired[str | None]
    hitCount: NotRequired[int | None]
    """Stops only at this hit."""
    logMessage: NotRequired[str | None]
    """Makes it a log point, which does not stop. A text with expressions in braces."""
    enabled: bool
    requestedLine: NotRequired[int | None]
    """The line of the request, if it has no code and `line` is the next line with code."""
    movedFrom: NotRequired[int | None]
    """The line of its statement before the rest of the script was replaced."""
    hits: NotRequired[int | None]
    """How often the line was reached while the condition held."""
    problem: NotRequired[str | None]
    """A sentence: why the breakpoint cannot stop the script."""


class StatementSpan(TypedDict):
    index: int
    firstLine: int
    lastLine: int


class StartedEvent(TypedDict):
    """The first event: the script process has started. Statements count from 0, lines from 1; last lines are
    included."""

    at: str
    type: Literal["started"]
    statements: list[StatementSpan]
    pid: int
    hostname: str
    python: str
    packages: dict[str, str]
    """Versions of the packages that scripts use, by name: sorunlib, ocs, numpy."""
    version: NotRequired[int]
    """The version of the script: 1 here, and one more with each replacement."""


class StatementEvent(TypedDict):
    """The state of a statement changed. `version` is the version of the script that contains it, 1 if absent.
    `attempt` is 0 for an omitted statement."""

    at: str
    type: Literal["statement"]
    index: int
    state: StatementState
    attempt: int
    version: NotRequired[int]


class ScriptEvent(TypedDict):
    """The remaining statements were replaced. `script` is the complete text. `firstChanged`: the first new
    statement."""

    at: str
    type: Literal["script"]
    version: int
    script: str
    firstChanged: int
    statements: list[StatementSpan]
    by: str


class TraceStartedEvent(TypedDict):
    """A thread or an asyncio task started. `thread`: for a task, the trace of its thread."""

    at: str
    type: Literal["traceStarted"]
    trace: int
    kind: Literal["THREAD", "TASK"]
    name: str
    thread: NotRequired[int | None]


class TraceEndedEvent(TypedDict):
    at: str
    type: Literal["traceEnded"]
    trace: int


class LineEvent(TypedDict):
    """A trace reached a line. `sampled`: code of the run is hot, and lines since the previous event may be missing.
    `busy`: this trace passes this line more often than every pass can be reported."""

    at: str
    type: Literal["line"]
    trace: int
    file: str
    line: int
    function: str
    sampled: NotRequired[bool]
    busy: NotRequired[bool]


class OutputEvent(TypedDict):
    at: str
    type: Literal["output"]
    stream: Literal["STDOUT", "STDERR"]
    text: str
    trace: NotRequired[int | None]
    line: NotRequired[int | None]


class OutputDroppedEvent(TypedDict):
    """The journal or the disk is full, so this much output was not recorded. Only output is ever dropped."""

    at: str
    type: Literal["outputDropped"]
    bytes: int


class PromptBreakpoint(TypedDict):
    file: str
    line: int
    condition: NotRequired[str | None]
    hits: NotRequired[int | None]
    error: NotRequired[str | None]


class PromptException(TypedDict):
    type: str
    message: str


class PromptEvent(TypedDict):
    """A trace stopped and waits for a command. `number` increases during the run. `stack`: the innermost frame is
    last."""

    at: str
    type: Literal["prompt"]
    trace: int
    number: int
    reason: Literal["start", "pause", "step", "breakpoint", "failure"]
    """Why the trace stopped."""
    event: Literal["line", "call", "return", "exception"]
    """The position in the flow of control."""
    stack: list[Frame]
    beforeStatement: NotRequired[bool]
    """The trace is stopped before the first line of a top-level statement: nothing of the statement has run."""
    breakpoint: NotRequired[PromptBreakpoint | None]
    """The breakpoint that stopped the trace. `error`: the exception that its condition raised."""
    exception: NotRequired[PromptException | None]
    """The exception, for event `exception`."""


class ResumedEvent(TypedDict):
    """A prompt was answered."""

    at: str
    type: Literal["resumed"]
    trace: int
    number: int
    command: StepAction
    others: NotRequired[OtherTasks]


class TasksFrozenEvent(TypedDict):
    """The stepped task is blocked, and so is its loop: `tasks` other tasks are frozen for the step. 0: they
    continue."""

    at: str
    type: Literal["tasksFrozen"]
    trace: int
    tasks: int


class LoggedEvent(TypedDict):
    """A log point was reached, `hits` times so far."""

    at: str
    type: Literal["logged"]
    trace: int
    file: str
    line: int
    text: str
    hits: NotRequired[int]


class EvaluatedEvent(TypedDict):
    """A user evaluated an expression or executed a statement in a frame (0: innermost) of a stopped trace. `watch`:
    the page evaluates it at each stop, to show its value."""

    at: str
    type: Literal["evaluated"]
    trace: int
    prompt: int
    frame: int
    expression: str
    ok: bool
    text: str
    by: str
    watch: NotRequired[bool]


class AskEvent(TypedDict):
    """The script asks the operators. `ask` increases during the run. The answer is due at `deadline`, if there is
    one."""

    at: str
    type: Literal["ask"]
    ask: int
    trace: int
    kind: Literal["text", "confirm"]
    question: str
    default: NotRequired[str | None]
    deadline: NotRequired[str | None]


class AnsweredEvent(TypedDict):
    """The question is closed. `by` is null if no user answered: the default was used at the deadline, or the wait
    was ended."""

    at: str
    type: Literal["answered"]
    ask: int
    answer: str | None
    by: str | None


class ProgressEvent(TypedDict):
    """The progress of a task, as the script reports it."""

    at: str
    type: Literal["progress"]
    trace: int
    name: str
    done: float
    total: NotRequired[float | None]
    text: NotRequired[str | None]


class PauseWaitingFor(TypedDict):
    trace: int
    line: NotRequired[int | None]


class PauseEvent(TypedDict):
    """A pause is pending, complete, or over. `waitingFor`: the traces that have not stopped yet, with their lines."""

    at: str
    type: Literal["pause"]
    state: Literal["pending", "paused", "none"]
    waitingFor: list[PauseWaitingFor]


class ActionEvent(TypedDict):
    """A command of a user was carried out or refused: the as-run record of user actions."""

    at: str
    type: Literal["action"]
    name: str
    by: str
    ok: bool
    detail: str
    """A sentence with details: the level of a stop, the command of a step, the reason of a refusal."""


class StoppingEvent(TypedDict):
    """A rung of the stop ladder was sent to the script. `level` is null when a `REQUEST` was cancelled."""

    at: str
    type: Literal["stopping"]
    level: StopLevel | None
    by: str
    deadline: NotRequired[str | None]
    """The time until which this rung usually takes effect."""
    escalate: NotRequired[bool]
    """Whether the next rung is sent automatically at the deadline."""
    requestedAt: NotRequired[str]
    """When the API received the request, by its clock; `at` is when the runner received it."""


class ReactionEvent(TypedDict):
    """How the script reacts to a rung. Sent with growing intervals while the script is still running."""

    at: str
    type: Literal["reaction"]
    level: StopLevel
    seconds: int
    """Seconds since the rung was sent."""
    reaction: Literal["none", "ignored", "running", "unknown"]
    """No line has run since; the signal is ignored; lines are running; or the process does not respond."""
    text: str
    """A sentence."""


class TelescopeAgent(TypedDict):
    agent: str
    operation: str
    since: NotRequired[str | None]


class TelescopeEvent(TypedDict):
    """Telescope status: the operations that run according to the registry of OCS, newest first."""

    at: str
    type: Literal["telescope"]
    agents: list[TelescopeAgent]
    problem: NotRequired[str | None]
    """A sentence: why the list is incomplete or empty."""


class BreakpointsEvent(TypedDict):
    at: str
    type: Literal["breakpoints"]
    breakpoints: list[Breakpoint]


class FailureEvent(TypedDict):
    """An exception that ends the script. `exception`, `message` and `line`: its first cause. `then`: what followed."""

    at: str
    type: Literal["failure"]
    exception: str
    message: str
    traceback: str
    line: NotRequired[int | None]
    """The line of the script in the frame nearest to the origin."""
    statement: NotRequired[int | None]
    then: list[str]
    awaitingDecision: bool
    """The script is held at the failure until a `decision`."""


class DecisionEvent(TypedDict):
    """How the run continues after a held failure. `statement`: the failed one. `line`: the target of GOTO."""

    at: str
    type: Literal["decision"]
    action: FailureAction
    statement: NotRequired[int | None]
    line: NotRequired[int | None]
    by: str


class SetAsideEvent(TypedDict):
    """Replaces an event that could not be recorded. `event`: its type. `problem`: the reason, as a sentence."""

    at: str
    type: Literal["setAside"]
    event: str
    problem: str


class EndedEvent(TypedDict):
    """The last event. `exitCode` as in a shell: 128 + n for a process that signal n ended; null if unknown."""

    at: str
    type: Literal["ended"]
    outcome: Outcome
    exitCode: int | None
    reason: str


class AnyEvent(TypedDict):
    """An event as it is sent and stored, of any type, also of a type of a newer runner."""

    seq: int
    at: str
    type: str


class StartCommand(TypedDict):
    """Starts a script in a new process. A repeated start of the same run starts nothing and succeeds."""

    name: Literal["start"]
    run: str
    by: str
    token: NotRequired[str]
    """Sent back with every message about this run. The newest one is valid."""
    script: str
    arguments: list[str]
    title: str | None
    startPaused: bool
    holdOnFailure: bool
    breakpoints: list[Breakpoint]
    startAt: NotRequired[int]
    """The first statement to run. Earlier statements are omitted."""
    startLine: NotRequired[int]
    """The same, by its first line. Refused if no statement begins there."""


class PauseCommand(TypedDict):
    """Stops every trace at its next line."""

    name: Literal["pause"]
    run: str
    by: str


class ResumeCommand(TypedDict):
    """Withdraws a pending pause and continues every paused trace."""

    name: Literal["resume"]
    run: str
    by: str


class StepCommand(TypedDict):
    """Answers one prompt of one trace. `line` is for UNTIL: continue until this line or the end of the function.
    `others` WAIT: the other tasks of its loop are frozen until the step ends or `resumeOtherTasks`."""

    name: Literal["step"]
    run: str
    by: str
    trace: int
    prompt: int
    command: StepAction
    line: NotRequired[int]
    others: NotRequired[OtherTasks]


class ResumeOtherTasksCommand(TypedDict):
    """Continues the tasks that are frozen for the step of this trace."""

    name: Literal["resumeOtherTasks"]
    run: str
    by: str
    trace: int


class SetBreakpointsCommand(TypedDict):
    """Replaces all breakpoints. `result`: the breakpoints as set."""

    name: Literal["setBreakpoints"]
    run: str
    by: str
    breakpoints: list[Breakpoint]


class EvaluateCommand(TypedDict):
    """Evaluates an expression, or executes a statement, in the stopped trace itself. `result`: {ok, text}."""

    name: Literal["evaluate"]
    run: str
    by: str
    trace: int
    prompt: int
    frame: int
    expression: str
    watch: NotRequired[bool]


class InterruptEvaluationCommand(TypedDict):
    """Interrupts an evaluation. The script itself is not interrupted."""

    name: Literal["interruptEvaluation"]
    run: str
    by: str
    trace: int
    prompt: int


class VariablesCommand(TypedDict):
    """Lists the names of a frame, or the contents of a value. `result`: {variables, total}."""

    name: Literal["variables"]
    run: str
    by: str
    trace: int
    prompt: int
    frame: int
    scope: VariableScope
    path: list[str]
    after: int
    first: int


class SourceCommand(TypedDict):
    """Reads a Python file that the run uses. `result`: {file, text}."""

    name: Literal["source"]
    run: str
    by: str
    file: str


class DecideCommand(TypedDict):
    """Decides how the run continues after a held failure. `line` is for GOTO: the line of the next statement."""

    name: Literal["decide"]
    run: str
    by: str
    action: FailureAction
    line: NotRequired[int]


class ReplaceCommand(TypedDict):
    """Replaces the statements that have not started with those of this script."""

    name: Literal["replace"]
    run: str
    by: str
    script: str


class AnswerCommand(TypedDict):
    """Answers a question of the script. The answer to a `confirm` is `yes` or `no`."""

    name: Literal["answer"]
    run: str
    by: str
    ask: int
    answer: str


class StopCommand(TypedDict):
    """Sends one rung of the stop ladder. `escalate`: the next rung follows automatically at the deadline."""

    name: Literal["stop"]
    run: str
    by: str
    level: StopLevel
    escalate: NotRequired[bool]
    requestedAt: NotRequired[str]
    """When the API received the request, by its clock. The event `stopping` repeats it."""


class UnstopCommand(TypedDict):
    """Cancels a stop of level `REQUEST`."""

    name: Literal["unstop"]
    run: str
    by: str


class CheckCommand(TypedDict):
    """Compiles a script without running it. `result`: a list of findings {severity, line, code, message}."""

    name: Literal["check"]
    script: str
    startAt: NotRequired[int]
    """The first statement to run. The finding LEFT_OUT describes the omitted statements."""
    startLine: NotRequired[int]


class StatementsCommand(TypedDict):
    """Lists the top-level statements. `result`: a list of {index, firstLine, lastLine}. Refused as a start would be."""

    name: Literal["statements"]
    script: str


class TelescopeCommand(TypedDict):
    """Reads which operations run on the telescope. `result`: as in a `telescope` event; null if no observatory is
    configured."""

    name: Literal["telescope"]


class ConditionsCommand(TypedDict):
    """Reads what a start depends on, apart from the script. `result`: as `conditionsSchema`."""

    name: Literal["conditions"]


class HelloRunStart(TypedDict):
    by: str
    title: str | None
    arguments: list[str]
    startedAt: NotRequired[str]


class HelloRun(TypedDict):
    run: str
    lastSeq: int
    ended: bool
    token: NotRequired[str]
    start: NotRequired[HelloRunStart]
    """Of an active run, for a database that does not have it."""


class Hello(TypedDict):
    """Describes the runner and the runs in its journals. The first message on every connection."""

    type: Literal["hello"]
    protocol: int
    sequencer: str
    instance: str
    """A random id of the supervisor process."""
    python: str
    hostname: str
    packages: dict[str, str]
    problems: list[str]
    """Why a script that uses OCS cannot start (missing configuration), as sentences."""
    runs: list[HelloRun]
    """The runs in its journals, active or ended."""
    runTokens: NotRequired[bool]
    """The runner sends the token of each run. Runners of the first version have no tokens."""


class EventsEvent(TypedDict):
    seq: int


class Events(TypedDict):
    """Events of one run, in order of seq and without gaps, from the first that is not acknowledged."""

    type: Literal["events"]
    run: str
    token: NotRequired[str]
    events: list[EventsEvent]
    """Each is checked against its own schema later, so that an invalid one does not end the connection."""


class Reply(TypedDict):
    """The answer to a command. `code` and `message` are present if `ok` is false; `result` depends on the command."""

    type: Literal["reply"]
    id: str
    ok: bool
    code: NotRequired[str]
    """A code of the catalogue, or of a newer runner. Values of any other form are dropped."""
    message: NotRequired[str]
    remedy: NotRequired[str]
    """What to do. Absent: the remedy of the catalogue. Empty: the message contains it."""
    result: NotRequired[object]


class WelcomeRun(TypedDict):
    run: str
    acked: int
    forget: bool


class Welcome(TypedDict):
    """For each run of `hello`: the last stored seq, or `forget` if the runner may delete the journal."""

    type: Literal["welcome"]
    runs: list[WelcomeRun]


class Ack(TypedDict):
    """All events up to `seq` are committed. After the last event of an ended run the runner may delete the journal."""

    type: Literal["ack"]
    run: str
    seq: int


class Finding(TypedDict):
    """An item of the result of `check`. Severity `error` means that the script cannot start."""

    severity: Literal["error", "warning", "info"]
    """One that only a newer runner knows counts as a warning: the runner itself refuses a script that cannot start."""
    line: int | None
    column: NotRequired[int | None]
    """From 1, in characters. Runners of an earlier version do not send it."""
    code: str
    message: str


class Evaluation(TypedDict):
    """The result of `evaluate`. `text`: the value, the output, or the error."""

    ok: bool
    text: str


class VariablePage(TypedDict):
    """The result of `variables`. `total`: the number of all variables."""

    variables: list[Variable]
    total: int


class RegisteredAgent(TypedDict):
    """An agent in the registry of OCS."""

    agent: str
    agentClass: str
    """Such as `ACUAgent`."""
    expired: bool
    """Whether OCS has lost it."""
    seenAt: NotRequired[str]
    """When the registry last received its heartbeat. Absent if that is not known."""


class Conditions(TypedDict):
    """The result of `conditions`."""

    at: str
    """By the clock of the runner, when it replied."""
    journalFreeBytes: int | None
    """Free space on the disk of the journal. Null if it cannot be read."""
    agents: list[RegisteredAgent] | None
    """Null if no observatory is configured, and with a `problem`."""
    problem: NotRequired[str]
    """Why the registry could not be read, as a sentence."""


class SourceFile(TypedDict):
    """The result of `source`."""

    file: str
    text: str


Event = (
    StartedEvent
    | StatementEvent
    | ScriptEvent
    | TraceStartedEvent
    | TraceEndedEvent
    | LineEvent
    | OutputEvent
    | OutputDroppedEvent
    | PromptEvent
    | ResumedEvent
    | TasksFrozenEvent
    | LoggedEvent
    | EvaluatedEvent
    | AskEvent
    | AnsweredEvent
    | ProgressEvent
    | PauseEvent
    | ActionEvent
    | StoppingEvent
    | ReactionEvent
    | TelescopeEvent
    | BreakpointsEvent
    | FailureEvent
    | DecisionEvent
    | SetAsideEvent
    | EndedEvent
)
RunCommand = (
    PauseCommand
    | ResumeCommand
    | StepCommand
    | ResumeOtherTasksCommand
    | SetBreakpointsCommand
    | EvaluateCommand
    | InterruptEvaluationCommand
    | VariablesCommand
    | SourceCommand
    | DecideCommand
    | ReplaceCommand
    | AnswerCommand
    | StopCommand
    | UnstopCommand
)
Command = RunCommand | StartCommand | CheckCommand | StatementsCommand | TelescopeCommand | ConditionsCommand


class CommandMessage(TypedDict):
    type: Literal["command"]
    id: str
    command: Command


FromRunner = Hello | Events | Reply
ToRunner = Welcome | Ack | CommandMessage
