"""What a cross-check is given, and the shape of what it objects to. Pure pandas, quick to import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import pandas as pd

from expectations.unread import owned
from transform.registers import Registers

Frame: TypeAlias = pd.DataFrame
Column: TypeAlias = "pd.Series[Any]"
_LISTS = {
    "objectives": "project_objective",
    "targets": "project_target",
    "strategy.indicators": "project_indicator",
}

# fields of which checks ask the chosen value as such
CHOSEN = ("responsible", "strategy.issue_name")


@dataclass(frozen=True)
class Given:
    """The frames of one night, and what is worked out once for several rules."""

    frames: Mapping[str, Frame]
    registers: Registers

    @property
    def projects(self) -> Frame:
        """Current projects."""
        return self.frames["dim_project"]

    @cached_property
    def verified_agencies(self) -> dict[str, str]:
        """Agency by the first four digits of a project code, verified ones only."""
        return {a.prefix: a.agency for a in self.registers.agency_codes if a.status == "VERIFIED"}

    @cached_property
    def agencies_by_prefix(self) -> dict[str, dict[str, int]]:
        """First four digits of codes → agency as printed → projects: tonight's, and those of nights before."""
        found = {prefix: dict(names) for prefix, names in self.registers.learned_agencies.items()}
        named = self.projects[self.projects["agency_name"].notna()]
        for code, name in zip(named["project_code"], named["agency_name"], strict=True):
            names = found.setdefault(code[:4], {})
            names[name] = names.get(name, 0) + 1
        return found

    @cached_property
    def reports(self) -> Frame:
        """Report rows in order of their numbers, equal numbers in printed order, with what stands before them."""
        rows = self.frames["fact_progress_report"].sort_values(
            ["project_code", "report_no", "printed_order", "occurrence"], ignore_index=True
        )
        before = rows.groupby("project_code", sort=False)
        rows = rows.assign(progress_before=before["progress_pct"].shift(), date_before=before["report_date"].shift())
        wanted = self.projects[["project_code", "fiscal_year_be", "budget_received_baht"]]
        rows = rows.drop(columns="fiscal_year_be").merge(wanted, on="project_code", how="left")
        return rows.assign(**bounds(rows["fiscal_year_be"]))

    @cached_property
    def standing(self) -> Frame:
        """Projects that have a report, with the progress of their latest one and whether it is below 100 %."""
        rows = self.reports[["project_code", "progress_pct"]]
        latest = rows[rows["progress_pct"].notna()].drop_duplicates("project_code", keep="last")
        found = self.projects.merge(latest, on="project_code")
        return found.assign(is_unfinished=found["progress_pct"].map(lambda pct: pct < 100).astype(bool))

    @cached_property
    def periods(self) -> Frame:
        """Projects with the first and last day of their fiscal year."""
        return self.projects.assign(**bounds(self.projects["fiscal_year_be"]))

    @cached_property
    def texts(self) -> Frame:
        """Free texts of the head, in printed order: project_code, section, field (its address), text."""
        rationale = self.projects[["project_code", "rationale"]].rename(columns={"rationale": "text"})
        parts = [rationale.assign(section="rationale", field="rationale")]
        for section, table in _LISTS.items():
            items = self.frames[table]
            items = items[items["project_code"].isin(self.projects["project_code"])]
            items = items.sort_values(["project_code", "ordinal"])[["project_code", "ordinal", "text"]]
            address = section + "[" + items["ordinal"].astype("str") + "]"
            parts.append(items.drop(columns="ordinal").assign(section=section, field=address.astype("str")))
        found = pd.concat(parts, ignore_index=True)
        return found[found["text"].notna()].reset_index(drop=True)

    @cached_property
    def unread(self) -> Frame:
        """Lines that nothing read, with the project whose they are."""
        return owned(self.frames["unread_line"], self.frames["form_copy"])

    @cached_property
    def decisions(self) -> Frame:
        """Decisions of the deliveries at hand."""
        return self.frames["decision"]

    def chosen(self, field: str) -> Column:
        """Chosen value of a field by project, of projects that have one; `field` is one of CHOSEN."""
        assert field in CHOSEN, field
        rows = self.decisions[(self.decisions["field"] == field) & self.decisions["value"].notna()]
        return rows.drop_duplicates("project_code", keep="last").set_index("project_code")["value"]


