"""The connection to the gateway: sends events from the journals, receives commands, and always reconnects."""

import asyncio
import json
import logging
import random
from collections import deque
from collections.abc import Mapping
from typing import Protocol

import websockets
from websockets.asyncio.client import ClientConnection, connect

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.frames import compact_strict
from sequencer_runner.cut import cut_to
from sequencer_runner.journal import Journal
from sequencer_runner.limits import EVENT_BYTES, MESSAGE_BYTES
from sequencer_runner.messages import BadCommand, BadMessage, UnknownType, read_message
from sequencer_runner.protocol import Ack, Command, CommandMessage, Hello, Reply, Welcome
from sequencer_runner.secret import Secret

_log = logging.getLogger("sequencer_runner.gateway_client")

_FIRST_WAIT, _LONGEST_WAIT = 0.2, 5.0
_BATCH_EVENTS, _BATCH_BYTES = 1000, 256 * 1024
# Limits of what is not acknowledged. They are lower than those at which the API stops reading: replies to commands must
# arrive while the database is unreachable.
_IN_FLIGHT_EVENTS, _IN_FLIGHT_BYTES = 20_000, 4 * 1024 * 1024
# Close codes and HTTP statuses after which an immediate retry is useless.
_HOPELESS = {4001, 4003, 401}
_NO_JSON = "The reply of the script process is not valid JSON."
_SEE_LOG = "Check the log of the runner."
_TOO_LARGE, _SMALLEST_EVENT = 1009, 16 * 1024


class JournaledRun(Protocol):
    """The part of a run that is used to send its events."""

    id: str
    journal: Journal
    token: str | None
    over: asyncio.Event
    acked: int
    unrecorded: bool
    """The gateway does not record its events."""


class RunHolder(Protocol):
    """The worker: holds the runs, and executes commands."""

    @property
    def runs(self) -> Mapping[str, JournaledRun]: ...

    async def hello(self) -> Hello: ...

    async def command(self, command: Command) -> object:
        """Returns the result. Raises CommandRefused."""

    def forget(self, run_id: str) -> None: ...

    def end_unrecorded(self, run_id: str) -> None:
        """Ends a run that the gateway does not record."""

    def set_connected(self, connected: bool) -> None: ...


