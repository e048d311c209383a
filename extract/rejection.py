"""How a reader says that a file cannot be a document."""

from __future__ import annotations

from extract.document import Rejection


class Unreadable(Exception):
    """Raised by a reader: a stable `code`, and what was found, what was expected and what to do, each a few words."""

    def __init__(self, code: str, found: str, expected: str, remedy: str) -> None:
        super().__init__(code, found, expected, remedy)
        self.code, self.found, self.expected, self.remedy = code, found, expected, remedy

    def rejection(self, uri: str) -> Rejection:
        """The rejection of the file that came from `uri`.

        >>> Unreadable("empty_file", "0 bytes", "a form", "deliver the file again").rejection("inbox/a.pdf").message
        'inbox/a.pdf: 0 bytes; expected a form; deliver the file again'
        """
        return Rejection(self.code, f"{uri}: {self.found}; expected {self.expected}; {self.remedy}")
