"""Entry point of the checker of a cluster: answers the commands `check` and `statements` for scripts without a runner.

The API sends `POST /commands?hostname=NAME` with a command message of the runner protocol as its body; the answer is a
reply message. No part of a script is executed. Compiling one can take any time and memory, so each request has its own
process with limits. A process that exceeds its time is killed, and the connection closes without an answer.
"""

import argparse
import json
import resource
import signal
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ForkingMixIn, TCPServer
from types import FrameType
from urllib.parse import parse_qs, urlsplit

from sequencer_runner.common.command_refused import CommandRefused
from sequencer_runner.common.frames import compact_strict
from sequencer_runner.messages import BadMessage, read_message
from sequencer_runner.protocol import CommandMessage, Reply
from sequencer_runner.supervisor.script_checks import answer

_SECONDS = 5
_MEMORY_BYTES = 512 << 20
# Two of them and the server fit into the memory limit of the chart. Further requests wait.
_PROCESSES = 2
# JSON escapes a script of 512 KiB to at most six times its size.
_BODY_BYTES = 4 << 20


class CheckerServer(ForkingMixIn, TCPServer):
    """One process for each request. Not an HTTPServer, which looks up its own name: the checker reaches no DNS."""

    allow_reuse_address = True
    max_children = _PROCESSES
    request_queue_size = 64


class Handler(BaseHTTPRequestHandler):
    def setup(self) -> None:
        """The first step in the process of a request."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.alarm(_SECONDS)
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
        super().setup()

    def do_GET(self) -> None:
        self._send(HTTPStatus.OK if self.path == "/healthz" else HTTPStatus.NOT_FOUND, {})

    def do_POST(self) -> None:
        url = urlsplit(self.path)
        hostname = parse_qs(url.query).get("hostname", [""])[0]
        size = self.headers.get("Content-Length", "")
        if url.path != "/commands" or not hostname:
            self._send(HTTPStatus.NOT_FOUND, {"message": "Send POST /commands?hostname=NAME."})
        elif not size.isdecimal() or int(size) > _BODY_BYTES:
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, {"message": f"The limit is {_BODY_BYTES} bytes."})
        else:
            body = self.rfile.read(int(size))
            # A request that waited for others may have timed out in the API. Its check would delay the next one.
            if not self._is_abandoned():
                self._answer(body, hostname)

    def _is_abandoned(self) -> bool:
        try:
            return bool(self.connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b"")
        except BlockingIOError:
            return False

    def _answer(self, body: bytes, hostname: str) -> None:
        try:
            message = read_message(body)
        except BadMessage as error:
            self._send(HTTPStatus.BAD_REQUEST, {"message": str(error)})
            return
        if message["type"] != "command":
            self._send(HTTPStatus.BAD_REQUEST, {"message": "not a command"})
            return
        self._send(HTTPStatus.OK, _reply(message, hostname))

    def _send(self, status: HTTPStatus, body: object) -> None:
        data = compact_strict(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Logs nothing: probes would fill the log."""


def _reply(message: CommandMessage, hostname: str) -> Reply:
    command = message["command"]
    try:
        if command["name"] != "check" and command["name"] != "statements":
            raise CommandRefused("BAD_INPUT", f"The checker does not know the command {command['name']}.")
        result = answer(command, hostname, has_ocs_config=False)
    except CommandRefused as error:
        reply: Reply = {"type": "reply", "id": message["id"], "ok": False, "code": error.code, "message": str(error)}
        if error.remedy is not None:
            reply["remedy"] = error.remedy
        return reply
    return {"type": "reply", "id": message["id"], "ok": True, "result": result}


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="sequencer-runner-checker", description="Checks scripts for the API without running them."
    )
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on (%(default)s)")
    parser.add_argument("--port", type=int, default=8080, help="0: a free port (%(default)s)")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    with CheckerServer((options.host, options.port), Handler) as server:
        sys.stdout.write(json.dumps({"msg": "listening", "port": server.server_address[1]}) + "\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
