"""What a correct reader finds: facts in the shape of `check --json`, with the flags worked out independently."""

from __future__ import annotations

from collections import Counter
from datetime import date
from itertools import pairwise
from typing import Any

from .agencies import verified_agencies
from .facts import Project


def to_expected(
    project: Project, *, n_copies: int = 1, truncated_copies: tuple[int, ...] = (), in_conflict: bool = False
) -> dict[str, Any]:
    """The document a correct `check --json` gives for the project, without its `conflicts`.

    Paragraphs of the rationale are joined by a newline; compare free text without its whitespace.
    """
    flags = {*content_flags(project)}
    if truncated_copies:
        flags.add("truncated_copy")
    if in_conflict:
        flags.add("copies_conflict")
    plan = project.strategy
    return {
        "project_code": project.code,
        "project_name": project.name,
        "fiscal_year_be": project.fiscal_year_be,
        "start_date": project.start.isoformat(),
        "end_date": project.end.isoformat(),
        "budget_received": None if project.budget_received is None else float(project.budget_received),
        "budget_spent": None if project.budget_spent is None else float(project.budget_spent),
        "agency_path": list(project.agency_path),
        "responsible": project.responsible.expected(),
        "coordinator": None if project.coordinator is None else project.coordinator.expected(),
        "rationale": "\n".join(project.rationale),
        "objectives": list(project.objectives),
        "targets": list(project.targets),
        "strategy": {
            "issue_no": plan and plan.issue_no,
            "issue_name": plan and plan.issue_name,
            "issue_name_en": plan and plan.issue_name_en,
            "sub_issue_no": plan and plan.sub_issue_no,
            "sub_issue_name": plan and plan.sub_issue_name,
            "goal_no": plan and plan.goal_no,
            "goal_text": plan and plan.goal_text,
            "indicators": [{"dimension": each.dimension, "text": each.text} for each in project.indicators],
        },
        "reports": [
            {
                "seq": report.seq,
                "date": report.day.isoformat(),
                "status_text": report.status_text,
                "progress_pct": float(report.progress_pct),
                "disbursed_baht": float(report.disbursed_baht),
                "plan_status": report.plan_status,
                "target_status": report.target_status,
            }
            for report in project.reports
        ],
        "n_copies": n_copies,
        "truncated_copies": list(truncated_copies),
        "flags": sorted(flags),
    }


def content_flags(project: Project) -> list[str]:
    """The flags that follow from the facts alone, sorted; those about copies are added by `to_expected`."""
    return sorted({*_header_flags(project), *_money_flags(project), *_report_flags(project)})


def _fiscal_year(year_be: int) -> tuple[date, date]:
    return date(year_be - 544, 10, 1), date(year_be - 543, 9, 30)


def _header_flags(project: Project) -> set[str]:
    first, last = _fiscal_year(project.fiscal_year_be)
    agency = verified_agencies().get(project.code[:4])
    outside = project.start > last or project.end < first
    found = {
        "end_before_start": project.end < project.start,
        "period_outside_fiscal_year": outside,
        "period_longer_than_fiscal_year": not outside and (project.start < first or project.end > last),
        "coordinator_missing": project.coordinator is None,
        "responsible_phone_missing": project.responsible.phone is None,
        "responsible_not_a_person": project.responsible.unit is not None,
        "strategy_missing": project.strategy is None,
        "indicator_missing": not project.indicators,
        "agency_code_mismatch": agency is not None and agency.name != project.agency_path[0],
    }
    return {flag for flag, holds in found.items() if holds}


def _money_flags(project: Project) -> set[str]:
    received, spent = project.budget_received, project.budget_spent
    disbursed = [report.disbursed_baht for report in sorted(project.reports, key=lambda report: report.seq)]
    flags = set()
    if received is None:
        flags.add("budget_received_missing")
    if spent is None:
        flags.add("budget_spent_missing")
    if received is not None and spent is not None and spent > received:
        flags.add("spent_exceeds_budget")
    if disbursed and spent is not None and spent not in (sum(disbursed), max(disbursed), disbursed[-1]):
        flags.add("spent_unreconciled_with_reports")
    return flags


def _report_flags(project: Project) -> set[str]:
    if not project.reports:
        return {"zero_reports"}
    first, last = _fiscal_year(project.fiscal_year_be)
    printed = [report.seq for report in project.reports]
    flags = {f"report_seq_duplicate:{seq}" for seq, times in Counter(printed).items() if times > 1}
    if any(later < earlier for earlier, later in pairwise(printed)):
        flags.add("report_seq_out_of_order")
    if len(set(printed)) < max(printed):
        flags.add("report_seq_gap")
    for report in project.reports:
        found = {
            "progress_negative": report.progress_pct < 0,
            "progress_over_100": report.progress_pct > 100,
            "report_date_outside_fiscal_year": not first <= report.day <= last,
            "disbursed_exceeds_budget": project.budget_received is not None
            and report.disbursed_baht > project.budget_received,
        }
        flags |= {f"{flag}:{report.seq}" for flag, holds in found.items() if holds}
    for before, report in pairwise(sorted(project.reports, key=lambda report: report.seq)):
        if report.progress_pct < before.progress_pct:
            flags.add(f"progress_decreased:{report.seq}")
        if report.day < before.day:
            flags.add(f"report_date_decreased:{report.seq}")
    return flags
