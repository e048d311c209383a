"""Cross-checks of what the reader of a file doubts: text from pictures, another reader's values, lost letters.

A doubt is told once: a copy that is a picture as a whole, a value that another reader sees differently by itself, texts
that lost letters together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from expectations.objections import Frame, Given, decision_objections, objections
from extract.encodings import LOST
from transform.form import load_form
from transform.records import SECOND_READER

OCR_RULES = ("text_over_ocr", "ocr_agreed", "ocr_only")
"""Rules of reconciling under which only pictures differ from what is chosen, or nothing but pictures says it."""


def _readings(given: Given) -> Frame:
    """Readings of tonight with the project of their copy."""
    readings = given.frames["reading"]
    codes = given.frames["form_copy"].set_index("copy_id")["project_code"]
    return readings.assign(project_code=readings["copy_id"].map(codes))


def _read_by_ocr(given: Given) -> Frame:
    """Projects with a copy that is a picture: how many of their typed values nothing confirms, and which."""
    copies = given.frames["form_copy"]
    seen = copies.loc[copies["is_ocr"].fillna(False).astype(bool), "project_code"]
    rows = given.projects[given.projects["project_code"].isin(seen)]
    open_values = unconfirmed(given.decisions).groupby("project_code")["field"]
    fields = rows["project_code"].map(open_values.agg(", ".join))
    return objections(rows, None, rows["project_code"].map(open_values.size()).fillna(0).astype(int), fields)


def unconfirmed(decisions: Frame) -> Frame:
    """Decisions on numbers, codes and dates that only one file's picture shows."""
    rows = decisions[decisions["rule"] == "ocr_only"]
    return rows[rows["field"].map(is_typed).astype(bool)]


def is_typed(address: str) -> bool:
    """Whether a value is a number, a code or a date."""
    try:
        return load_form().field_of(address).policy in ("typed", "identity")
    except KeyError:
        return False


def _is_part(address: str) -> bool:
    """Whether an address is a value itself, not the printed whole of several."""
    return load_form().field_of(address).policy != "whole"


def _second_reader_differs(given: Given) -> Frame:
    """Values that another PDF reader sees differently; of a field with parts only the parts."""
    rows = _readings(given)
    rows = rows[rows["doubt"].str.startswith(SECOND_READER).fillna(False).astype(bool)]
    rows = rows[rows["field"].map(_is_part).astype(bool)]
    rows = rows.sort_values(["copy_id", "page", "line_first"]).drop_duplicates(["project_code", "field"])
    decided = given.decisions[["project_code", "field"]]
    rows = rows[["project_code", "field", "raw", "doubt"]].merge(decided, on=["project_code", "field"])
    return decision_objections(rows, rows["raw"], rows["doubt"].str.removeprefix(SECOND_READER))


def _second_reader_sees_more(given: Given) -> Frame:
    """Copies on whose pages another PDF reader sees values that kaona does not: how many, by project."""
    copies = given.frames["form_copy"]
    counts = copies["overlooked"].dropna().str.count("\n").add(1).groupby(copies["project_code"]).sum()
    rows = given.projects[given.projects["project_code"].isin(counts.index)]
    return objections(rows, None, rows["project_code"].map(counts))


def _pages_not_read(given: Given) -> Frame:
    """Projects with a copy of which pages are pictures and were not read."""
    copies = given.frames["form_copy"]
    pages = copies.dropna(subset=["unread_pages"]).groupby("project_code")["unread_pages"].agg(", ".join)
    rows = given.projects[given.projects["project_code"].isin(pages.index)]
    return objections(rows, None, rows["project_code"].map(pages))


def _lost_letters(given: Given) -> Frame:
    """Projects of which texts lost letters: how many, and which."""
    rows = given.decisions[given.decisions["value"].str.contains(LOST, regex=False).fillna(False).astype(bool)]
    rows = rows[rows["field"].map(_is_part).astype(bool)]
    by_project = rows.groupby("project_code")["field"]
    projects = given.projects[given.projects["project_code"].isin(rows["project_code"])]
    codes = projects["project_code"]
    return objections(projects, None, codes.map(by_project.size()), codes.map(by_project.agg(", ".join)))


def _without_readings(check: Callable[[Given], Frame]) -> Callable[[Given], Frame]:
    """The same for frames that hold no readings: then nothing is doubted."""
    return lambda given: check(given) if len(given.frames.get("reading", ())) else given.decisions.iloc[:0]


DOUBT_RULES: Mapping[str, Callable[[Given], Frame]] = {
    "read_by_ocr": _read_by_ocr,
    "second_reader_differs": _without_readings(_second_reader_differs),
    "second_reader_sees_more": _second_reader_sees_more,
    "lost_letters": _lost_letters,
    "pages_not_read": _pages_not_read,
}
