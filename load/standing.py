"""How the published file stands, in a few counts: what it holds, what waits outside, which corrections do nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from load.opening import reading


@dataclass(frozen=True, slots=True)
class Standing:
    """`nights`: all that were run. `quarantined` by kind: record, form, value, file. `corrections_idle`: lines without
    effect. `mutes_over`: lines of mutes.csv whose day has passed. `doubted`: sources that lost so much
    that it is not believed."""

    nights: frozenset[date]
    projects: int
    reports: int
    quarantined: dict[str, int]
    corrections_idle: int
    mutes_over: int
    doubted: tuple[str, ...]

    @property
    def last_night(self) -> date | None:
        """The last one that was run."""
        return max(self.nights, default=None)


def standing(path: Path, today: date) -> Standing:
    """Ask a published file."""
    with reading(path, threads=1) as con:
        nights = frozenset(night for (night,) in con.execute("SELECT DISTINCT night FROM quality.run").fetchall())
        [projects, reports, idle, over] = con.execute(
            "SELECT (SELECT count(*) FROM main.dim_project), (SELECT count(*) FROM main.fact_progress_report), "
            "(SELECT count(*) FROM quality.finding "
            "WHERE state <> 'resolved' AND rule IN "
            "('correction_unmatched', 'correction_unknown_project', 'correction_refused', 'reference_line_refused')), "
            "(SELECT count(DISTINCT line) FROM quality.mute WHERE until < $today)",
            {"today": today},
        ).fetchone() or (0, 0, 0, 0)
        kept_out = con.execute("SELECT kind, count(*) FROM main.v_quarantine GROUP BY kind ORDER BY kind").fetchall()
        doubted = con.execute(
            "SELECT source FROM lineage.source_night "
            "QUALIFY row_number() OVER (PARTITION BY source ORDER BY night DESC) = 1 AND NOT is_believed ORDER BY 1"
        ).fetchall()
    return Standing(nights, projects, reports, dict(kept_out), idle, over, tuple(source for (source,) in doubted))
