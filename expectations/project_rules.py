"""Cross-checks of the head of the form, of its copies, and of what could not be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping

import pandas as pd

from expectations.doubt_rules import OCR_RULES
from expectations.objections import Column, Frame, Given, decision_objections, exceeds, objections, span
from expectations.unread import is_heading
from extract.encodings import LOST
from transform.lateness import BEHIND_POINTS
from transform.marks import DISTRICT_SAME, district_of, is_like
from transform.records import OCR
from transform.thai import squash

# digits of a code that stand for an agency; projects that make its name usual, and how far they must outnumber others
_PREFIX = 4
_USUAL_LEAST = 3
_USUAL_SHARE = 1.5

# ---------------------------------------------------------------- the head of the form


def _end_before_start(given: Given) -> Frame:
    rows = given.projects[given.projects["end_date"] < given.projects["start_date"]]
    return objections(rows, "end_date", rows["end_date"], rows["start_date"])


def _is_outside(periods: Frame) -> Column:
    return (periods["start_date"] > periods["last_day"]) | (periods["end_date"] < periods["first_day"])


def _period_outside_fiscal_year(given: Given) -> Frame:
    return _period(given.periods[_is_outside(given.periods)])


def _period_longer_than_fiscal_year(given: Given) -> Frame:
    periods = given.periods
    reaches = (periods["start_date"] < periods["first_day"]) | (periods["end_date"] > periods["last_day"])
    return _period(periods[reaches & ~_is_outside(periods)])


def _period(rows: Frame) -> Frame:
    return objections(
        rows, "start_date", span(rows["start_date"], rows["end_date"]), span(rows["first_day"], rows["last_day"])
    )


def _ended_unfinished(given: Given) -> Frame:
    """On the night of its delivery the project is past its last day, and its latest report is below 100 %."""
    rows = given.standing
    rows = rows[rows["is_unfinished"] & (rows["end_date"] < rows["last_seen"])]
    return objections(rows, "end_date", rows["progress_pct"], rows["end_date"])


def _progress_behind_time(given: Given) -> Frame:
    """Before its last day: the share of its days that has passed is well above the progress of its latest report."""
    rows = given.standing
    rows = rows[
        rows["is_unfinished"] & (rows["end_date"] >= rows["last_seen"]) & (rows["start_date"] <= rows["end_date"])
    ]
    days = (rows["end_date"] - rows["start_date"]).dt.days + 1
    passed = ((rows["last_seen"] - rows["start_date"]).dt.days + 1).clip(lower=0)
    elapsed = (passed * 100 // days).astype("int64")
    rows = rows.assign(elapsed=elapsed)[elapsed > rows["progress_pct"].astype("float64") + BEHIND_POINTS]
    return objections(rows, "end_date", rows["progress_pct"], rows["elapsed"])


def _spent_exceeds_budget(given: Given) -> Frame:
    rows = given.projects
    rows = rows[exceeds(rows["budget_spent_baht"], rows["budget_received_baht"])]
    return objections(rows, "budget_spent", rows["budget_spent_baht"], rows["budget_received_baht"])


def _absent(column: str, field: str) -> Callable[[Given], Frame]:
    """Rule that a column of dim_project is empty: nothing printed, or a placeholder. 0 is a value."""
    return lambda given: objections(given.projects[given.projects[column].isna()], field)


def _responsible_not_a_person(given: Given) -> Frame:
    """A unit stands in place of a person, or something is printed in which no person could be recognised."""
    printed = given.projects["project_code"].map(given.chosen("responsible"))
    is_unit = given.projects["responsible_unit"].notna()
    rows = given.projects[is_unit | (given.projects["responsible_name"].isna() & printed.notna())]
    return objections(rows, "responsible.unit", rows["responsible_unit"].where(is_unit, printed))


def _indicator_missing(given: Given) -> Frame:
    indicators = given.frames["project_indicator"]
    present = indicators.loc[indicators["text"].notna(), "project_code"]
    return objections(given.projects[~given.projects["project_code"].isin(present)], "strategy.indicators")


def _strategy_missing(given: Given) -> Frame:
    named = given.projects["project_code"].isin(given.chosen("strategy.issue_name").index)
    return objections(given.projects[given.projects["strategy_issue_no"].isna() & ~named], "strategy.issue_no")


def _agency_code_mismatch(given: Given) -> Frame:
    """Only verified prefixes speak; names are compared as printed but for spaces, digits and order of marks."""
    registered = given.projects["project_code"].str[:4].map(given.verified_agencies)
    printed = given.projects["agency_name"]
    differs = printed.map(squash, na_action="ignore") != registered.map(squash, na_action="ignore")
    # names that lost letters are told by themselves
    is_whole = printed.notna() & ~printed.str.contains(LOST, regex=False).astype(bool)
    chosen = registered.notna() & is_whole & differs
    rows = given.projects[chosen]
    return objections(rows, "agency_path[1]", rows["agency_name"], registered[chosen])


def _agency_code_unusual(given: Given) -> Frame:
    """Where the register does not vouch for a prefix: another agency than most other projects of the prefix print."""
    projects = given.projects
    usual = {code: _usual_agency(given, code, name) for code, name in _codes_and_agencies(projects)}
    rows = projects[projects["project_code"].map(lambda code: usual.get(code) is not None).astype(bool)]
    return objections(rows, "agency_path[1]", rows["agency_name"], rows["project_code"].map(usual))


def _usual_agency(given: Given, code: str, printed: str) -> str | None:
    """The agency that the other projects of a code's prefix print, where it is clear and not the printed one."""
    prefix = code[:_PREFIX]
    if prefix in given.verified_agencies:
        return None
    votes = Counter(given.agencies_by_prefix.get(prefix, {}))
    votes[printed] -= 1
    (name, most), others = max(votes.items(), key=lambda v: (v[1], v[0])), sum(v for v in votes.values() if v > 0)
    is_clear = most >= _USUAL_LEAST and most * _USUAL_SHARE > others
    return name if is_clear and not is_like(district_of(name), district_of(printed), DISTRICT_SAME) else None