class GatewayClient:
    def __init__(self, url: str, secret: Secret, holder: RunHolder) -> None:
        self._url = url
        self._secret = secret
        self._holder = holder
        self._wake = asyncio.Event()
        self._sent: dict[str, int] = {}
        # The last event and the size in bytes of each unacknowledged batch.
        self._in_flight: dict[str, deque[tuple[int, int]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._event_bytes = EVENT_BYTES

    def changed(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        wait = _FIRST_WAIT
        while True:
            code = None
            try:
                async with connect(
                    self._url,
                    additional_headers={"Authorization": f"Bearer {self._secret.read()}"},
                    max_size=8 * 1024 * 1024,
                    compression=None,
                    proxy=None,
                    ping_interval=10,
                    ping_timeout=20,
                    close_timeout=1,
                ) as socket:
                    _log.info("connected to %s", self._url)
                    wait = _FIRST_WAIT
                    await self._serve(socket)
            except websockets.ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else None
                _log.warning("the gateway closed the connection: %s", closed)
            except websockets.InvalidStatus as refused:
                code = refused.response.status_code
                _log.warning("%s", _refusal(self._url, code, refused.response.body))
            except (OSError, websockets.WebSocketException, asyncio.TimeoutError) as error:
                _log.warning("cannot reach the gateway at %s: %s", self._url, error)
            if code == _TOO_LARGE:
                # The gateway would refuse the same bytes again.
                self._event_bytes = max(_SMALLEST_EVENT, self._event_bytes // 2)
                _log.error("a message was too large; from now on events are cut to %d bytes", self._event_bytes)
            if code in _HOPELESS:
                wait = _LONGEST_WAIT
            elif code == 1012:
                wait = _FIRST_WAIT
            await asyncio.sleep(wait * random.uniform(0.7, 1.3))
            wait = min(_LONGEST_WAIT, wait * 2)

    async def _serve(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps(await self._holder.hello()))
        welcomed = False
        sender: asyncio.Task[None] | None = None
        try:
            async for text in socket:
                try:
                    message = read_message(text)
                except UnknownType as error:
                    _log.warning("ignoring a message of the gateway: %s", error)
                    continue
                except BadCommand as error:
                    _log.warning("refusing a command of the gateway: %s", error)
                    await self._reply(socket, _refused(error.id, error.code, str(error), error.remedy))
                    continue
                except BadMessage as error:
                    _log.error("the gateway sent an invalid message: %s", error)
                    await socket.close(4002, str(error)[:100])
                    return
                if message["type"] == "welcome":
                    self._welcome(message)
                    if not welcomed:
                        welcomed = True
                        self._holder.set_connected(True)
                        sender = asyncio.create_task(self._send(socket))
                elif message["type"] == "ack":
                    self._ack(message)
                else:
                    self._start_command(socket, message)
        finally:
            self._holder.set_connected(False)
            if sender is not None:
                sender.cancel()

    def _welcome(self, message: Welcome) -> None:
        answers = {answer["run"]: answer for answer in message["runs"]}
        for run in list(self._holder.runs.values()):
            answer = answers.get(run.id)
            acked, forget = (0, False) if answer is None else (answer["acked"], answer["forget"])
            if not forget:
                run.journal.continue_after(acked)
            run.acked = min(acked, run.journal.last_seq)
            self._sent[run.id] = run.acked
            self._in_flight.pop(run.id, None)
            run.unrecorded = forget and not run.over.is_set()
            if run.unrecorded:
                self._holder.end_unrecorded(run.id)
            elif forget:
                self._holder.forget(run.id)

    def _ack(self, message: Ack) -> None:
        run = self._holder.runs.get(message["run"])
        if run is None:
            return
        run.acked = max(run.acked, min(message["seq"], run.journal.last_seq))
        run.journal.trim(run.acked)
        batches = self._in_flight.get(run.id)
        while batches and batches[0][0] <= run.acked:
            batches.popleft()
        self._wake.set()
        if run.over.is_set() and run.acked == run.journal.last_seq:
            self._in_flight.pop(run.id, None)
            self._holder.forget(run.id)

    async def _send(self, socket: ClientConnection) -> None:
        try:
            while True:
                self._wake.clear()
                if not await self._send_some(socket):
                    await self._wake.wait()
        except websockets.ConnectionClosed:
            _log.debug("the connection closed while events were being sent")
        except Exception:
            _log.exception("cannot send events; reconnecting")
            await socket.close(1011, "the runner failed to send its events")

    async def _send_some(self, socket: ClientConnection) -> bool:
        """Sends one batch of each run. Returns False when there was nothing to send."""
        sent_some = False
        for run in list(self._holder.runs.values()):
            sent = self._sent.setdefault(run.id, 0)
            if run.unrecorded or sent >= run.journal.last_seq or sent - run.acked >= _IN_FLIGHT_EVENTS:
                continue
            batches = self._in_flight.setdefault(run.id, deque())
            if sum(size for _, size in batches) >= _IN_FLIGHT_BYTES:
                continue
            lines = run.journal.read(sent, _BATCH_EVENTS, min(_BATCH_BYTES, self._event_bytes))
            if not lines:
                continue
            sent_some = True
            limit = self._event_bytes
            if any(len(line) > limit for line in lines):
                lines = [line if len(line) <= limit else await asyncio.to_thread(cut_to, line, limit) for line in lines]
            shown = "" if run.token is None else f'"token":{json.dumps(run.token)},'
            head = f'{{"type":"events","run":{json.dumps(run.id)},{shown}"events":['.encode()
            await socket.send(head + b",".join(lines) + b"]}", text=True)
            self._sent[run.id] = sent + len(lines)
            batches.append((sent + len(lines), sum(map(len, lines))))
        return sent_some

    def _start_command(self, socket: ClientConnection, message: CommandMessage) -> None:
        task = asyncio.create_task(self._carry_out(socket, message["id"], message["command"]))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, socket: ClientConnection, key: str, command: Command) -> None:
        reply: Reply = {"type": "reply", "id": key, "ok": True}
        try:
            result = await self._holder.command(command)
            if result is not None:
                reply["result"] = result
        except CommandRefused as error:
            reply = _refused(key, error.code, str(error), error.remedy)
        except Exception:
            _log.exception("command %s failed", command["name"])
            reply = _refused(key, "INTERNAL", "The command failed.", _SEE_LOG)
        # First the events that the command has caused.
        await self._flushed(command.get("run"))
        await self._reply(socket, reply)

    async def _reply(self, socket: ClientConnection, reply: Reply) -> None:
        try:
            text = compact_strict(reply)
        except (ValueError, RecursionError):
            _log.exception("the reply to command %s is not valid JSON", reply["id"])
            text = json.dumps(_refused(reply["id"], "INTERNAL", _NO_JSON, _SEE_LOG))
        if len(text) > MESSAGE_BYTES:
            problem = f"The result has {len(text)} bytes; the limit is {MESSAGE_BYTES}."
            text = json.dumps(_refused(reply["id"], "TOO_COMPLEX", problem, "Request less."))
        try:
            await socket.send(text)
        except websockets.ConnectionClosed:
            _log.warning("the reply to command %s was lost with the connection", reply["id"])

    async def _flushed(self, run_id: object) -> None:
        run = self._holder.runs.get(str(run_id))
        if run is None or run.unrecorded:
            return
        target = run.journal.last_seq
        for tried in range(500):
            if self._sent.get(run.id, 0) >= target:
                return
            self._wake.set()
            await asyncio.sleep(0 if tried < 50 else 0.002)


def _refused(key: str, code: str, message: str, remedy: str | None = None) -> Reply:
    reply: Reply = {"type": "reply", "id": key, "ok": False, "code": code, "message": message}
    if remedy is not None:
        reply["remedy"] = remedy
    return reply


def _refusal(url: str, status: int, body: bytes | bytearray) -> str:
    """The log message for a refused WebSocket connection."""
    text = bytes(body[:500]).decode(errors="replace").strip()
    if status == 401:
        return f"token refused by the gateway at {url}: check RUNNER_TOKEN. {text}".strip()
    return f"the gateway at {url} refused the connection with HTTP {status}. {text}".strip()
