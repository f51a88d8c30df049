"""Sends messages and requests to a script process, and matches the replies."""

import asyncio
import contextlib
from typing import Any

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.supervisor.script_process import ScriptProcessHandle


class ScriptChannel:
    """The channel to one script process, until it ends."""

    def __init__(self, process: ScriptProcessHandle) -> None:
        self._process = process
        self._replies: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._last = 0
        self._sending = asyncio.Lock()

    async def send(self, message: dict[str, Any]) -> None:
        """Sends a message that has no reply. Raises OSError when the process has ended."""
        # A caller that is cancelled must not interrupt the sending of a message.
        await asyncio.shield(asyncio.ensure_future(self._send(message)))

    async def _send(self, message: dict[str, Any]) -> None:
        async with self._sending:
            await self._process.send(message)

    async def request(self, message: dict[str, Any]) -> Any:
        """Sends a request and returns its result. Raises CommandRefused."""
        return await self.start_request(message)

    def start_request(self, message: dict[str, Any]) -> "asyncio.Future[Any]":
        """As `request`, but queues the message before it returns: later requests arrive later."""
        self._last += 1
        key = str(self._last)
        self._replies[key] = asyncio.get_running_loop().create_future()
        return asyncio.ensure_future(self._answer(key, asyncio.ensure_future(self._send({"id": key, **message}))))

    async def _answer(self, key: str, sent: "asyncio.Future[None]") -> Any:
        try:
            await asyncio.shield(sent)
            reply = await self._replies[key]
        except OSError:
            raise CommandRefused("RUN_FINISHED", "The run is ending.") from None
        finally:
            self._replies.pop(key, None)
        if not reply["ok"]:
            raise CommandRefused(reply["code"], reply["message"])
        return reply.get("result")

    async def request_within(self, message: dict[str, Any], seconds: float) -> Any:
        """As `request`. Returns None without a reply in time: the interpreter is stuck, or the process is ending."""
        with contextlib.suppress(asyncio.TimeoutError, CommandRefused):
            return await asyncio.wait_for(self.request(message), seconds)
        return None

    def receive_reply(self, reply: dict[str, Any]) -> None:
        waiting = self._replies.get(reply["id"])
        # The caller may have given up.
        if waiting is not None and not waiting.done():
            waiting.set_result(reply)

    def close(self) -> None:
        """Fails the requests that have no reply."""
        for waiting in self._replies.values():
            if not waiting.done():
                waiting.set_exception(CommandRefused("RUN_FINISHED", "The run has ended."))
