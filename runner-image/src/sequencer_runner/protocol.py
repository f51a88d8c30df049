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
OtherTasks = Literal["GO_ON", "WAIT"]
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
    "RUN_NOT_STARTED",
    "RUN_STARTED",
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
    "DATABASE_TOO_OLD",
    "CLUSTER_AWAY",
    "INTERNAL",
]


class Variable(TypedDict):
    name: str
    type: str
    value: str
    """A bounded repr that never raises."""
    expandable: bool
    path: NotRequired[list[str]]
    """Where `variables` opens it: the name, then a key for each step into the value."""


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
    """Stops at this hit alone."""
    logMessage: NotRequired[str | None]
    """Text with expressions in braces: a log point, which does not stop."""
    enabled: bool
    requestedLine: NotRequired[int | None]
    """The line that was asked for, when it has no code and `line` is the next that has."""
    movedFrom: NotRequired[int | None]
    """The line that its statement had before the rest of the script was replaced."""
    hits: NotRequired[int | None]
    """How often the line was reached with a condition that holds."""
    problem: NotRequired[str | None]
    """A sentence: why it cannot stop anything."""


class StatementSpan(TypedDict):
    index: int
    firstLine: int
    lastLine: int


class StartedEvent(TypedDict):
    """The first event: the script process runs. Indexes of statements are from 0, lines from 1, both ends included."""

    at: str
    type: Literal["started"]
    statements: list[StatementSpan]
    pid: int
    hostname: str
    python: str
    packages: dict[str, str]
    """Names and versions of the packages that matter to a script: sorunlib, ocs, numpy."""
    version: NotRequired[int]
    """Of the script: always 1 here; each replacement of what remains is the next."""


class StatementEvent(TypedDict):
    """`version`: of the script that the statement is from, 1 when it is left out. `attempt` is 0 for one left out."""

    at: str
    type: Literal["statement"]
    index: int
    state: StatementState
    attempt: int
    version: NotRequired[int]


class ScriptEvent(TypedDict):
    """What had not run was replaced. `script` is the whole of it; statements before `firstChanged` are as they were."""

    at: str
    type: Literal["script"]
    version: int
    script: str
    firstChanged: int
    statements: list[StatementSpan]
    by: str


class TraceStartedEvent(TypedDict):
    """A thread or an asyncio task begins. `thread` is the trace of the thread that a task runs in."""

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
    """A trace is at a line. `sampled`: the code is hot, lines between this one and the one before are not all
    recorded."""

    at: str
    type: Literal["line"]
    trace: int
    file: str
    line: int
    function: str
    sampled: NotRequired[bool]


class OutputEvent(TypedDict):
    at: str
    type: Literal["output"]
    stream: Literal["STDOUT", "STDERR"]
    text: str
    trace: NotRequired[int | None]
    line: NotRequired[int | None]


class OutputDroppedEvent(TypedDict):
    """The journal is full, or the disk is: output, and only output, was not recorded."""

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
    """A trace stopped and waits for a command. `number` grows over the whole run. `stack` has the innermost frame
    last."""

    at: str
    type: Literal["prompt"]
    trace: int
    number: int
    reason: Literal["start", "pause", "step", "breakpoint", "failure"]
    """What stopped it."""
    event: Literal["line", "call", "return", "exception"]
    """Where in the flow of control."""
    stack: list[Frame]
    breakpoint: NotRequired[PromptBreakpoint | None]
    """The breakpoint that stopped it. `error`: its condition raised this."""
    exception: NotRequired[PromptException | None]
    """What was raised, for event `exception`."""


class ResumedEvent(TypedDict):
    """A prompt was answered."""

    at: str
    type: Literal["resumed"]
    trace: int
    number: int
    command: StepAction
    others: NotRequired[OtherTasks]


class TasksFrozenEvent(TypedDict):
    """A task in a step waits for something, and so many others of its loop wait for the step. 0: they go on."""

    at: str
    type: Literal["tasksFrozen"]
    trace: int
    tasks: int


class LoggedEvent(TypedDict):
    """A log point was passed, `hits` times so far."""

    at: str
    type: Literal["logged"]
    trace: int
    file: str
    line: int
    text: str
    hits: NotRequired[int]


class EvaluatedEvent(TypedDict):
    """Somebody evaluated an expression, or carried a statement out, in a frame (0: the innermost) of a stopped
    trace."""

    at: str
    type: Literal["evaluated"]
    trace: int
    prompt: int
    frame: int
    expression: str
    ok: bool
    text: str
    by: str


class AskEvent(TypedDict):
    """The script asks people. `ask` grows over the whole run; an answer is needed until `deadline`, if there is one."""

    at: str
    type: Literal["ask"]
    ask: int
    trace: int
    kind: Literal["text", "confirm"]
    question: str
    default: NotRequired[str | None]
    deadline: NotRequired[str | None]


class AnsweredEvent(TypedDict):
    """The question is over. `by` is null when nobody answered: the default at the deadline, or the wait was ended."""

    at: str
    type: Literal["answered"]
    ask: int
    answer: str | None
    by: str | None


