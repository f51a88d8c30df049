"""What a command meets that cannot be carried out."""


class Refused(Exception):
    """A code of the catalogue and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
