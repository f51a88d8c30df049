"""Sends messages and requests to a script process, and matches the replies."""

import asyncio
import contextlib
from collections.abc import Mapping
from typing import cast

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.script_protocol import ScriptReply, ScriptRequest, ScriptStart
from sequencer_runner.protocol import ErrorCode
from sequencer_runner.supervisor.script_process import ScriptProcessHandle


class ScriptChannel:
    """The channel to one script process, until it ends."""

    def __init__(self, process: ScriptProcessHandle) -> None:
        self._process = process
        self._replies: dict[str, asyncio.Future[ScriptReply]] = {}
        self._last = 0
        self._sending = asyncio.Lock()

    async def send(self, message: ScriptStart | ScriptRequest) -> None:
        """Sends a message that has no reply. Raises OSError when the process has ended."""
        # A caller that is cancelled must not interrupt the sending of a message.
        await asyncio.shield(asyncio.ensure_future(self._send({**message})))

    async def _send(self, message: Mapping[str, object]) -> None:
        async with self._sending:
            await self._process.send(message)

    async def request(self, message: ScriptRequest) -> object:
        """Sends a request and returns its result. Raises CommandRefused."""
        return await self.start_request(message)

    def start_request(self, message: ScriptRequest) -> "asyncio.Future[object]":
        """As `request`, but queues the message before it returns: later requests arrive later."""
        self._last += 1
        key = str(self._last)
        self._replies[key] = asyncio.get_running_loop().create_future()
        return asyncio.ensure_future(self._answer(key, asyncio.ensure_future(self._send({"id": key, **message}))))

    async def _answer(self, key: str, sent: "asyncio.Future[None]") -> object:
        try:
            await asyncio.shield(sent)
            reply = await self._replies[key]
        except OSError:
            raise CommandRefused("RUN_FINISHED", "The run is ending.") from None
        finally:
            self._replies.pop(key, None)
        if not reply["ok"]:
            raise CommandRefused(cast(ErrorCode, reply["code"]), reply["message"], reply.get("remedy"))
        return reply.get("result")

    async def request_within(self, message: ScriptRequest, seconds: float) -> object:
        """As `request`. Returns None without a reply in time: the interpreter is stuck, or the process is ending."""
        with contextlib.suppress(asyncio.TimeoutError, CommandRefused):
            return await asyncio.wait_for(self.request(message), seconds)
        return None

    def receive_reply(self, reply: ScriptReply) -> None:
        waiting = self._replies.get(str(reply["id"]))
        # The caller may have given up.
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def close(self) -> None:
        """Fails the requests that have no reply."""
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_exception(CommandRefused("RUN_FINISHED", "The run has ended."))
