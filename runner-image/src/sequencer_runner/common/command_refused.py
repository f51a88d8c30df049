"""Why a command is not carried out."""


class CommandRefused(Exception):
    """`code`: of the error catalogue. The text is a sentence for users."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
