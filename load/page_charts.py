"""Charts of the page as static SVG: Vega-Lite specifications, drawn by vl-convert, coloured by the page's CSS.

Text stays text, so the browser shapes the Thai. Places are fixed and no legend or title is measured, so the same
numbers give the same bytes whatever fonts the machine has. All are drawn 440 wide: readable on a phone, two in a row
on a desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from load.page_nights import Quality
from load.page_projects import Projects, Row
from load.page_words import millions, thai_day, whole

# the compiler is part of the picture: another one may draw the same specification otherwise
_VEGA_LITE = "6.4"
_WIDTH = 440
AGENCIES = 12
STEPS = ("0–24", "25–49", "50–74", "75–99", "100")
_INK, _LINE = "var(--ink)", "var(--line)"
_GOOD, _WARN, _BAD, _PALE = "var(--good)", "var(--warn)", "var(--bad)", "var(--pale)"
_MONEY, _MONEY_PALE = "var(--money)", "var(--money-pale)"
_CONFIG: dict[str, Any] = {
    "font": "inherit",
    "background": None,
    "aria": False,
    "view": {"stroke": None},
    "axis": {
        "labelColor": _INK, "labelFontSize": 13, "labelOverlap": False, "labelLimit": 0, "domainColor": _LINE,
        "gridColor": _LINE, "tickColor": _LINE, "title": None,
    },
    "text": {"color": _INK, "fontSize": 13},
}  # fmt: skip
_STEP = 52  # a name and two bars
_LONGEST_NAME = 44
_COUNTED = {"tickCount": 4, "domain": False, "ticks": False, "format": ",~f"}
_FILL = {"field": "fill", "type": "nominal", "scale": None}
_Spec = dict[str, Any]
_ID = re.compile(r"(?<=#)clip\d+(?=\))|(?<=id=\")clip\d+(?=\")")
_HEAD = re.compile(r'^<svg [^>]*?(viewBox="[^"]*")>')


def draw(name: str, spec: _Spec) -> str:
    """Draw a specification: an <svg> to stand within HTML, its ids beginning with `name`."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=_VEGA_LITE, allowed_base_urls=[])
    # Vega numbers its ids through the life of the process
    order = {found: place for place, found in enumerate(dict.fromkeys(_ID.findall(svg)), start=1)}
    svg = _ID.sub(lambda found: f"{name}-{order[found[0]]}", svg)
    return _HEAD.sub(r'<svg \1 aria-hidden="true">', svg)


def _framed(height: int, padding: tuple[int, int, int, int], data: Sequence[Row], layer: list[_Spec]) -> _Spec:
    """A chart whose places do not depend on how wide its words are; padding is left, top, right, bottom."""
    left, top, right, bottom = padding
    return {
        "width": _WIDTH - left - right,
        "height": height,
        "autosize": {"type": "none"},
        "padding": {"left": left, "top": top, "right": right, "bottom": bottom},
        "config": _CONFIG,
        "data": {"values": list(data)},
        "layer": layer,
    }


def time_and_work(projects: Projects) -> _Spec:
    """How far time and work have come: projects in each quarter of both, darker where there are more."""
    most = max((row["projects"] for row in projects.matrix), default=1)
    cells = [
        {
            "x": STEPS[found["time_step"]],
            "y": STEPS[found["work_step"]],
            "n": whole(found["projects"]),
            "fill": _cell_fill(found),
            "strength": 0.15 + 0.45 * (found["projects"] / most) ** 0.5,
        }
        for found in projects.matrix
    ]
    axis = {"domain": False, "ticks": False, "labelAngle": 0, "labelPadding": 6}
    shared = {"type": "ordinal", "axis": axis}
    places = {
        "x": {**shared, "field": "x", "scale": {"domain": STEPS, "paddingInner": 0.05}},
        "y": {**shared, "field": "y", "scale": {"domain": STEPS[::-1], "paddingInner": 0.05}},
    }
    rect = {"type": "rect", "cornerRadius": 3}
    strength = {"field": "strength", "type": "quantitative", "scale": None}
    number = {"type": "text", "fontSize": 15, "fontWeight": 600, "baseline": "middle"}
    empty = [{"x": one, "y": other} for one in STEPS for other in STEPS]
    layer: list[_Spec] = [
        {"data": {"values": empty}, "mark": {**rect, "fill": _PALE}, "encoding": places},
        {"mark": rect, "encoding": {**places, "fill": _FILL, "fillOpacity": strength}},
        {"mark": number, "encoding": {**places, "text": {"field": "n"}}},
    ]
    return _framed(300, (52, 6, 6, 28), cells, layer)


def _cell_fill(found: Row) -> str:
    if 2 * found["late"] >= found["projects"]:
        return _BAD
    return _GOOD if found["work_step"] >= found["time_step"] else _WARN


def late_by_agency(agencies: Sequence[Row]) -> _Spec:
    """Late and silent projects of the agencies that have most of them, two bars for each."""
    worst = [a for a in by_trouble(agencies) if a["late"] or a["silent"]][:AGENCIES]
    return _named_bars(
        [(f"{_short(a['agency_name'])} · {whole(a['projects'])} โครงการ", (a["late"], a["silent"])) for a in worst],
        (_BAD, _WARN),
        whole,
    )


def money_by_agency(agencies: Sequence[Row]) -> _Spec:
    """Received and spent, in million baht, of the agencies that received most, two bars for each."""
    named = []
    for agency in agencies[:AGENCIES]:
        share = "" if agency["spent_pct"] is None else f" · ใช้ไปร้อยละ {agency['spent_pct']:,.0f}"
        named.append((_short(agency["agency_name"]) + share, (agency["received"], agency["spent"])))
    return _named_bars(named, (_MONEY_PALE, _MONEY), millions)


