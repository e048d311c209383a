"""What drawn letters have in common: rings, copies moved elsewhere, the same mark drawn smaller.

An outline is a list of closed polygons in units of the em; curves are cut into straight pieces. Measured over the 58
Thai fonts of Debian (fonts-tlwg) and Sarabun: `is_ring` holds for every nikhahit and for no other mark; no two marks
are copies of each other; of 39,000 pairs of different marks of one font only ี and ื are alike (0.97, all others stay
below 0.78), of 2,600 pairs of one mark in several sizes 93 % are.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import ceil, hypot
from typing import NamedTuple

Polygon = list[tuple[float, float]]
Outline = list[Polygon]

ALIKE = 0.85
"""The least `likeness` of a mark and its small copy."""

_CURVE_STEPS = 3
_MAX_CONTOURS = 8
_ROWS = 24
_MOVED = 0.004  # a copy's points are rounded on their own; fonts are drawn on grids of 1000 to 2048 to the em
_STRETCHED = 1.3  # a small copy is drawn wider or narrower by at most this factor
_RING_ROUNDNESS = (0.75, 1.22)
_RING_STRETCHED = 1.2
_RING_SHIFTED = 0.08
_RING_HOLE = 0.1


class Box(NamedTuple):
    """Where a glyph is drawn, and with how many contours."""

    contours: int
    left: float
    bottom: float
    right: float
    top: float


def polygon(points: list[tuple[float, float, bool]]) -> Polygon:
    """A TrueType contour with its quadratic curves cut into pieces; points not on the curve pull it.

    >>> polygon([(0, 0, True), (1, 0, True), (1, 1, True)])
    [(0, 0), (1, 0), (1, 1)]
    >>> len(polygon([(0, 0, False), (1, 0, False), (1, 1, False), (0, 1, False)]))
    12
    """
    if not any(on for _, _, on in points):
        (x, y, _), (u, v, _) = points[-1], points[0]
        points = [((x + u) / 2, (y + v) / 2, True), *points]
    first = next(index for index, point in enumerate(points) if point[2])
    px, py, _ = points[first]
    result = [(px, py)]
    pull: tuple[float, float] | None = None
    for x, y, on in [*points[first + 1 :], *points[: first + 1]]:
        if pull is not None:
            end = (x, y) if on else ((pull[0] + x) / 2, (pull[1] + y) / 2)
            result += _curve(result[-1], pull, end)
        elif on:
            result.append((x, y))
        pull = None if on else (x, y)
    result.pop()  # the first point again
    return result


def box_of(outline: Outline) -> Box:
    """The box around an outline that has points."""
    xs = [x for contour in outline for x, _ in contour]
    ys = [y for contour in outline for _, y in contour]
    return Box(len(outline), min(xs), min(ys), max(xs), max(ys))


def may_be_ring(box: Box) -> bool:
    """Whether a ring can stand in `box`: what is cheap to ask before `is_ring`."""
    return box.contours == 2 and _is_within(box.right - box.left, box.top - box.bottom, _RING_STRETCHED)


def is_ring(outline: Outline) -> bool:
    """Whether this is a plain ring: two round contours around one centre. Of Thai marks only nikhahit is one.

    >>> from math import cos, pi, sin
    >>> circle = lambda radius: [(radius * cos(k * pi / 8), radius * sin(k * pi / 8)) for k in range(16)]
    >>> is_ring([circle(100), circle(60)]), is_ring([circle(100)])
    (True, False)
    """
    if len(outline) != 2 or not all(outline):
        return False
    outer, inner = sorted(outline, key=_width, reverse=True)
    around, hole = box_of([outer]), box_of([inner])
    for low, high, hole_low, hole_high in (
        (around.left, around.right, hole.left, hole.right),
        (around.bottom, around.top, hole.bottom, hole.top),
    ):
        shift = abs((low + high) - (hole_low + hole_high)) / 2
        if shift > _RING_SHIFTED * (high - low) or not _RING_HOLE * (high - low) < hole_high - hole_low < high - low:
            return False
    return _is_round(outer)


def is_copy(one: Outline, other: Outline) -> bool:
    """Whether `other` is `one`, moved: point for point, but for rounding.

    >>> bar = [(0, 0), (0.1, 0), (0.1, 0.5)]
    >>> is_copy([bar], [[(x - 0.3, y + 0.2) for x, y in bar]]), is_copy([bar], [[(2 * x, y) for x, y in bar]])
    (True, False)
    """
    if list(map(len, one)) != list(map(len, other)) or not one or not all(one):
        return False
    here, there = box_of(one), box_of(other)
    dx, dy = there.left - here.left, there.bottom - here.bottom
    return all(
        abs(x + dx - u) <= _MOVED and abs(y + dy - v) <= _MOVED
        for contour, twin in zip(one, other, strict=True)
        for (x, y), (u, v) in zip(contour, twin, strict=True)
    )


def has_ring(outline: Outline) -> bool:
    """Whether two of the contours make a ring, as they do in ำ."""
    return any(is_ring([one, other]) for one, other in combinations(outline[:_MAX_CONTOURS], 2))


def may_be_copy(one: Box, other: Box) -> bool:
    """Whether two glyphs have boxes of one size: what is cheap to ask before `is_copy`."""
    return (
        one.contours == other.contours
        and abs((one.right - one.left) - (other.right - other.left)) <= 2 * _MOVED
        and abs((one.top - one.bottom) - (other.top - other.bottom)) <= 2 * _MOVED
    )


def may_be_alike(one: Box, other: Box) -> bool:
    """Whether two marks can be drawn alike: what is cheap to ask before `likeness`."""
    if one.contours != other.contours:
        return False
    width, height = one.right - one.left, one.top - one.bottom
    other_width, other_height = other.right - other.left, other.top - other.bottom
    return _is_within(width * other_height, height * other_width, _STRETCHED)


def likeness(one: int, other: int) -> float:
    """How much of two silhouettes is common to both: 1 for the same, 0 for nothing."""
    return (one & other).bit_count() / ((one | other).bit_count() or 1)


def silhouette(outline: Outline) -> int:
    """What is black inside the box around an outline, as the bits of a picture of 24 rows of 24.

    Its box is stretched to the picture, so small and narrow copies of a mark look the same.
    """
    _, left, bottom, right, top = box_of(outline)
    across, up = _ROWS / ((right - left) or 1), _ROWS / ((top - bottom) or 1)
    crossings: list[list[tuple[float, int]]] = [[] for _ in range(_ROWS)]
    for contour in outline:
        x, y = (contour[-1][0] - left) * across, (contour[-1][1] - bottom) * up - 0.5
        for point in contour:
            u, v = (point[0] - left) * across, (point[1] - bottom) * up - 0.5
            low, high, turn = (y, v, 1) if y < v else (v, y, -1)
            for row in range(max(0, ceil(low)), min(_ROWS, ceil(high))):
                crossings[row].append((x + (row - y) * (u - x) / (v - y), turn))
            x, y = u, v
    picture = 0
    for crossed in crossings:
        picture <<= _ROWS
        winding = 0
        for (start, turn), (end, _) in pairwise(sorted(crossed)):
            winding += turn
            first, last = max(0, ceil(start - 0.5)), min(_ROWS, ceil(end - 0.5))
            if winding and first < last:
                picture |= (1 << last) - (1 << first)
    return picture


def _curve(start: tuple[float, float], pull: tuple[float, float], end: tuple[float, float]) -> Polygon:
    pieces = []
    for step in range(1, _CURVE_STEPS):
        t = step / _CURVE_STEPS
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        pieces.append((a * start[0] + b * pull[0] + c * end[0], a * start[1] + b * pull[1] + c * end[1]))
    return [*pieces, end]


def _is_within(one: float, other: float, factor: float) -> bool:
    return 0 < one <= factor * other and other <= factor * one


def _width(contour: Polygon) -> float:
    box = box_of([contour])
    return box.right - box.left


def _is_round(contour: Polygon) -> bool:
    """Whether every point is about as far from the centre, measured in half the width and half the height."""
    _, left, bottom, right, top = box_of([contour])
    width, height = (right - left) / 2, (top - bottom) / 2
    low, high = _RING_ROUNDNESS
    return (
        len(contour) >= 8
        and _is_within(width, height, _RING_STRETCHED)
        and all(low <= hypot((x - left) / width - 1, (y - bottom) / height - 1) <= high for x, y in contour)
    )
