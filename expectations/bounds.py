"""What is usual: measures of a night's forms, and the bounds that the nights before it teach.

Nobody says how many forms a night brings or how often a coordinator is named; the nights do. A measure is judged where
tonight has enough forms to say anything and enough nights before it had, too. The bounds lie around the median of those
nights, so one odd night among them moves nothing; they are wide enough for chance on so few forms, for what the nights
themselves differed by, and never tighter than a floor. Pure; the order of the nights' rows does not matter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from math import sqrt
from statistics import median
from typing import Any

import pandas as pd

from expectations.catalogue import load_catalogue
from expectations.night_measures import FILLED, QUANTITIES, STEP, TABLE, Kind, kind_of, name_of, spoken_measure
from expectations.suites import Check
from transform.form import Form

BOUND_RULES = ("volume_unusual", "fill_rate_unusual")
NIGHTS_NEEDED = 5
NIGHTS_KEPT = 60
FORMS_NEEDED = 20
# standard deviations: of some thirty measures a night chance alone puts one outside in some fifty nights at the most
_WIDTH = 4
# a median absolute deviation as the standard deviation of a bell curve
_MAD = 1.4826
# what a value may have lost when it was stored: two thirds of the forms are less than 0.666667
_ROUNDED = float(STEP)


@dataclass(frozen=True, slots=True)
class Bound:
    """What is usual of one measure, both ends included: a count, a mean, or a share between 0 and 1."""

    measure: str
    kind: Kind
    low: Decimal
    high: Decimal

    @property
    def rule(self) -> str:
        """Rule of the catalogue that a night outside falls under."""
        return "fill_rate_unusual" if self.kind == "fill" else "volume_unusual"

    @property
    def column(self) -> tuple[str, str] | None:
        """Table and column whose fill rate it bounds, None for a quantity."""
        table, _, column = self.measure.removeprefix(FILLED).partition(".")
        return (table, column) if self.kind == "fill" else None

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The least and the greatest usual value: of a count, whole numbers."""
        if self.kind != "count":
            return self.low, self.high
        return self.low.to_integral_value(ROUND_CEILING), self.high.to_integral_value(ROUND_FLOOR)

    @property
    def said(self) -> str:
        """The bounds as a text, shares in percent."""
        low, high = (spoken_measure(self.kind, end) for end in self.ends)
        return low if low == high else f"{low} – {high}"


def usual(earlier: pd.DataFrame, tonight: pd.DataFrame) -> tuple[Bound, ...]:
    """Bounds for those of tonight's measures that can be judged, by measure.

    `earlier` holds rows of quality.night_measure of nights before tonight (load.measures.measures_before), `tonight`
    those of `measured`; both in any order.
    """
    past: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for night, measure, value, of in _rows(earlier):
        if of >= FORMS_NEEDED:
            past[measure].append((night, value))
    bounds = []
    for _, measure, _, of in sorted(_rows(tonight)):
        nights = sorted(past.get(measure, ()))[-NIGHTS_KEPT:]
        if of >= FORMS_NEEDED and len(nights) >= NIGHTS_NEEDED:
            bounds.append(_bound(measure, [value for _, value in nights], of))
    return tuple(bounds)


def checks_of_bounds(bounds: Iterable[Bound], table: str) -> list[Check]:
    """The bounds as expectations on one frame: rows and fill rates on the forms', other quantities on the measures'."""
    checks = []
    for bound in bounds:
        column, (low, high) = bound.column, bound.ends
        ends: dict[str, object] = {"min_value": low, "max_value": high}
        if bound.measure == "projects":
            place, name = "dim_project", "ExpectTableRowCountToBeBetween"
            ends = {"min_value": int(low), "max_value": int(high)}
        elif column is not None:
            place, name = column[0], "ExpectColumnProportionOfNonNullValuesToBeBetween"
            ends = {"column": column[1], "min_value": float(low), "max_value": float(high)}
        else:
            place, name = TABLE, "ExpectMeasureToBeUsual"
            ends = {"column": "value", **ends}
        if place == table:
            severity = load_catalogue()[bound.rule].severity
            row = {"when": "measure", "equals": bound.measure} if place == TABLE else {}
            checks.append(Check(name, bound.measure, bound.rule, severity, ends, bound.said, **row))
    return checks


def unusual(failures: pd.DataFrame, form: Form) -> list[dict[str, Any]]:
    """What is found unusual, by measure, as findings begin: rule, field (the measure), value, against and its name.

    `failures` are those of validate.
    """
    rows = failures[failures["rule"].isin(BOUND_RULES)].sort_values("target")
    found = []
    for rule, measure, value, against in zip(*(rows[c] for c in ("rule", "target", "value", "against")), strict=True):
        detail = {language: name_of(measure, form, language) for language in ("th", "en")}
        said = spoken_measure(kind_of(measure), Decimal(value))
        found.append({"rule": rule, "field": measure, "value": said, "against": against, "detail": detail})
    return found


def judged(results: pd.DataFrame) -> frozenset[str]:
    """The measures that tonight was judged by, from the results of validate: what they say replaces what was open."""
    names = results.loc[results["error"].isna(), "target"]
    return frozenset(n for n in names if n.startswith(FILLED) or n in QUANTITIES)


def _bound(measure: str, values: list[float], of: int) -> Bound:
    """Bounds from the values of earlier nights, at least NIGHTS_NEEDED, for a night with so many forms.

    What lies between the second lowest and the second highest of them is usual in any case: it was seen before, and
    not on one odd night only.
    """
    kind, middle, ordered = kind_of(measure), median(values), sorted(values)
    differing = _MAD * median(abs(value - middle) for value in values)
    margin = max(_floor(kind, middle), _WIDTH * max(differing, _chance(kind, middle, of)))
    low, high = min(middle - margin, ordered[1]), max(middle + margin, ordered[-2])
    top = {"share": 1.0, "fill": 1.0}.get(kind, high + _ROUNDED)
    low, high = max(0.0, low - _ROUNDED), min(top, high + _ROUNDED)
    return Bound(measure, kind, _decimal(low, ROUND_FLOOR), _decimal(high, ROUND_CEILING))


def _chance(kind: Kind, middle: float, of: int) -> float:
    """Standard deviation that chance alone gives a measure on so many forms."""
    if kind in ("share", "fill"):
        expected = (middle * of + 1) / (of + 2)  # also where all or none were filled before
        return sqrt(expected * (1 - expected) / of)
    if kind == "count":
        return sqrt(middle)
    return sqrt((middle + (middle**2 if kind == "tally" else 0) + 1 / of) / of)


def _floor(kind: Kind, middle: float) -> float:
    """Least margin: a difference below it is of no interest, however steady the nights were."""
    return {"count": 0.25 * middle, "share": 0.05, "fill": 0.05}.get(kind, max(0.25, 0.25 * middle))


def _rows(frame: pd.DataFrame) -> Iterable[tuple[str, str, float, int]]:
    """Night, measure, value, number of forms."""
    columns = (frame[name].tolist() for name in ("night", "measure", "value", "of"))
    return [(str(n), str(m), float(v), int(of)) for n, m, v, of in zip(*columns, strict=True)]


def _decimal(value: float | Decimal, rounding: str = ROUND_HALF_EVEN) -> Decimal:
    return Decimal(str(value)).quantize(STEP, rounding)
