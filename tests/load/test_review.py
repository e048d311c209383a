"""What is to be reviewed: exactly the contested values and the unsure copies, with lines to paste."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from load.review import review
from load.review_text import as_csv, as_json, as_text
from tests.load.conftest import CODE, FIRST, OTHER, SECOND, SHA, VALUES, agreed, make_night, second_values
from transform.registers import Correction

DAY = "2026-01-06"
CONTESTED = {
    **VALUES,
    "budget_received": ("180000.00", "190000.00", "180000.00", "first_complete_copy", "contested"),
    "coordinator": ("นายสมชาย อีระทดสอบ โทร. 1500", "นายสมชาย ธีระทดสอบ โทร. 1500", "นายสมชาย ธีระทดสอบ โทร. 1500", "parts", "contested"),
}  # fmt: skip


@pytest.fixture
def path(one_night):
    """Two projects; the second contests its budget too, and a part of its coordinator is told by itself."""
    one_night.load(make_night(SECOND, {OTHER: CONTESTED}, sha="c" * 64))
    return one_night.publish().path


def test_exactly_the_contested_values_are_listed_in_order(path):
    found = review(path)
    assert [(v.project_code, v.field) for v in found.values] == [
        (CODE, "targets[2]"),
        (OTHER, "budget_received"),
        (OTHER, "targets[2]"),
    ]
    assert (found.unplaced, found.joined) == ((), ())
    assert [len(v.lines) for v in found.values] == [2, 2, 2]


def test_each_reading_is_shown_with_its_place_and_its_line(path):
    told = as_text(review(path, [OTHER]), DAY)
    assert told.startswith(
        "2 contested values of 1 project · 0 copies without a project · 0 joined copies to confirm\n"
    )
    assert (
        """
── 5039 สำนักงานเขตวัฒนา

50390000-9902  พัฒนาห้องสมุดชุมชน
  budget_received  งบประมาณที่ได้รับ (บาท) · Budget received   (first_complete_copy)
    ตัวเลขต่างกัน · digits differ
    ✓ 180000.00
        inbox/cccc.txt copy 1 p.1 L5
        50390000-9902,budget_received,190000.00,180000.00,,,2026-01-06
    · 190000.00
        inbox/cccc.txt copy 2 p.1 L5
        50390000-9902,budget_received,180000.00,190000.00,,,2026-01-06
"""
        in told
    )
    assert "โทร" not in told


def test_lines_alone_are_a_file(path):
    assert as_csv(review(path, [CODE]), DAY) == (
        "project_code,field,printed,right,reason,who,when\n"
        "50390000-9901,targets[2],ดูแลจัด,ดูแลการจัด,,,2026-01-06\n"
        "50390000-9901,targets[2],ดูแลการจัด,ดูแลจัด,,,2026-01-06"
    )


def test_json_is_plain_and_complete(path):
    found = json.loads(json.dumps(as_json(review(path), DAY), ensure_ascii=False))
    assert found["summary"] == {"values": 3, "projects": 2, "copies_without_project": 0, "copies_to_confirm": 0}
    [difference] = found["values"][0]["differences"]
    assert difference["kind"] == "missing"
    assert [o["is_used"] for o in difference["options"]] == [True, False]
    assert difference["options"][1]["readings"][0]["line_first"] == 18
    assert difference["options"][0]["lines"][0]["right"] == "ดูแลการจัด"


def test_one_agency_or_one_project_is_looked_at(path):
    assert review(path, agency="5005").values == ()
    assert len(review(path, agency="5039").values) == 3
    with pytest.raises(ValueError, match="50390000-9999: no such project"):
        review(path, ["50390000-9999"])


def test_nothing_contested_is_one_friendly_line(two_nights):
    assert as_text(review(two_nights.publish().path), DAY) == (
        "nothing to review: no value is contested, and every copy has its project"
    )


def with_copies(**changes):
    """A night with a third copy, of no project unless said otherwise."""
    night = make_night(FIRST, {CODE: {**VALUES, "targets[2]": agreed("ข")}})
    printed = {
        "copy_id": f"{SHA[:16]}-3",
        "ordinal": 3,
        "line_first": 181,
        "project_code": None,
        "readings": (),
    } | changes
    return replace(night, copies=(*night.copies, replace(night.copies[0], **printed)))


def test_a_copy_without_a_project_can_be_placed(one_night):
    why = f"code {OTHER} is printed by 2 different projects"
    one_night.load(with_copies(printed_code="5039OOOO-9901", identity_note=why))
    found = review(one_night.publish().path)
    [copy] = found.unplaced
    assert (copy.place.uri, copy.place.copy_no, copy.place.line, copy.why) == ("inbox/aaaa.txt", 3, 181, why)
    assert [line.right for line in copy.lines] == [OTHER]
    told = as_text(found, DAY)
    assert "0 contested values of 0 projects · 1 copy without a project" in told
    assert "inbox/aaaa.txt copy 3 p.1 L181: prints 5039OOOO-9901\n" in told
    assert f"    {SHA[:16]}-3,project_code,5039OOOO-9901,{OTHER},,,{DAY}" in told


def test_known_codes_near_a_misread_one_are_proposed_and_else_it_is_to_be_filled_in(one_night):
    one_night.load(with_copies(printed_code="50390000-9981"))
    assert [line.right for line in review(one_night.publish().path).lines] == ["50390000-9981", CODE]
    one_night.load(with_copies(printed_code=None))
    [line] = review(one_night.publish().path).lines
    assert (line.printed, line.right) == ("-", "?")


def test_a_file_that_was_delivered_again_speaks_for_itself(one_night):
    one_night.load(with_copies(printed_code=None))
    later = make_night(SECOND, {CODE: {**VALUES, "targets[2]": agreed("ข")}}, sha="aaaa" + "e" * 60)
    one_night.load(later)
    assert review(one_night.publish().path).unplaced == ()


def test_a_joined_copy_is_to_be_confirmed_once(one_night):
    night = with_copies(
        printed_code="50390000-9981", project_code=CODE, identity_note="prints 50390000-9981, one digit from it"
    )
    one_night.load(night)
    [copy] = review(one_night.publish().path).joined
    [line] = copy.lines
    assert tuple(line) == (f"{SHA[:16]}-3", "project_code", "50390000-9981", CODE)
    one_night.load(night, corrections=(Correction(*line, "ตรวจต้นฉบับ", "ผู้ตรวจ", DAY, 2),))
    assert review(one_night.publish().path).joined == ()


def test_second_night_without_differences_is_not_contested(two_nights):
    assert "targets[2]" not in second_values()
    assert review(two_nights.publish().path).values == ()
