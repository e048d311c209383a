"""What earlier nights know of projects: the witnesses of recognition that do not depend on tonight's files.

Values only; `load/past.py` reads them from the warehouse. Only nights before the one being recognised count, so a
night says the same whenever it is loaded.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from transform.marks import Marks, same_project
from transform.registers import Registers


@dataclass(frozen=True, slots=True)
class KnownProject:
    """A project as its last delivery before tonight left it: what stood beside its code, its other numbers and dates
    by address, and on which night (ISO)."""

    marks: Marks
    night: str
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """Projects of earlier nights by code, how many projects of a code prefix each agency prints (as districts), and how
    many codes begin with the same unit, or unit and block of running numbers (`heads_of`)."""

    projects: Mapping[str, KnownProject] = field(default_factory=dict)
    agencies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    heads: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> Known:
        """What is known before the first night."""
        return cls()

    def agrees(self, code: str, group: Iterable[Marks], registers: Registers) -> bool | None:
        """Whether copies are of the project that had this code before; None where nothing was known or tells."""
        before = self.projects.get(code)
        if before is None:
            return None
        verdicts = {same_project(marks, before.marks, registers) for marks in group}
        return True if True in verdicts else False if False in verdicts else None


def heads_of(code: str) -> tuple[str, str]:
    """A code's unit, and its unit with the hundreds of its running number: codes of one year share the second.

    >>> heads_of("50390000-3367")
    ('50390000', '50390000-33')
    """
    return code[:8], code[:11]


def neighbours(code: str) -> Iterable[str]:
    """The codes that differ from a code in one digit, in order of place and digit.

    >>> list(neighbours("1-2"))[:3], len(list(neighbours("50390000-3367")))
    (['0-2', '2-2', '3-2'], 108)
    """
    for at, digit in enumerate(code):
        if digit.isdigit():
            head, tail = code[:at], code[at + 1 :]
            for other in "0123456789":
                if other != digit:
                    yield f"{head}{other}{tail}"
