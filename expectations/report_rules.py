"""Cross-checks of section 2: each report row on its own, against the one before it, and all rows of a project."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd

from expectations.objections import Column, Frame, Given, beyond, exceeds, objections, report_objections, span
from extract.encodings import LOST
from transform.thai import squash

_LISTED = 20  # how many report numbers a message names at most

# ---------------------------------------------------------------- report rows


def _progress_negative(given: Given) -> Frame:
    rows = given.reports[beyond(given.reports["progress_pct"], 0)]
    return report_objections(rows, "progress_pct", rows["progress_pct"])


def _progress_over_100(given: Given) -> Frame:
    rows = given.reports[beyond(given.reports["progress_pct"], 100)]
    return report_objections(rows, "progress_pct", rows["progress_pct"])


def _progress_decreased(given: Given) -> Frame:
    rows = given.reports[exceeds(given.reports["progress_before"], given.reports["progress_pct"])]
    return report_objections(rows, "progress_pct", rows["progress_pct"], rows["progress_before"])


def _report_date_decreased(given: Given) -> Frame:
    rows = given.reports[given.reports["report_date"] < given.reports["date_before"]]
    return report_objections(rows, "date", rows["report_date"], rows["date_before"])


def _report_date_outside_fiscal_year(given: Given) -> Frame:
    rows = given.reports
    rows = rows[(rows["report_date"] < rows["first_day"]) | (rows["report_date"] > rows["last_day"])]
    return report_objections(rows, "date", rows["report_date"], span(rows["first_day"], rows["last_day"]))


def _disbursed_exceeds_budget(given: Given) -> Frame:
    rows = given.reports[exceeds(given.reports["disbursed_baht"], given.reports["budget_received_baht"])]
    return report_objections(rows, "disbursed_baht", rows["disbursed_baht"], rows["budget_received_baht"])


def _report_seq_duplicate(given: Given) -> Frame:
    rows = given.reports[given.reports["occurrence"] > 1]
    return report_objections(rows, "seq", rows["report_no"])


def _unknown_status_word(given: Given) -> Frame:
    found = []
    for column in ("plan_status", "target_status"):
        keys = given.registers.status_keys.get(f"reports.{column}")
        if keys is None:  # an empty register judges nothing
            continue
        words = given.reports[column]
        # words that lost letters are told by themselves
        is_whole = words.notna() & ~words.str.contains(LOST, regex=False).astype(bool)
        rows = given.reports[is_whole & ~words.map(squash, na_action="ignore").isin(keys)]
        found.append(report_objections(rows, column, rows[column]))
    return pd.concat(found, ignore_index=True) if found else given.reports.iloc[:0]


def _report_status_missing(given: Given) -> Frame:
    """A report that says how far the work is, and not how that compares with the plan or the target."""
    rows = given.reports[given.reports["progress_pct"].notna()]
    no_plan = rows[rows["plan_status"].isna()]
    no_target = rows[rows["plan_status"].notna() & rows["target_status"].isna()]
    return pd.concat(
        [report_objections(no_plan, "plan_status"), report_objections(no_target, "target_status")], ignore_index=True
    )


# ---------------------------------------------------------------- the rows of a project together


def _report_seq_out_of_order(given: Given) -> Frame:
    printed = given.reports.sort_values(["project_code", "printed_order"], ignore_index=True)
    numbers = printed.groupby("project_code", sort=False)["report_no"]
    disordered = printed["report_no"] < numbers.shift()
    codes = printed.loc[disordered.fillna(False).astype(bool), "project_code"].unique()
    order = printed["report_no"].astype("str").groupby(printed["project_code"]).agg(lambda n: ", ".join(n[:_LISTED]))
    rows = given.projects[given.projects["project_code"].isin(codes)]
    return objections(rows, "reports", rows["project_code"].map(order))


def _report_seq_gap(given: Given) -> Frame:
    numbered = given.reports[given.reports["report_no"] >= 1].drop_duplicates(["project_code", "report_no"])
    numbers = numbered.groupby("project_code", sort=False)["report_no"]
    highest, present = numbers.max(), numbers.nunique()
    missing = {
        code: _missing(numbered.loc[numbers.groups[code], "report_no"], int(highest[code]))
        for code in highest.index[highest > present]
    }
    rows = given.projects[given.projects["project_code"].isin(missing.keys())]
    codes = rows["project_code"]
    return objections(rows, "reports", codes.map(missing), codes.map(highest))


def _missing(numbers: Column, highest: int) -> str:
    """Numbers missing from 1 to the highest; a misread number may be huge, so only the first ones are named."""
    present = set(numbers)
    found: list[str] = []
    for number in range(1, highest):
        if number not in present:
            if len(found) == _LISTED:
                return ", ".join(found) + " …"
            found.append(str(number))
    return ", ".join(found)


def _zero_reports(given: Given) -> Frame:
    codes = given.projects["project_code"]
    return objections(given.projects[~codes.isin(given.reports["project_code"])], "reports")


def _spent_unreconciled(given: Given) -> Frame:
    """Nobody knows whether a printed amount is per report or cumulative, so sum, maximum and last are all right."""
    amounts = given.reports[given.reports["disbursed_baht"].notna()]
    by_project = amounts.groupby("project_code", sort=False)["disbursed_baht"]
    total, highest = by_project.agg(lambda n: sum(n)), by_project.agg(lambda n: max(n))
    totals = pd.DataFrame({"sum": total, "max": highest, "last": by_project.last()})
    rows = given.projects.merge(totals.astype(object), left_on="project_code", right_index=True)
    rows = rows[rows["budget_spent_baht"].notna()]
    agrees = pd.Series(False, index=rows.index, dtype=bool)
    for way in totals.columns:
        agrees |= (rows["budget_spent_baht"] == rows[way]).astype(bool)
    rows = rows[~agrees]
    compared = rows["sum"].map(str) + "/" + rows["max"].map(str) + "/" + rows["last"].map(str)
    return objections(rows, "budget_spent", rows["budget_spent_baht"], compared)


REPORT_RULES: Mapping[str, Callable[[Given], Frame]] = {
    "progress_negative": _progress_negative,
    "progress_over_100": _progress_over_100,
    "progress_decreased": _progress_decreased,
    "report_date_decreased": _report_date_decreased,
    "report_date_outside_fiscal_year": _report_date_outside_fiscal_year,
    "disbursed_exceeds_budget": _disbursed_exceeds_budget,
    "report_seq_duplicate": _report_seq_duplicate,
    "unknown_status_word": _unknown_status_word,
    "report_status_missing": _report_status_missing,
    "report_seq_out_of_order": _report_seq_out_of_order,
    "report_seq_gap": _report_seq_gap,
    "zero_reports": _zero_reports,
    "spent_unreconciled_with_reports": _spent_unreconciled,
}
