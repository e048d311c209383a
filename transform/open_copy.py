"""A printed copy while its lines are being collected, and the heading that begins the next one."""

from __future__ import annotations

from dataclasses import dataclass, field

from transform.form import Section
from transform.passage import Segment


@dataclass
class OpenCopy:
    """A copy being collected."""

    first: tuple[int, int]
    last: tuple[int, int]
    seen: set[str] = field(default_factory=set)
    blocks: list[tuple[Section | None, list[Segment]]] = field(default_factory=list)
    has_code: bool = False
    beginning: tuple[int, int] | None = None  # the place of a heading of which only the first words stand there

    @property
    def section(self) -> Section | None:
        """The section that is open."""
        return self.blocks[-1][0] if self.blocks else None

    def open(self, section: Section | None) -> None:
        """Begin a block, unless its section is open already: a heading repeated after a page break goes on."""
        if not self.blocks or self.blocks[-1][0] is not section:
            self.blocks.append((section, []))
        if section is not None:
            self.seen.add(section.id)


def begins_copy(section: Section, current: OpenCopy) -> bool:
    """Whether a heading opens another copy: 1. always; another one only when this copy had it and has gone past it."""
    if section.id not in current.seen:
        return section.id == "1" and bool(current.seen)
    return current.section is not None and current.section is not section
