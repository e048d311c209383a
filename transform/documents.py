"""A delivery as the JSON object that `kaona check --json` prints: one document for each distinct project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from transform.addresses import list_addresses, report_of
from transform.form import Form
from transform.records import Decision, Delivery, UnreadLine

Json = dict[str, Any]


def as_document(delivery: Delivery, form: Form, flags: Sequence[str], unread: Sequence[UnreadLine]) -> Json:
    """The facts of one project as plain JSON values: amounts as numbers, dates ISO, null where nothing is printed."""
    values = {d.field: d.value for d in delivery.decisions}
    printed = sorted(delivery.copies, key=lambda c: (c.uri, c.ordinal))
    return {
        "project_code": delivery.project_code,
        "project_name": values.get("project_name"),
        "fiscal_year_be": _integer(values.get("fiscal_year_be")),
        "start_date": values.get("start_date"),
        "end_date": values.get("end_date"),
        "budget_received": _number(values.get("budget_received")),
        "budget_spent": _number(values.get("budget_spent")),
        "agency_path": [values[a] for a in list_addresses("agency_path", values) if values[a] is not None],
        "responsible": _party("responsible", values),
        "coordinator": _party("coordinator", values),
        "rationale": values.get("rationale"),
        "objectives": _items("objectives", values),
        "targets": _items("targets", values),
        "strategy": _strategy(values),
        "reports": [_report(address, values) for address in delivery.report_addresses],
        "n_copies": len(delivery.copies),
        "truncated_copies": [n for n, copy in enumerate(printed, start=1) if copy.is_truncated],
        "conflicts": [_conflict(d) for d in delivery.decisions if d.is_conflict],
        "flags": sorted(flags),
        "unread_lines": [{"page": u.page, "line": u.line, "text": u.text.strip()} for u in unread],
    }


def _integer(text: str | None) -> int | None:
    return None if text is None else int(text)


def _number(text: str | None) -> float | None:
    """JSON knows one kind of number; the exact decimal stays in the warehouse."""
    return None if text is None else float(Decimal(text))


def _items(base: str, values: Mapping[str, str | None]) -> list[str | None]:
    return [values[address] for address in list_addresses(base, values)]


def _party(base: str, values: Mapping[str, str | None]) -> Json | None:
    if all(values.get(f"{base}{part}") is None for part in ("", ".name", ".unit", ".phone")):
        return None
    names = [f"{base}.name", *list_addresses(f"{base}.name", values)]
    return {
        "raw": values.get(base),
        "people": [
            {"title": values.get(n.replace(".name", ".title")), "name": values[n]} for n in names if values.get(n)
        ],
        "unit": values.get(f"{base}.unit"),
        "phone": values.get(f"{base}.phone"),
    }


def _strategy(values: Mapping[str, str | None]) -> Json:
    names = ("issue_no", "issue_name", "issue_name_en", "sub_issue_no", "sub_issue_name", "goal_no", "goal_text")
    indicators = list_addresses("strategy.indicators", values)
    return {n: values.get(f"strategy.{n}") for n in names} | {
        "indicators": [{"dimension": _integer(values.get(f"{a}.dimension")), "text": values[a]} for a in indicators]
    }


def _report(address: str, values: Mapping[str, str | None]) -> Json:
    row = report_of(address)
    assert row is not None
    return {
        "seq": row[0],
        "date": values.get(f"{address}.date"),
        "status_text": values.get(f"{address}.status_text"),
        "progress_pct": _number(values.get(f"{address}.progress_pct")),
        "disbursed_baht": _number(values.get(f"{address}.disbursed_baht")),
        "plan_status": values.get(f"{address}.plan_status"),
        "target_status": values.get(f"{address}.target_status"),
    }


def _conflict(decision: Decision) -> Json:
    return {
        "field": decision.field,
        "readings": list(decision.alternatives),
        "chosen": decision.value,
        "rule": decision.rule,
        "decidable": decision.is_decidable,
    }
