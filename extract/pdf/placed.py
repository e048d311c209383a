"""A line of text and where it stands on its page, before lines are numbered."""

from __future__ import annotations

from typing import NamedTuple

Part = tuple[int, float]
"""Where something that may be another cell begins: in the text of its line, and on the page."""


class PlacedLine(NamedTuple):
    """Text on one baseline. Places are in points, measured along the direction of the writing and across it.

    For an upright page `direction` is (1, 0), `start` and `end` are x, and `baseline` is y, which grows upwards; for
    turned writing all three are measured in the turned frame, so a lower line always has a smaller `baseline`.
    `start` equals `end` for a text whose place is not known (an /ActualText under which nothing is drawn). `parts` are
    the pieces of the text, after the first, that stand behind a wide gap.
    """

    text: str
    start: float
    end: float
    baseline: float
    size: float
    direction: tuple[float, float] = (1.0, 0.0)
    parts: tuple[Part, ...] = ()
