"""Records that a blocking check refuses: set aside with the reason, so that the others of the night are published.

A rule that could not run, a failure that is no row's, or a night of which a good part fails is no bad record: then the
check or the program is wrong, and nothing is published.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import NamedTuple

import pandas as pd

from expectations.catalogue import load_catalogue
from expectations.validate import Validation
from expectations.words import shortened
from transform.project_rows import PROJECT_TABLES
from transform.records import Night

RULE = "record_refused"
# of a night's projects at most this part is set aside; more is not the forms' fault
_MOST = 0.1
# frames whose rows belong to one project, and that a refused one must not stand in
_OF_PROJECTS = (*PROJECT_TABLES, "decision")


class Refusal(NamedTuple):
    """A blocking check that a row of a project fails, and the value it fails with."""

    rule: str
    suite: str
    target: str
    expectation: str
    value: str

    def said(self, language: str) -> str:
        """The refusal in words, for the operator: which check of which frame."""
        rule = load_catalogue()[self.rule]
        title = rule.title_th if language == "th" else rule.title_en
        shown = f" “{self.value}”" if self.value else ""
        return f"{title} ({self.suite}.{self.target}: {self.expectation}){shown}"


def refused_projects(validation: Validation, projects: int) -> dict[str, tuple[Refusal, ...]]:
    """Project code → what refuses it, by code; {} when the night is not blocked, or may not go on without them.

    `projects`: how many the night brought.
    """
    results, failures = validation.results, validation.failures
    blocks = results[(results["severity"] == "block") & ~results["is_success"].astype(bool)]
    if blocks.empty or results["error"].notna().any():
        return {}
    rows = failures[failures["severity"] == "block"]
    told = set(zip(rows["suite"], rows["target"], rows["expectation"], strict=True))
    if (
        rows["project_code"].isna().any()
        or set(zip(blocks["suite"], blocks["target"], blocks["expectation"], strict=True)) - told
    ):
        return {}
    found: dict[str, list[Refusal]] = {}
    named = rows[["project_code", "rule", "suite", "target", "expectation", "value"]].fillna("")
    for code, rule, suite, target, expectation, value in named.itertuples(index=False, name=None):
        found.setdefault(code, []).append(Refusal(rule, suite, target, expectation, shortened(value) or ""))
    if len(found) > max(1, int(projects * _MOST)) or len(found) >= projects:
        return {}
    return {code: tuple(sorted(set(found[code]))) for code in sorted(found)}


def without_frames(frames: Mapping[str, pd.DataFrame], codes: Collection[str]) -> dict[str, pd.DataFrame]:
    """The frames without the rows of these projects; what was read of them stays, as evidence."""
    if not codes:  # nearly always, and the frames of a night are large
        return dict(frames)
    return {
        name: frame[~frame["project_code"].isin(codes)].reset_index(drop=True) if name in _OF_PROJECTS else frame
        for name, frame in frames.items()
    }


def without_deliveries(night: Night, codes: Collection[str]) -> Night:
    """The night without the deliveries of these projects; their files and copies stay."""
    return replace(night, deliveries=tuple(d for d in night.deliveries if d.project_code not in codes))
