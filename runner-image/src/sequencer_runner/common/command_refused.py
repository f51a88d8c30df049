"""Why a command is not carried out."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sequencer_runner.protocol import ErrorCode


class CommandRefused(Exception):
    """`code` is from the error catalogue; the message is a sentence for users, and so is the remedy: what to do.

    Without a remedy, that of the catalogue is shown. It is empty if the message contains it.
    """

    def __init__(self, code: "ErrorCode", message: str, remedy: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy
