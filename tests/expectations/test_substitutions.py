"""The same word for another in many projects is one finding: what it says, what it replaces, how it lives on."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from expectations.substitutions import LEAST_PROJECTS, systematic
from transform.form import load_form

RULE = "systematic_substitution"
NEXT = timedelta(days=1)
CODES = [f"50390000-90{n:02}" for n in range(1, 10)]
DEPARTMENTS = ("การศึกษา", "การโยธา", "อนามัย", "การระบายน้ำ", "การแพทย์")


def status(office, number=1, department="การศึกษา", *, turned=False, before="รอหนังสือจาก", rule="first_complete_copy"):
    field = f"reports[{number}].status_text"
    texts = [f"{before}สำนัก{department}", f"{before}สำนักงาน{department}"]
    first, second = reversed(texts) if turned else texts
    return office.decide(field, office.read(1, field, first, 60), office.read(2, field, second, 90), rule=rule)


def agreed(office, number=1):
    field = f"reports[{number}].status_text"
    return office.decide(field, *(office.read(n, field, "ทำเสร็จแล้ว", 60) for n in (1, 2)))


def of(office, decisions, day=None, code=CODES[0]):
    return office.night(decisions, day or office.NIGHT, code)


def together(*nights):
    """One night in which all these projects are delivered."""
    return replace(nights[0], deliveries=tuple(d for night in nights for d in night.deliveries))


def shared(office, projects=LEAST_PROJECTS, day=None, **changes):
    """A night in which this many projects have the same contested substitution, each in its own words."""
    return together(
        *(
            of(office, [status(office, department=DEPARTMENTS[n % 5], **changes)], day, code)
            for n, code in enumerate(CODES[:projects])
        )
    )


def rules(found):
    return sorted(set(found["rule"]))


def one(found, rule=RULE):
    rows = found[found["rule"] == rule]
    assert len(rows) == 1, found[["rule", "project_code", "field"]].to_string()
    return rows.iloc[0]


def test_a_substitution_in_five_projects_is_one_finding_and_conflicts_stay_with_their_projects(office):
    found = office.findings(shared(office))
    row = one(found)
    assert pd.isna(row["project_code"])
    assert (row["field"], row["value"]) == ("reports.status_text", "สำนัก / สำนักงาน")
    assert (row["severity"], row["dimension"], row["state"]) == ("check", "consistency", "new")
    assert (row["uri"], row["page"], row["line"]) == ("inbox/dump-1.txt", 1, 60)
    assert "contested_value" not in rules(found)
    assert len(found[found["rule"] == "copies_conflict"]) == LEAST_PROJECTS


def test_it_says_what_stands_for_what_how_often_where_and_what_to_do(office):
    row = one(office.findings(shared(office, 6)))
    said = row["message_th"].split("\n")
    assert said[0] == "สถานะการดำเนินงาน ของ 6 โครงการ: สำเนาพิมพ์คำต่างกัน (“สำนัก / สำนักงาน”) และไม่มีหลักฐานว่าคำใดถูก"
    assert said[1] == "พบ 6 แห่ง เช่น"
    assert said[2] == (
        "• 50390000-9001 สถานะการดำเนินงาน ของรายงานครั้งที่ 1: dump-1.txt หน้า 1 บรรทัด 60 “สำนัก” / dump-2.txt หน้า 1 บรรทัด 90 “สำนักงาน”"
    )
    assert [line[:15] for line in said[2:7]] == [f"• {code}" for code in CODES[:5]]  # five examples
    assert said[7] == "ทะเบียนที่ตัดสินได้: data/reference/departments.csv, divisions.csv"
    assert "6 projects" in row["message_en"]


@pytest.mark.parametrize("projects", [1, LEAST_PROJECTS - 1])
def test_in_fewer_projects_each_is_told_by_itself(office, projects):
    found = office.findings(shared(office, projects))
    assert RULE not in rules(found)
    assert len(found[found["rule"] == "contested_value"]) == projects


def test_many_reports_of_few_projects_are_not_many_projects(office):
    rows = office.decide("reports", *(office.read(n, "reports", "1,2,3,4,5") for n in (1, 2)))
    decisions = [rows, *(status(office, n) for n in range(1, 6))]
    found = office.findings(together(*(of(office, decisions, code=code) for code in CODES[:2])))
    assert RULE not in rules(found)


def test_which_copy_prints_which_word_does_not_matter(office):
    night = together(
        *(
            of(office, [status(office, before=before, turned=n % 2 == 1)], code=CODES[n])
            for n, before in enumerate(("", "รออนุญาตจาก", "เสนอขอ", "ส่งหนังสือถึง", "เมื่อวันที่ 3 ประสาน"))
        )
    )
    assert one(office.findings(night))["value"] == "สำนัก / สำนักงาน"


def test_a_decided_substitution_is_none(office):
    assert RULE not in rules(office.findings(shared(office, rule="register")))


def test_the_same_substitution_in_another_field_is_another_one(office):
    def name(n):
        texts = f"โครงการ{n}ของสำนักการศึกษา", f"โครงการ{n}ของสำนักงานการศึกษา"
        readings = [office.read(copy, "rationale", text, 40) for copy, text in enumerate(texts, 1)]
        return office.decide("rationale", *readings, rule="first_complete_copy")

    nights = [of(office, [name("ก")], code=c) for c in CODES[:2]] + [
        of(office, [status(office)], code=c) for c in CODES[2:6]
    ]
    assert RULE not in rules(office.findings(together(*nights)))


def test_numbers_and_amounts_are_never_a_substitution(office):
    def spent():
        readings = [office.read(n, "budget_spent", v, 23) for n, v in ((1, "30000.00"), (2, "80000.00"))]
        return office.decide("budget_spent", *readings, rule="first_complete_copy")

    def counted():
        readings = [office.read(n, "project_name", v, 12) for n, v in ((1, "ครู 40 คน"), (2, "ครู 48 คน"))]
        return office.decide("project_name", *readings, rule="first_complete_copy")

    found = office.findings(together(*(of(office, [spent(), counted()], code=code) for code in CODES[:6])))
    assert RULE not in rules(found)
    assert len(found[found["rule"] == "contested_value"]) == 12


def test_a_value_that_differs_in_more_is_still_told_with_its_project(office):
    field = "reports[1].status_text"
    texts = "ครูรอหนังสือจากสำนักการศึกษา", "เด็กรอหนังสือจากสำนักงานการศึกษา"
    more = office.decide(
        field, *(office.read(n, field, t, 60) for n, t in enumerate(texts, 1)), rule="first_complete_copy"
    )
    found = office.findings(together(shared(office), of(office, [more], code=CODES[8])))
    assert (
        one(found)["message_en"].startswith("Status of the work of 5 projects")
        or "5 projects" in one(found)["message_en"]
    )
    assert one(found, "contested_value")["project_code"] == CODES[8]


@pytest.mark.parametrize(
    ("field", "texts", "register"),
    [
        ("coordinator.name", ("ทดสอบ อีระ", "ทดสอบ ธีระ"), "people.csv"),
        ("reports[1].plan_status", ("เป็นไปตามแผน", "เป็นไปตามแผบ"), "status_words.csv"),
        ("strategy.issue_name", ("เมืองหนังสือ", "เมืองหนังลือ"), "strategies.csv"),
        ("agency_path[1]", ("สำนักงานเขตวัฒนา", "สำนักงานเขตวัฒบา"), "departments.csv"),
        ("agency_path[2]", ("ฝ่ายการศึกษา", "ฝ่ายการศึกบา"), "divisions.csv"),
    ],
)
def test_it_names_the_register_in_which_one_line_decides_it(office, field, texts, register):
    decided = office.decide(
        field, *(office.read(n, field, t, 30) for n, t in enumerate(texts, 1)), rule="first_complete_copy"
    )
    row = one(office.findings(together(*(of(office, [decided], code=code) for code in CODES[:5]))))
    assert row["message_th"].endswith(f"data/reference/{register}")


# ---------------------------------------------------------------- order and nights


@given(st.permutations(range(7)), st.integers(0, 3))
def test_the_order_of_projects_does_not_matter(office, order, turned):
    form = load_form()
    nights = [of(office, [status(office, turned=n == turned)], code=CODES[n]) for n in range(7)]
    straight = systematic([d for night in nights for d in night.deliveries], form)
    mixed = systematic([d for n in order for d in nights[n].deliveries], form)
    assert straight == mixed
    assert straight.explained == {(code, "reports[1].status_text") for code in CODES[:7]}


def kept(known, found):
    """The table of findings after a night."""
    return pd.concat([known[~known["finding_id"].isin(found["finding_id"])], found], ignore_index=True)


def test_its_id_is_the_same_on_another_night_with_other_projects_and_departments(office):
    first = one(office.findings(shared(office)))
    nights = [of(office, [status(office, 1, "การคลัง")], office.NIGHT + NEXT, code) for code in CODES[3:9]]
    assert one(office.findings(together(*nights)))["finding_id"] == first["finding_id"]


def test_it_stays_open_while_one_of_its_projects_shows_it(office):
    known = office.findings(shared(office))
    later = of(office, [status(office)], office.NIGHT + NEXT, CODES[1])
    found = office.findings(later, known)
    assert (one(found)["state"], one(found)["days_open"]) == ("open", 1)
    assert "contested_value" not in rules(found)


def test_it_is_resolved_when_a_project_of_it_comes_without_it_and_none_with_it(office):
    known = office.findings(shared(office))
    later = of(office, [agreed(office)], office.NIGHT + NEXT, CODES[1])
    found = office.findings(later, known)
    assert one(found)["state"] == "resolved"


def test_a_night_without_any_of_its_projects_says_nothing_of_it(office):
    night = together(shared(office), of(office, [agreed(office)], code=CODES[7]))
    known = office.findings(night)
    assert RULE in rules(known)
    for code in CODES[7:9]:  # one that was there without it, and one that is new
        later = of(office, [agreed(office)], office.NIGHT + NEXT, code)
        assert RULE not in rules(office.findings(later, known))


def test_a_project_that_was_cleared_before_does_not_resolve_it(office):
    first, day = shared(office), office.NIGHT + NEXT
    known = office.findings(first)
    second = together(of(office, [agreed(office)], day, CODES[0]), of(office, [status(office)], day, CODES[1]))
    known = kept(known, office.findings(second, known))
    assert one(known)["state"] == "open"
    third = of(office, [agreed(office)], day + NEXT, CODES[0])
    assert RULE not in rules(office.findings(third, known))


def test_a_contested_value_that_becomes_part_of_it_is_not_told_as_resolved(office):
    known = office.findings(shared(office, 1))
    assert "contested_value" in rules(known)
    day = office.NIGHT + NEXT
    found = office.findings(shared(office, 5, day), known)
    assert one(found)["state"] == "new"
    assert "contested_value" not in rules(found)
    cleared = of(office, [agreed(office)], day + NEXT)
    later = office.findings(cleared, kept(known, found))
    assert one(later, "contested_value")["state"] == "resolved"
