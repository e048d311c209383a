"""What a source held on a night, and whether files that are missing there are believed to be gone.

An export that broke off looks like a source whose projects were withdrawn. So a source that is suddenly empty, or has
lost a fifth of its files, is not believed: what it still holds is processed, what it lacks counts as there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

# below this many files one withdrawn file would be a fifth of the source
FEWEST_FOR_A_SHARE = 5
# the part of its files that a source may never lose at once; 1 believes every loss
DEFAULT_LOSS_LIMIT = Decimal("0.2")
BELIEVE_ALL = Decimal(1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A source that a night asked: by how much it may shrink, whether a loss is right, why it could not be listed."""

    source: str
    loss_limit: Decimal = DEFAULT_LOSS_LIMIT
    is_loss_accepted: bool = False
    unavailable: str | None = None


@dataclass(frozen=True, slots=True)
class SourceNight:
    """What a source held on a night. `files_before`, `files_gone`: against the last night that was believed.

    `unavailable`: why it could not be listed; then nothing is known of its files.
    """

    source: str
    files: int
    files_before: int | None
    files_gone: int
    is_believed: bool
    unavailable: str | None = None

    @property
    def is_shrunken(self) -> bool:
        """Whether it was listed, and lacks so much that nothing counts as gone."""
        return not self.is_believed and self.unavailable is None


def source_of(uri: str) -> str:
    """The source a file belongs to: the first part of its place.

    >>> source_of("inbox/2563/a.pdf")
    'inbox'
    """
    return uri.split("/", 1)[0]


def judged(asked: Asked, files: int, files_before: int | None, files_gone: int) -> SourceNight:
    """Judge what a source holds tonight by how many files it held when it was believed last (None: never before).

    Numbers decide, not names: where each night's files replace those of the night before, all are gone every night.

    >>> judged(Asked("inbox"), 8, 10, 2).is_believed
    False
    >>> judged(Asked("inbox"), 9, 10, 10).is_believed
    True
    """
    if asked.unavailable is not None:
        return SourceNight(asked.source, files, files_before, 0, False, asked.unavailable)
    is_believed = asked.is_loss_accepted or not _is_loss(files, files_before or 0, asked.loss_limit)
    return SourceNight(asked.source, files, files_before, files_gone, is_believed)


def _is_loss(files: int, before: int, limit: Decimal) -> bool:
    if limit >= BELIEVE_ALL or not before:
        return False
    if before < FEWEST_FOR_A_SHARE:
        return files == 0
    # with a limit of 0 a source that lost nothing has still lost "0 or more"
    return before > files and before - files >= limit * before
