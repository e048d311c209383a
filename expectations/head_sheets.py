"""The workbook of the head's summary: every agency, night, rule and dimension."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from expectations.workbook import Sheet

if TYPE_CHECKING:
    from expectations.head_mail import Agency, TrendNight


def sheets_of(
    agencies: Sequence[Agency],
    trend: Sequence[TrendNight],
    rules: Sequence[tuple[str, int, int, int]],
    dimensions: Sequence[tuple[str, int]],
    notes: Sequence[str],
) -> list[Sheet]:
    """The five sheets, in the order of the mail."""
    return [
        Sheet(
            "หน่วยงาน",
            (
                ("อันดับ", 8), ("หน่วยงาน", 40), ("โครงการ", 10), ("ค้างแก้ต่อโครงการ", 12), ("ต้องแก้", 10), ("ควรตรวจ", 10),
                ("เพื่อทราบ", 10), ("ใหม่", 8), ("แก้แล้ว", 8), ("ล่าช้า", 8), ("เงียบ", 8), ("ค้างนานสุด (วันที่)", 12),
                ("ค้างแก้เมื่อ 7 วันก่อน", 14),
            ),
            [
                (
                    n, a.name, a.projects, a.per_project, a.block, a.check, a.note, a.new, a.resolved, a.late, a.silent,
                    a.oldest_day, a.before,
                )
                for n, a in enumerate(agencies, start=1)
            ],
        ),
        Sheet(
            "แนวโน้ม",
            (("คืนวันที่", 13), ("ค้าง", 10), ("ใหม่", 10), ("แก้แล้ว", 10)),
            [(each.night, each.open, each.new, each.resolved) for each in trend],
        ),
        Sheet("กฎ", (("เรื่อง", 44), ("รายการ", 10), ("โครงการ", 10), ("หน่วยงาน", 10)), list(rules)),
        Sheet("มิติคุณภาพ", (("มิติ", 28), ("ค้าง", 10)), list(dimensions)),
        Sheet("หมายเหตุของคืน", (("หมายเหตุ", 100),), [(note,) for note in notes]),
    ]  # fmt: skip
