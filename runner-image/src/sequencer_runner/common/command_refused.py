"""Why a command is not carried out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer_runner.protocol import ErrorCode


class CommandRefused(Exception):
    """`code` is from the error catalogue; the message is a sentence for users."""

    def __init__(self, code: "ErrorCode", message: str) -> None:
        super().__init__(message)
        self.code = code
