"""Why a command is not carried out."""


class CommandRefused(Exception):
    """`code` is from the error catalogue; the message is a sentence for users."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
