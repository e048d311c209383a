"""What the mails are made of: frames and numbers of one reader, filled from the warehouse by the night.

Every frame may come in any order of rows; the same rows give the same mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

import pandas as pd

Frame: TypeAlias = pd.DataFrame
MUTED = ("finding_id", "until", "reason", "by")
LATE = ("project_code", "kind", "days", "progress_pct", "time_elapsed_pct", "since")
CHANGES = ("project_code", "field", "report_no", "before", "after", "night")
PRINTED = ("project_code", "field", "copy_no", "file", "page", "line_first", "line_last", "raw")
AGENCIES = (
    "agency_name", "projects", "open_block", "open_check", "open_note", "new", "resolved", "late", "silent",
    "oldest_days", "open_before",
)  # fmt: skip
TREND = ("night", "open", "new", "resolved")
RULES = ("rule", "findings", "projects", "agencies")
DIMENSIONS = ("dimension", "open")


def no_rows(columns: tuple[str, ...]) -> Frame:
    """An empty frame of these columns."""
    return pd.DataFrame({name: pd.Series(dtype="object") for name in columns})


@dataclass(frozen=True, eq=False)
class CoordinatorFacts:
    """All that one coordinator's mail is made of.

    - `name`: None for the box, which gets the projects without a coordinator and the findings without a project.
    - `projects`: rows of dim_project (project_code, project_name).
    - `findings`: rows of quality.finding of these projects, unresolved ones and those resolved since `told`.
    - `muted`: acknowledged findings, lapsed mutes too: one that ended since `told_night` makes its finding new again.
    - `late`: a row for each project and kind (ended_unfinished, behind, silent, missing); `days` count from `since`.
    - `changes`: what changed since the last mail, values as canonical text, null where there was or is none.
    - `printed`: what each copy of the latest delivery prints for the fields of the findings.
    - `counts`: received, new, changed, unchanged, unreadable forms tonight; any of them may be missing.
    - `told`, `told_night`: the snapshot of the last mail and its night; None before the first.
    - `moved`: how many told findings are of projects that are another reader's now; None when that is not known. What
      else was told and is not among `findings` was settled or is told with another finding.
    """

    name: str | None
    projects: Frame
    findings: Frame
    muted: Frame = field(default_factory=lambda: no_rows(MUTED))
    late: Frame = field(default_factory=lambda: no_rows(LATE))
    changes: Frame = field(default_factory=lambda: no_rows(CHANGES))
    printed: Frame = field(default_factory=lambda: no_rows(PRINTED))
    counts: Mapping[str, int] = field(default_factory=dict)
    told: Mapping[str, Any] | None = None
    told_night: date | None = None
    moved: int | None = None


@dataclass(frozen=True, eq=False)
class HeadFacts:
    """All that the summary for the head of the department is made of.

    - `agencies`: a row each; `open_…` count unresolved findings by severity, `new` and `resolved` those since the last
      summary, `oldest_days` is the age of the oldest unresolved one (0: found tonight), `open_before` counts the block
      and check findings that were open seven days ago (null: not known).
    - `trend`: open, new and resolved findings of the last nights.
    - `rules`: unresolved findings by rule, with the projects and agencies they concern.
    - `dimensions`: unresolved findings by quality dimension.
    - `notes`: remarks on the night, in Thai.
    - `late_projects`: projects that are late or silent, each once (an agency's `late` and `silent` may count the same
      project); None when that is not known.
    - `told`: the snapshot of the last summary; None before the first.
    """

    agencies: Frame
    trend: Frame = field(default_factory=lambda: no_rows(TREND))
    rules: Frame = field(default_factory=lambda: no_rows(RULES))
    dimensions: Frame = field(default_factory=lambda: no_rows(DIMENSIONS))
    notes: tuple[str, ...] = ()
    told: Mapping[str, Any] | None = None
    late_projects: int | None = None
