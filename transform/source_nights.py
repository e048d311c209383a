"""What a source held on a night, and whether files that are missing there are believed to be gone.

An export that broke off looks like a source whose projects were withdrawn. So a source that is suddenly empty, or has
lost a fifth of its files, is not believed: what it still holds is processed, what it lacks counts as there. A file that
cannot be read is no form: where a fifth fewer can be read than before it is the same, and a source of which not one can
is as an empty one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

# below this many files one withdrawn file would be a fifth of the source
FEWEST_FOR_A_SHARE = 5
# so many files that came at once and of which none can be read are told as a whole
FEWEST_UNREAD = 2
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
    """What a source held on a night. `files` is None where it could not be listed; then it is not believed. Where it is
    not believed, files that cannot be read and stand for some that could are not among them.

    `files_before`: on the last night before that was believed; `files_gone`: places of that night without a file now,
    or, where it is not believed, with none that can be read any more.
    """

    source: str
    night: date
    files: int | None
    files_before: int | None
    files_gone: int | None
    is_believed: bool


@dataclass(frozen=True, slots=True)
class SourceTonight:
    """A source that was asked tonight, and its stored nights up to this one, in order.

    `history` holds this night too when an earlier run of it is stored. `unavailable`: why it could not be listed;
    `unread`: how many files came tonight, or stand there, of which not one can be read; `unreadable`: how many fewer
    can be read than before, where that is why it is not believed; `spoilt`: places where one that can be read stood,
    and none does now; they count as there while the source is not believed.
    """

    now: SourceNight
    history: tuple[SourceNight, ...] = ()
    unavailable: str | None = None
    unread: int = 0
    unreadable: int = 0
    spoilt: frozenset[str] = frozenset()

    @property
    def before(self) -> tuple[SourceNight, ...]:
        """The stored nights before this one; a quiet night is not stored."""
        return tuple(past for past in self.history if past.night < self.now.night)


def source_of(uri: str) -> str:
    """The source a file belongs to: the first part of its place.

    >>> source_of("inbox/2563/a.pdf")
    'inbox'
    """
    return uri.split("/", 1)[0]


def last_believed(history: Iterable[SourceNight], night: date) -> SourceNight | None:
    """The last night before this one on which a source was believed."""
    return max((n for n in history if n.is_believed and n.night < night), key=lambda n: n.night, default=None)


def judged(asked: Asked, night: date, files: int, files_gone: int, history: Sequence[SourceNight]) -> SourceTonight:
    """Judge what a source holds tonight by how many files it held when it was believed last.

    Numbers decide, not names: where each night's files replace those of the night before, all are gone every night.
    """
    last = last_believed(history, night)
    before = last.files if last else None
    if asked.unavailable is not None:
        now = SourceNight(asked.source, night, None, before, None, False)
    else:
        is_believed = asked.is_loss_accepted or not is_loss(files, before, asked.loss_limit)
        now = SourceNight(asked.source, night, files, before, files_gone if last else None, is_believed)
    return SourceTonight(now, tuple(history), asked.unavailable)


def is_loss(files: int, before: int | None, limit: Decimal) -> bool:
    """Whether a source lost so many files that nothing may be concluded from it.

    >>> is_loss(8, 10, DEFAULT_LOSS_LIMIT), is_loss(9, 10, DEFAULT_LOSS_LIMIT), is_loss(12, 10, DEFAULT_LOSS_LIMIT)
    (True, False, False)
    >>> is_loss(1, 4, DEFAULT_LOSS_LIMIT), is_loss(0, 4, DEFAULT_LOSS_LIMIT), is_loss(0, None, DEFAULT_LOSS_LIMIT)
    (False, True, False)
    >>> is_loss(0, 10, BELIEVE_ALL)
    False
    """
    if not before or files >= before or limit >= BELIEVE_ALL:
        return False
    return files == 0 or (before >= FEWEST_FOR_A_SHARE and before - files >= limit * before)