def _code_fits_nothing(given: Given) -> Frame:
    """A prefix that no register lists and no other project prints: a misread code, or an agency to be entered."""
    listed = {a.prefix for a in given.registers.agency_codes}
    known = {p for p, names in given.agencies_by_prefix.items() if sum(names.values()) > 1}
    prefixes = given.projects["project_code"].str[:_PREFIX]
    rows = given.projects[~prefixes.isin(listed | known)]
    return objections(rows, "project_code", rows["project_code"], rows["project_code"].str[:_PREFIX])


def _codes_and_agencies(projects: Frame) -> list[tuple[str, str]]:
    named = projects[projects["agency_name"].notna()]
    return list(zip(named["project_code"], named["agency_name"], strict=True))


# ---------------------------------------------------------------- copies and readings


def _truncated_copy(given: Given) -> Frame:
    copies = given.frames["form_copy"]
    cut = copies["is_truncated"].fillna(False).astype(int).groupby(copies["project_code"]).agg(["sum", "count"])
    cut = cut[cut["sum"] > 0]
    rows = given.projects[given.projects["project_code"].isin(cut.index)]
    return objections(rows, None, rows["project_code"].map(cut["sum"]), rows["project_code"].map(cut["count"]))


def _copies_conflict(given: Given) -> Frame:
    differing = given.decisions[given.decisions["distinct_readings"] > 1]
    counts = differing.groupby("project_code").size()
    rows = given.projects[given.projects["project_code"].isin(counts.index)]
    return objections(rows, None, rows["project_code"].map(counts))


def _contested_value(given: Given) -> Frame:
    rows = given.decisions[given.decisions["value"].notna() & (given.decisions["confidence"] == "contested")]
    rows = rows[(rows["distinct_readings"] > 1) & ~rows["rule"].isin(_TOLD_BY_DOUBT)]
    return decision_objections(rows, rows["value"])


# what the rules about doubts tell, in one finding for many
_TOLD_BY_DOUBT = (*OCR_RULES, "second_reader", "lost_letters")


def _value_not_well_formed(given: Given) -> Frame:
    """A field whose every copy prints something that is no value, unless the end of the copy cut it off.

    What was recognised in a picture and is no value is told with the picture.
    """
    empty = given.decisions[given.decisions["value"].isna()]
    if "reading" not in given.frames or empty.empty:
        return empty.iloc[:0]
    readings = given.frames["reading"]
    readings = readings[readings["problem"].notna() & ~readings["is_cut"].fillna(False).astype(bool)]
    readings = readings[readings["doubt"].fillna("") != OCR]
    codes = given.frames["form_copy"].set_index("copy_id")["project_code"]
    readings = readings.assign(project_code=readings["copy_id"].map(codes))
    firsts = readings.sort_values(["copy_id", "page", "line_first"]).drop_duplicates(["project_code", "field"])
    rows = empty.merge(firsts[["project_code", "field", "raw", "problem"]], on=["project_code", "field"])
    return decision_objections(rows, rows["raw"], rows["problem"])


def _unread_lines(given: Given) -> Frame:
    counts = given.unread.groupby("project_code").size()
    rows = given.projects[given.projects["project_code"].isin(counts.index)]
    return objections(rows, None, rows["project_code"].map(counts))


def _unknown_heading(given: Given) -> Frame:
    """A heading that is changed or new: each wording once, however many copies print it."""
    rows = given.unread[given.unread["project_code"].isin(given.projects["project_code"])]
    rows = rows.assign(text=rows["text"].str.strip())
    rows = rows[pd.Series([is_heading(text) for text in rows["text"]], index=rows.index, dtype=bool)]
    rows = rows.drop_duplicates(["project_code", "text"])
    return objections(rows, None, rows["text"])


PROJECT_RULES: Mapping[str, Callable[[Given], Frame]] = {
    "end_before_start": _end_before_start,
    "period_outside_fiscal_year": _period_outside_fiscal_year,
    "period_longer_than_fiscal_year": _period_longer_than_fiscal_year,
    "ended_unfinished": _ended_unfinished,
    "progress_behind_time": _progress_behind_time,
    "spent_exceeds_budget": _spent_exceeds_budget,
    "budget_received_missing": _absent("budget_received_baht", "budget_received"),
    "budget_spent_missing": _absent("budget_spent_baht", "budget_spent"),
    "coordinator_missing": _absent("coordinator_name", "coordinator.name"),
    "responsible_phone_missing": _absent("responsible_phone", "responsible.phone"),
    "responsible_not_a_person": _responsible_not_a_person,
    "indicator_missing": _indicator_missing,
    "strategy_missing": _strategy_missing,
    "agency_code_mismatch": _agency_code_mismatch,
    "agency_code_unusual": _agency_code_unusual,
    "code_fits_nothing": _code_fits_nothing,
    "truncated_copy": _truncated_copy,
    "copies_conflict": _copies_conflict,
    "contested_value": _contested_value,
    "value_not_well_formed": _value_not_well_formed,
    "unread_lines": _unread_lines,
    "unknown_heading": _unknown_heading,
}
