"""Values of invented forms, told in a line, as make_night takes them: what is not told is a plain, quiet project."""

from __future__ import annotations

from collections.abc import Mapping

from tests.load.conftest import Values, agreed

Report = tuple[str, str | None, Mapping[str, str | None]]


def report(day: str | None, progress: str | None = None, baht: str | None = "0.00", **more: str | None) -> Report:
    """One report row; `more`: status, plan, target, and no (a number, or `2#2` for the second row that prints 2)."""
    return day or "", progress, {"disbursed_baht": baht, **more}


def form(*reports: Report, indicators: tuple[str, ...] = ("ร้อยละความสำเร็จ",), **given: str | None) -> Values:
    """Values of one form. `given` replaces a field by its registry name with _ for the dot; None leaves it out."""
    values: dict[str, str | None] = {
        "project_name": "ปลูกต้นไม้ริมคลอง",
        "fiscal_year_be": "2563",
        "start_date": "2019-10-01",
        "end_date": "2020-09-30",
        "budget_received": "100000.00",
        "budget_spent": "60000.00",
        "agency_path[1]": "สำนักงานเขตวัฒนา",
        "coordinator.name": "สมชาย ธีระทดสอบ",
        "strategy.issue_no": "2",
        "strategy.issue_name": "มหานครสีเขียว สะดวกสบาย",
        "reports": ",".join(more.get("no") or str(n) for n, (_, _, more) in enumerate(reports, start=1)) or None,
        **{f"strategy.indicators[{n}]": text for n, text in enumerate(indicators, start=1)},
        **{
            {"coordinator_name": "coordinator.name", "issue_no": "strategy.issue_no"}.get(k, k): v
            for k, v in given.items()
        },
    }
    for n, (day, progress, more) in enumerate(reports, start=1):
        row = f"reports[{more.get('no') or n}]"
        values[f"{row}.date"] = day or None
        values[f"{row}.progress_pct"] = progress
        values[f"{row}.disbursed_baht"] = more["disbursed_baht"]
        values[f"{row}.status_text"] = more.get("status", "กำลังดำเนินการ")
        values[f"{row}.plan_status"] = more.get("plan", "เป็นไปตามแผน")
        values[f"{row}.target_status"] = more.get("target", "เป็นไปตามเป้าหมาย")
    return {address: agreed(text) for address, text in values.items() if text is not None}