class ProgressEvent(TypedDict):
    """How far the script is with something, in its own words."""

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
    """A pause waits for every trace to stop, was taken back, or is complete. The traces it waits for, with their
    lines."""

    at: str
    type: Literal["pause"]
    state: Literal["pending", "paused", "none"]
    waitingFor: list[PauseWaitingFor]


class ActionEvent(TypedDict):
    """Somebody's command was carried out, or refused. The as-run record of who did what."""

    at: str
    type: Literal["action"]
    name: str
    by: str
    ok: bool
    detail: str
    """A sentence with the details: the level of a stop, the command of a step, why it was refused."""


class StoppingEvent(TypedDict):
    """The stop ladder: a level was sent to the script, or, for `REQUEST` only, taken back."""

    at: str
    type: Literal["stopping"]
    level: StopLevel | None
    by: str
    deadline: NotRequired[str | None]
    """Until when this rung usually does its work."""
    escalate: NotRequired[bool]
    """Whether the next rung follows by itself at the deadline."""


class ReactionEvent(TypedDict):
    """How the script takes a rung of the ladder, told ever more rarely while it still runs."""

    at: str
    type: Literal["reaction"]
    level: StopLevel
    seconds: int
    """Since the rung was sent."""
    reaction: Literal["none", "ignored", "running", "unknown"]
    """It has not moved since; has switched the signal off; goes on; or cannot even be asked."""
    text: str
    """A sentence."""


class TelescopeAgent(TypedDict):
    agent: str
    operation: str
    since: NotRequired[str | None]


class TelescopeEvent(TypedDict):
    """What goes on moving: the operations that OCS's registry says are running, the newest first."""

    at: str
    type: Literal["telescope"]
    agents: list[TelescopeAgent]
    problem: NotRequired[str | None]
    """A sentence: why this is not all, or nothing."""


class BreakpointsEvent(TypedDict):
    at: str
    type: Literal["breakpoints"]
    breakpoints: list[Breakpoint]


class FailureEvent(TypedDict):
    """An exception that ends the script. `type`, `message` and `line` are of the first cause, `then` of those that
    followed."""

    at: str
    type: Literal["failure"]
    exception: str
    message: str
    traceback: str
    line: NotRequired[int | None]
    """The line of the script, in the frame nearest to where it was raised."""
    statement: NotRequired[int | None]
    then: list[str]
    awaitingDecision: bool
    """The script is held at the failure, and a `decision` has to follow."""


class DecisionEvent(TypedDict):
    """What follows the failure that was held. `statement`: the one that failed; `line`: where GOTO goes on."""

    at: str
    type: Literal["decision"]
    action: FailureAction
    statement: NotRequired[int | None]
    line: NotRequired[int | None]
    by: str


class SetAsideEvent(TypedDict):
    """Takes the place of an event that could not be recorded. `event`: its type; `problem`: a sentence, why."""

    at: str
    type: Literal["setAside"]
    event: str
    problem: str


class EndedEvent(TypedDict):
    """The last event. `exitCode` as a shell shows it: 128 + n for a process ended by signal n; null when nobody
    knows."""

    at: str
    type: Literal["ended"]
    outcome: Outcome
    exitCode: int | None
    reason: str


class AnyEvent(TypedDict):
    """An event as it travels and is stored: of any type, also one of a newer runner."""

    seq: int
    at: str
    type: str


class StartCommand(TypedDict):
    """Start a script in a fresh process. Never starts the same run twice: repeated, it answers ok."""

    name: Literal["start"]
    run: str
    by: str
    token: NotRequired[str]
    """To be shown with everything that is said of this run. The newest counts."""
    script: str
    arguments: list[str]
    title: str | None
    startPaused: bool
    holdOnFailure: bool
    breakpoints: list[Breakpoint]
    startAt: NotRequired[int]
    """The statement to begin with; those before it are left out."""
    startLine: NotRequired[int]
    """The same by its first line. Refused when no statement begins there."""


class PauseCommand(TypedDict):
    """Every trace stops at its next line."""

    name: Literal["pause"]
    run: str
    by: str


class ResumeCommand(TypedDict):
    """Takes a pending pause back and lets every paused trace go on."""

    name: Literal["resume"]
    run: str
    by: str


class StepCommand(TypedDict):
    """Answers one prompt of one trace. `line` is for UNTIL: go on until this line, or the end of the function.
    `others` WAIT: the other tasks of its loop wait until the step is over, or somebody lets them go on."""

    name: Literal["step"]
    run: str
    by: str
    trace: int
    prompt: int
    command: StepAction
    line: NotRequired[int]
    others: NotRequired[OtherTasks]


class ResumeOtherTasksCommand(TypedDict):
    """Those that wait for the step of this trace go on while it is under way."""

    name: Literal["resumeOtherTasks"]
    run: str
    by: str
    trace: int


class SetBreakpointsCommand(TypedDict):
    """Replaces all breakpoints. `result`: the breakpoints as they were set."""

    name: Literal["setBreakpoints"]
    run: str
    by: str
    breakpoints: list[Breakpoint]