def objections(rows: Frame, field: str | None, value: Any = None, against: Any = None) -> Frame:
    """Objections of one rule to some rows of dim_project."""
    return pd.DataFrame(
        {
            "project_code": rows["project_code"],
            "report_no": pd.array([pd.NA] * len(rows), dtype="Int64"),
            "occurrence": pd.array([pd.NA] * len(rows), dtype="Int64"),
            "field": pd.Series(field, index=rows.index, dtype="str"),
            "value": as_text(value, rows.index),
            "against": as_text(against, rows.index),
        }
    )


def report_objections(rows: Frame, field: str, value: Any = None, against: Any = None) -> Frame:
    """Objections of one rule to some report rows; the address names the row."""
    keys = rows["report_no"].astype("str")
    keys = keys.where(rows["occurrence"] == 1, keys + "#" + rows["occurrence"].astype("str"))
    return objections(rows, field, value, against).assign(
        report_no=rows["report_no"], occurrence=rows["occurrence"], field="reports[" + keys + "]." + field
    )


def decision_objections(rows: Frame, value: Column, against: Any = None) -> Frame:
    """Objections of one rule to some decisions; those in section 2 carry the number of their report."""
    found = rows["field"].str.extract(r"^reports\[(\d+)(?:#(\d+))?\]")
    numbers = pd.to_numeric(found[0]).astype("Int64")
    occurrences = pd.to_numeric(found[1]).astype("Int64").fillna(1).where(numbers.notna())
    return objections(rows, "", value, against).assign(field=rows["field"], report_no=numbers, occurrence=occurrences)


def as_text(values: Any, index: Any) -> Column:
    """Values as canonical text: ISO dates, plain numbers, None where there is none."""
    if not isinstance(values, pd.Series):
        return pd.Series([values] * len(index), index=index, dtype="str")
    if pd.api.types.is_datetime64_dtype(values):
        return values.dt.strftime("%Y-%m-%d").astype("str")
    return pd.Series([None if pd.isna(v) else str(v) for v in values], index=values.index, dtype="str")


def exceeds(left: Column, right: Column) -> Column:
    """Whether left > right, False where one is missing; exact for Decimals, which pandas keeps as objects."""
    both = left.notna() & right.notna()
    result = pd.Series(False, index=left.index, dtype=bool)
    result[both] = (left[both] > right[both]).astype(bool)
    return result


def beyond(left: Column, bound: int) -> Column:
    """Whether a column of Decimals lies beyond a bound: below 0 for 0, above otherwise."""
    return left.map(lambda v: not pd.isna(v) and (v < 0 if bound == 0 else v > bound)).astype(bool)


def bounds(years: Column) -> dict[str, Column]:
    """First and last day of fiscal years BE: FY N runs from (N-544)-10-01 to (N-543)-09-30."""
    known = years.where(years.between(2242, 2742))  # what pandas can date; other years are out of range anyway
    return {
        "first_day": pd.to_datetime((known - 544).astype("str") + "-10-01", format="%Y-%m-%d", errors="coerce"),
        "last_day": pd.to_datetime((known - 543).astype("str") + "-09-30", format="%Y-%m-%d", errors="coerce"),
    }


def span(first: Column, last: Column) -> Column:
    """Two days as one text, `2019-10-01/2020-09-30`, `?` for a missing one."""
    return as_text(first, first.index).fillna("?") + "/" + as_text(last, last.index).fillna("?")
