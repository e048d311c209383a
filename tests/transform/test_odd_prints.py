"""The same form printed oddly gives the same record, with every line accounted for."""

from __future__ import annotations

from typing import Any

import pytest

from tests.transform.odd_prints import ODD_PRINTS, TEXT, Print
from tests.transform.reading import documents, only, read_text, unread


def facts(found: dict[str, Any]) -> dict[str, Any]:
    """The documents without the lines of people as printed."""
    return {
        code: {
            name: {k: v for k, v in x.items() if k != "raw"} if isinstance(x, dict) else x for name, x in each.items()
        }
        for code, each in found.items()
    }


@pytest.mark.parametrize("printed", ODD_PRINTS.values(), ids=ODD_PRINTS.keys())
def test_an_odd_print_says_the_same(printed: Print) -> None:
    text = printed(TEXT)
    assert text != TEXT
    file = read_text(text)
    assert [u.text for u in file.outcome.unread] == []
    assert file.outcome.lines.total == len(text.split("\n"))
    assert [(r.field, r.problem) for c in file.copies for r in c.readings if r.problem] == []
    assert facts(documents(file)) == facts(documents(read_text(TEXT)))


def test_a_number_alone_in_running_text_is_named_and_no_word_of_it() -> None:
    text = TEXT.replace("- เพื่อลดค่าไฟ", "\n2\n\n- เพื่อลดค่าไฟ")
    assert unread(text) == ["2"]
    assert only(text)["objectives"] == only(TEXT)["objectives"]


def test_a_sentence_that_begins_like_a_row_is_a_sentence() -> None:
    text = TEXT.replace("23/10/2562 : ลงพื้นที่", "23/10/2562 :\nรายงานครั้งที่ 9 ลงพื้นที่")
    assert [r["seq"] for r in only(text)["reports"]] == [1, 2, 3, 4, 5]
    assert only(text)["reports"][0]["status_text"].startswith("รายงานครั้งที่ 9 ลงพื้นที่")
    assert only(text)["reports"][0]["progress_pct"] == 20


@pytest.mark.parametrize(
    ("there", "here", "field"),
    [
        ("มิติที่ 1 ร้อยละ", "มิติที่ 1 ผู้ประสานงาน : ร้อยละ", "coordinator"),
        ("กิจกรรม : ติดตั้ง", "กิจกรรม : อบรม ประเด็นยุทธศาสตร์ : ติดตั้ง", "strategy"),
    ],
)
def test_another_sections_label_inside_a_value_is_text(there: str, here: str, field: str) -> None:
    found, plain = only(TEXT.replace(there, here)), only(TEXT)
    if field == "strategy":
        assert found["project_name"].startswith("อบรม ประเด็นยุทธศาสตร์")
    assert found["strategy"]["issue_no"] == plain["strategy"]["issue_no"]
    assert found["coordinator"] == plain["coordinator"]


def test_the_english_half_of_a_name_goes_over_lines() -> None:
    strategy = only(TEXT.replace("ด้านที่ ๑ ? มหานครปลอดภัย", "ด้านที่ ๑ ?\nมหานครปลอดภัย : Safe\nCity"))["strategy"]
    assert (strategy["issue_name"], strategy["issue_name_en"]) == ("มหานครปลอดภัย", "Safe City")


def test_a_fraction_at_the_end_of_a_sentence_is_no_page_number() -> None:
    assert only(TEXT.replace("ออกซ่อม", "ออกซ่อม\n5/2563"))["rationale"].endswith("5/2563")


def test_a_bold_line_among_marked_items_is_a_heading_nobody_knows() -> None:
    text = TEXT.replace("**1.5", "**ประโยชน์ที่คาดว่าจะได้รับ**\n\nชุมชนปลอดภัย\n\n**1.5")
    assert unread(text) == ["**ประโยชน์ที่คาดว่าจะได้รับ**", "ชุมชนปลอดภัย"]
    assert only(text)["objectives"] == only(TEXT)["objectives"]