class EvaluateCommand(TypedDict):
    """Evaluates an expression, or carries a statement out, in the stopped trace itself. `result`: {ok, text}."""

    name: Literal["evaluate"]
    run: str
    by: str
    trace: int
    prompt: int
    frame: int
    expression: str


class InterruptEvaluationCommand(TypedDict):
    """Ends an evaluation that takes too long, and nothing else."""

    name: Literal["interruptEvaluation"]
    run: str
    by: str
    trace: int
    prompt: int


class VariablesCommand(TypedDict):
    """The names of a frame, or what is inside a value. `result`: {variables, total}."""

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
    """The text of a Python file that the run uses. `result`: {file, text}."""

    name: Literal["source"]
    run: str
    by: str
    file: str


class DecideCommand(TypedDict):
    """What follows a failure that was held. `line` is for GOTO: of the statement to go on with."""

    name: Literal["decide"]
    run: str
    by: str
    action: FailureAction
    line: NotRequired[int]


class ReplaceCommand(TypedDict):
    """Replaces the statements that have not started by those of this script."""

    name: Literal["replace"]
    run: str
    by: str
    script: str


class AnswerCommand(TypedDict):
    """Answers a question of the script. A `confirm` is answered by `yes` or `no`."""

    name: Literal["answer"]
    run: str
    by: str
    ask: int
    answer: str


class StopCommand(TypedDict):
    """One rung of the stop ladder. `escalate`: the next follows by itself when this one's time is over."""

    name: Literal["stop"]
    run: str
    by: str
    level: StopLevel
    escalate: NotRequired[bool]


class UnstopCommand(TypedDict):
    """Takes a stop of level `REQUEST` back."""

    name: Literal["unstop"]
    run: str
    by: str


class CheckCommand(TypedDict):
    """Compiles a script without running it. `result`: a list of findings {severity, line, code, message}."""

    name: Literal["check"]
    script: str
    startAt: NotRequired[int]
    """The statement to begin with: a finding LEFT_OUT says what that leaves out."""
    startLine: NotRequired[int]


class StatementsCommand(TypedDict):
    """The top-level statements of a script. `result`: a list of {index, firstLine, lastLine}. Refused as a start
    would be."""

    name: Literal["statements"]
    script: str


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
    """Of a run that has not ended, for a database that does not have it."""


class Hello(TypedDict):
    """What the runner is and which runs its journals hold. Sent first on every connection."""

    type: Literal["hello"]
    protocol: int
    sequencer: str
    instance: str
    """Random, new at each start of the supervisor process."""
    python: str
    hostname: str
    packages: dict[str, str]
    problems: list[str]
    """What would keep an observatory's script from starting (missing OCS configuration), as sentences."""
    runs: list[HelloRun]
    """Runs in the journal, ended or not, that the gateway has not told it to forget."""
    runTokens: NotRequired[bool]
    """It shows the token of each run. Runners of the first version know of none."""


class EventsEvent(TypedDict):
    seq: int


class Events(TypedDict):
    """Events of one run in order of seq without gaps, from the one after the last acknowledged."""

    type: Literal["events"]
    run: str
    token: NotRequired[str]
    events: list[EventsEvent]
    """Each is checked against its own schema when it is its turn: one that is wrong ends no conversation."""


class Reply(TypedDict):
    """The answer to a command. `code` and `message` are there when `ok` is false; `result` depends on the command."""

    type: Literal["reply"]
    id: str
    ok: bool
    code: NotRequired[str]
    """Usually a code of the catalogue. A newer runner may send others; they are kept. Anything else is dropped."""
    message: NotRequired[str]
    result: NotRequired[object]


class WelcomeRun(TypedDict):
    run: str
    acked: int
    forget: bool


class Welcome(TypedDict):
    """For each run of `hello`: the last seq that is stored, or `forget` when the journal of an ended run may be
    deleted."""

    type: Literal["welcome"]
    runs: list[WelcomeRun]


class Ack(TypedDict):
    """All events up to and including `seq` are committed. After the last event of an ended run the journal may be
    deleted."""

    type: Literal["ack"]
    run: str
    seq: int


class Finding(TypedDict):
    """What the `check` command answers. Severity `error` means that the script cannot start."""

    severity: Literal["error", "warning", "info"]
    line: int | None
    column: NotRequired[int | None]
    """From 1, in characters. A runner of an earlier version does not send it."""
    code: str
    message: str


class Evaluation(TypedDict):
    """What `evaluate` answers: `text` is the value, what was printed, or the error."""

    ok: bool
    text: str


class VariablePage(TypedDict):
    """What `variables` answers; `total` counts all of them."""

    variables: list[Variable]
    total: int


class SourceFile(TypedDict):
    """What `source` answers."""

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
Command = RunCommand | StartCommand | CheckCommand | StatementsCommand


class CommandMessage(TypedDict):
    type: Literal["command"]
    id: str
    command: Command


FromRunner = Hello | Events | Reply
ToRunner = Welcome | Ack | CommandMessage