def _named_bars(named: Sequence[tuple[str, Sequence[Any]]], fills: Sequence[str], said: Callable[[Any], str]) -> _Spec:
    """Two bars below each name; names stand above, so that long ones need no column."""
    bars = [
        {
            "name": "" if kind else name,
            "n": float(value or 0),
            "said": said(value),
            "fill": fills[kind],
            "label": row * _STEP + 11,
            "top": row * _STEP + 21 + 13 * kind,
            "middle": row * _STEP + 27 + 13 * kind,
            "bottom": row * _STEP + 32 + 13 * kind,
        }
        for row, (name, values) in enumerate(named)
        for kind, value in enumerate(values)
    ]
    height = len(named) * _STEP
    lengths = [0.0, *(float(value or 0) for _, values in named for value in values)]
    scale = {"domain": [min(lengths), max(lengths) or 1], "nice": False}
    x = {"field": "n", "type": "quantitative", "axis": None, "scale": scale}
    y = {"type": "quantitative", "axis": None, "scale": {"domain": [height, 0], "nice": False, "zero": False}}
    text = {"type": "text", "align": "left", "baseline": "middle"}
    layer = [
        {
            "mark": {"type": "bar", "cornerRadiusEnd": 2},
            "encoding": {
                "x": x,
                "x2": {"datum": 0},
                "y": {**y, "field": "top"},
                "y2": {"field": "bottom"},
                "fill": _FILL,
            },
        },
        {
            "mark": {**text, "dx": 5},
            "encoding": {"x": x, "y": {**y, "field": "middle"}, "text": {"field": "said"}},
        },
        {
            "mark": {**text, "fontSize": 14},
            "encoding": {"x": {"value": 0}, "y": {**y, "field": "label"}, "text": {"field": "name"}},
        },
    ]
    return _framed(height, (2, 0, 78, 2), bars, layer)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"


def money_by_quarter(quarters: Sequence[Row]) -> _Spec:
    """What reports of each fiscal quarter print as disbursed, in both meanings that the amounts can have."""
    bars = [
        {"quarter": quarter_name(row), "kind": kind, "n": _as_millions(row[kind]), "fill": fill}
        for row in quarters
        for kind, fill in (("per_report", _MONEY_PALE), ("cumulative", _MONEY))
    ]
    x = {
        "field": "quarter",
        "type": "nominal",
        "scale": {"domain": [quarter_name(row) for row in quarters], "paddingInner": 0.25},
        "axis": {"labelAngle": 0, "ticks": False, "labelPadding": 6, "grid": False},
    }
    offset = {"field": "kind", "type": "nominal", "sort": ["per_report", "cumulative"]}
    y = {"field": "n", "type": "quantitative", "axis": _COUNTED}
    bar = {
        "mark": {"type": "bar", "cornerRadiusEnd": 2},
        "encoding": {"x": x, "xOffset": offset, "y": y, "fill": _FILL},
    }
    return _framed(230, (58, 18, 4, 28), bars, [bar])


def findings_by_night(quality: Quality) -> _Spec:
    """Standing findings on each night: what must be corrected and what should be checked, together."""
    points = [{"place": i, "n": night["block"] + night["check"]} for i, night in enumerate(quality.nights)]
    last = len(points) - 1
    scale = {"domain": [0, max(last, 1)], "nice": False, "padding": 8}
    x = {"field": "place", "type": "quantitative", "axis": None, "scale": scale}
    y = {
        "field": "n",
        "type": "quantitative",
        "axis": _COUNTED,
        "scale": {"domain": [0, max((p["n"] for p in points), default=0) or 1], "nice": True},
    }
    ends = [
        {
            "data": {"values": [{"place": place, "day": thai_day(quality.nights[place]["night"])}]},
            "mark": {"type": "text", "baseline": "top", "align": align, "dy": 8},
            "encoding": {"x": x, "y": {"value": 200}, "text": {"field": "day"}},
        }
        for place, align in ((0, "left"), (last, "right"))
    ]
    layer: list[_Spec] = [
        {"mark": {"type": "area", "fill": _WARN, "fillOpacity": 0.2}, "encoding": {"x": x, "y": y}},
        {"mark": {"type": "line", "stroke": _WARN, "strokeWidth": 2.5}, "encoding": {"x": x, "y": y}},
        {
            "data": {"values": points[-1:]},
            "mark": {"type": "point", "filled": True, "fill": _WARN, "size": 60},
            "encoding": {"x": x, "y": y},
        },
        *ends,
    ]
    return _framed(200, (58, 10, 14, 30), points, layer)


def by_trouble(agencies: Sequence[Row]) -> list[Row]:
    """Agencies with most late, then most silent projects first."""
    return sorted(agencies, key=lambda a: (-a["late"], -a["silent"], a["agency_code"]))


def quarter_name(quarter: Row) -> str:
    """Name a fiscal quarter shortly.

    >>> quarter_name({"fiscal_quarter": 2, "fiscal_year_be": 2569})
    '2/69'
    """
    return f"{quarter['fiscal_quarter']}/{quarter['fiscal_year_be'] % 100:02d}"


def _as_millions(baht: Decimal | None) -> float:
    """A length to draw; the table beside it has the exact number."""
    return float((baht or Decimal(0)) / 1_000_000)
