"""Real agencies under their verified codes, and the strategies of the city's plan 2561-2565."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

AGENCY_TABLE = Path(__file__).parents[2] / "reference" / "agency_codes.tsv"


@dataclass(frozen=True)
class Agency:
    """One agency: the first four digits of its project codes and its full name."""

    prefix: str
    name: str

    @property
    def is_district(self) -> bool:
        """Whether it is one of the fifty district offices."""
        return self.prefix.startswith("50")

    @property
    def place(self) -> str:
        """How prose calls the area it works for: เขตวัฒนา, or the city itself for a department."""
        return self.name.removeprefix("สำนักงาน") if self.is_district else "กรุงเทพมหานคร"


def verified_agencies() -> dict[str, Agency]:
    """The agencies whose code was read on a real page, by prefix, in the table's order."""
    with AGENCY_TABLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t"))
    return {row["prefix"]: Agency(row["prefix"], row["agency"]) for row in rows if row["status"] == "VERIFIED"}


@dataclass(frozen=True)
class Strategy:
    """The place of a project in the city's plan; numbers in ASCII digits."""

    issue_no: str
    issue_name: str
    issue_name_en: str | None
    sub_issue_no: str
    sub_issue_name: str
    goal_no: str
    goal_text: str


_ISSUES = {
    "1": ("มหานครปลอดภัย", None),
    "3": ("มหานครสำหรับทุกคน", "Bangkok as a City for All"),
    "5": ("มหานครประชาธิปไตย", None),
    "7": ("การบริหารจัดการเมืองมหานคร", "Management Strategy"),
}
_SUB_ISSUES = {
    "1.2": "ปลอดอาชญากรรมและยาเสพติด",
    "1.6": "ปลอดโรคคนเมือง อาหารปลอดภัย",
    "3.3": "การศึกษาสำหรับทุกคน",
    "5.2": "เมืองธรรมาภิบาล",
    "5.5": "พลเมืองกรุงเทพฯ ขับเคลื่อนวิสัยทัศน์",
    "7.2": "การบริหารแผนและประเมินผล",
}
# The plan's own goal texts were not all seen: these are invented. The form cuts long ones at a fixed width.
_GOALS = {
    "1.2.2": "ตรอกซอยและทางเดินเท้ามีแสงสว่างเพียงพอตลอดคืน",
    "1.6.1": "ผู้อยู่อาศัยเข้าถึงบริการป้องกันโรคใกล้บ้านโดยไม่มีค่าใช้จ่าย",
    "1.6.3": "ผู้สูงวัยดูแลร่างกายตนเองได้และลดการหกล้มในที่พักอาศัย",
    "3.3.2": "เด็กทุกคนอ่านออกเขียนได้และมีพื้นที่เรียนรู้นอกชั้นเรียน",
    "5.2.4": "ข้อมูลงานบริการของเมืองเปิดเผยและตรวจสอบได้ทุกขั้นตอน",
    "5.5.1": "เพื่อนบ้านร่วมกันดูแลพื้นที่สาธารณะของตนอย่างสม่ำเสมอ",
    "7.2.3": "หน่วยงานใช้ผลการประเมินปรับแผนงานของปีถัดไป",
}


def strategy(goal_no: str) -> Strategy:
    """The strategy that a goal number such as `7.2.3` belongs to."""
    issue_no, sub_issue_no = goal_no[0], goal_no.rpartition(".")[0]
    name, name_en = _ISSUES[issue_no]
    return Strategy(issue_no, name, name_en, sub_issue_no, _SUB_ISSUES[sub_issue_no], goal_no, _GOALS[goal_no])
