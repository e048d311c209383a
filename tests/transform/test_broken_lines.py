"""Lines that PDF producers break or glue: inside a number, inside the running title, two headings on one line."""

from __future__ import annotations

import re

import pytest

from tests.transform.reading import printed, read_text

TITLE = "**แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ**"


def unread(text: str) -> list[str]:
    return [u.text for u in read_text(text).outcome.unread]


def rationale(text: str) -> str:
    (copy,) = read_text(text).copies
    return next(r.value or "" for r in copy.readings if r.field == "rationale")


def in_rationale(*lines: str) -> str:
    """A form without blank lines and bold, as PDFs print it, with lines at the end of its rationale."""
    text = "\n".join(line.replace("**", "") for line in printed(1).split("\n") if line.strip())
    at = text.index("1.4 ")
    return text[:at] + "\n".join(lines) + "\n" + text[at:]


def test_a_number_broken_over_the_line_end_is_no_heading() -> None:
    text = in_rationale("กิจกรรมค่ำคืนริมน้ำมีความพึงพอใจ คิดเป็นร้อยละ 9", "2.75 ขณะที่ค่าเฉลี่ยความรู้เพิ่มขึ้น 1.8 เท่า")
    assert unread(text) == []
    assert "2.75 ขณะที่ค่าเฉลี่ย" in rationale(text)


@pytest.mark.parametrize("heading", ["1.7 ผลที่คาดว่าจะได้รับจากโครงการ", "2.9 ปัญหาและอุปสรรคในการทำงาน"])
def test_an_unknown_heading_below_a_line_that_ends_in_a_number_stays_one(heading: str) -> None:
    assert heading in unread(in_rationale("ผู้เข้าร่วมพึงพอใจ คิดเป็นร้อยละ 9", heading))


def test_an_unknown_heading_with_a_high_number_below_a_sentence_stays_one() -> None:
    heading = "2.75 ปัญหาและอุปสรรคในการทำงาน"
    assert heading in unread(in_rationale("ผู้เข้าร่วมพึงพอใจเป็นอย่างยิ่ง", heading))


def test_a_running_title_broken_over_two_lines_is_furniture() -> None:
    text = printed(1)
    broken = f"** {TITLE.strip('*')[:-3]}\n{TITLE.strip('*')[-3:]} **"
    assert unread(f"{broken}\n{text}") == unread(text) == []


def test_a_chapter_and_its_first_section_on_one_line_are_both_headings() -> None:
    text = printed(1)
    plain = [line for line in text.split("\n") if line.strip()]
    glued = "ชื่อโครงการและหน่วยงานที่รับผิดชอบโครงการ1.1 รหัสโครงการและชื่อโครงการ"
    rest = [line for line in plain if not line.strip("* ").startswith(("1. ", "1.1 "))]
    below = rest.index(next(line for line in rest if "แบบแสดงรายงาน" not in line))
    for one_line in (glued, f"1. {glued}"):
        found = read_text("\n".join([*rest[:below], one_line, *rest[below:]]))
        assert [u.text for u in found.outcome.unread] == []
        assert [c.project_code for c in found.copies] == [c.project_code for c in read_text(text).copies]


def test_a_number_before_a_text_that_lost_letters_is_still_a_number() -> None:
    text = re.sub(r"(เป้าหมายที่ : \S+ )(\S)", "\\1\\2\ufffd", printed(1))
    assert "\ufffd" in text
    (copy,) = read_text(text).copies
    said = {r.field: (r.value, r.problem is None) for r in copy.readings}
    assert said["strategy.goal_no"][0] is not None
    assert said["strategy.goal_no"][1]
    assert "\ufffd" in said["strategy.goal_text"][0]
    damaged = re.sub(r"(เป้าหมายที่ : \S+?)(\S )", "\\1\ufffd\\2", printed(1))
    (copy,) = read_text(damaged).copies
    assert {r.value for r in copy.readings if r.field == "strategy.goal_no"} == {None}
