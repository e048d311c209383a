"""The workbook of a coordinator's mail: everything the mail counts, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from expectations.changes_told import Change
from expectations.items import STATE_TH, Item, most_urgent_first, plain, shown
from expectations.late_projects import KINDS_TH, Lateness
from expectations.news import Mute
from expectations.workbook import Sheet, Value

_PROJECT = (("รหัสโครงการ", 16), ("ชื่อโครงการ", 34))
_FINDING = (
    ("ระดับ", 11), ("สถานะ", 16), *_PROJECT, ("เรื่อง", 28), ("ข้อมูล", 28), ("รายงานครั้งที่", 9), ("รายละเอียด", 70),
    ("สิ่งที่ต้องทำ", 44), ("ไฟล์", 24), ("หน้า", 7), ("บรรทัด", 8), ("พบครั้งแรก", 13), ("รหัสอ้างอิง", 19),
)  # fmt: skip
_LATE = (
    *_PROJECT, ("เรื่อง", 26), ("จำนวนวัน", 10), ("ตั้งแต่วันที่", 13), ("ความก้าวหน้า (ร้อยละ)", 14),
    ("เวลาที่ผ่านไป (ร้อยละ)", 14), ("รายละเอียด", 60),
)  # fmt: skip
_CHANGES = (*_PROJECT, ("ข้อมูล", 34), ("ก่อน", 44), ("หลัง", 44))
_RESOLVED = (*_FINDING[:-1], ("แก้ไขแล้วเมื่อ", 13), _FINDING[-1])
_MUTED = (*_FINDING[:-1], ("พักถึงวันที่", 13), ("เหตุผล", 40), _FINDING[-1])


def sheets_of(
    unresolved: Iterable[Item],
    resolved: Iterable[Item],
    muted: Iterable[tuple[Item, Mute]],
    changes: Iterable[Change],
    late: Iterable[Lateness],
    names: Mapping[str, str],
) -> list[Sheet]:
    """The five sheets, in the order of the mail; one without rows has its headers."""
    put_off = most_urgent_first(muted, lambda each: each[0], lambda each: each[0].project_code)
    return [
        Sheet("ข้อสังเกต", _FINDING, [(*_values(item, _state(item)), item.finding_id) for item in unresolved]),
        Sheet("ล่าช้า", _LATE, _late_rows(late, names)),
        Sheet("การเปลี่ยนแปลง", _CHANGES, _change_rows(changes)),
        Sheet(
            "แก้ไขแล้ว",
            _RESOLVED,
            [(*_values(i, STATE_TH["resolved"]), i.resolved_on, i.finding_id) for i in resolved],
        ),
        Sheet(
            "พักไว้",
            _MUTED,
            [(*_values(i, "พักไว้"), mute.until, shown(mute.reason), i.finding_id) for i, mute in put_off],
        ),
    ]


def _state(item: Item) -> str:
    if item.is_fresh:
        return STATE_TH["regressed"] if item.state == "regressed" else STATE_TH["new"]
    return f"{STATE_TH['open']} (วันที่ {item.day})"


def _values(item: Item, state: str) -> tuple[Value, ...]:
    return (
        item.severity_th, state, item.project_code, item.project_name, item.title, item.label, item.report_no,
        "\n".join(item.message), item.todo, item.file, item.page, item.line, item.first_seen,
    )  # fmt: skip


def _late_rows(late: Iterable[Lateness], names: Mapping[str, str]) -> Sequence[tuple[Value, ...]]:
    return [
        (
            plain(x.project_code), shown(names[x.project_code]), KINDS_TH.get(x.kind, plain(x.kind)), x.days, x.since,
            x.progress_pct, x.time_elapsed_pct, x.sentence,
        )
        for x in late
    ]  # fmt: skip


def _change_rows(changes: Iterable[Change]) -> Sequence[tuple[Value, ...]]:
    return [(x.project_code, x.project_name, x.label, x.before, x.after) for x in changes]
