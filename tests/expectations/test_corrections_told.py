"""Corrections without effect are findings: once for a line, with its place, resolved when they are true no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pandas as pd
import pytest

from expectations.coordinator_mail import coordinator_mail
from expectations.findings import collect
from expectations.mail_facts import CoordinatorFacts
from expectations.validate import FAILURE_COLUMNS, Validation
from transform.form import load_form
from transform.records import Night
from transform.registers import Correction
from transform.tables import Earlier, build_frames, frame_of

FORM = load_form()
TABLES = FORM.tables


def line(office, number, field, printed, right, code=None):
    return Correction(code or office.CODE, field, printed, right, "ตรวจต้นฉบับ", "ผู้ตรวจ", "2020-01-05", number)


def findings(night, lines, previous=None, known=()):
    nothing = pd.DataFrame({name: pd.Series(dtype="str") for name in FAILURE_COLUMNS})
    validation = Validation(frame_of(TABLES["expectation_result"], []), nothing, False, ())
    objections = pd.DataFrame(
        {name: [] for name in ("rule", "project_code", "field", "report_no", "occurrence", "value", "against")}
    )
    previous = frame_of(TABLES["finding"], []) if previous is None else previous
    found = collect(night, build_frames(night, Earlier.nothing()), objections, validation, previous, FORM, lines, known)
    return found[found["rule"].str.startswith("correction_")].reset_index(drop=True)


def test_a_line_that_applies_is_no_finding(office):
    assert findings(office.night(), [line(office, 2, "budget_received", "๑๘๐๐๐๐.๐๐", "170,000")]).empty


def test_a_line_that_nothing_prints_any_more_is_told_with_its_place(office):
    [found] = findings(office.night(), [line(office, 7, "project_name", "โครงการเก่า", "โครงการใหม่")]).to_dict("records")
    assert (found["rule"], found["severity"], found["state"]) == ("correction_unmatched", "check", "new")
    assert (found["project_code"], found["field"], found["value"]) == (office.CODE, "project_name", "โครงการเก่า")
    assert (found["uri"], found["line"]) == ("data/reference/corrections.csv", 7)
    assert found["message_en"].startswith("Line 7 of corrections.csv has no effect on ")
    assert found["message_en"].endswith(
        "“โครงการเก่า” → “โครงการใหม่”; no copy prints that any more; printed now: “โครงการตัวอย่าง”"
    )
    assert "ปัจจุบันพิมพ์ว่า “โครงการตัวอย่าง”" in found["message_th"]


def test_a_telephone_number_is_not_told(office):
    [found] = findings(office.night(), [line(office, 2, "responsible.phone", "7009", "7008")]).to_dict("records")
    assert not any(number in found["message_th"] + found["message_en"] for number in ("7001", "7008", "7009"))


def test_a_piece_that_stands_twice_and_a_line_that_comes_second_are_told_so(office):
    name = office.decide("project_name", *(office.read(c, "project_name", "งานสวนและงานถนน") for c in (1, 2)))
    twice, first, second = (
        line(office, 2, "project_name", "งาน", "การ"),
        line(office, 3, "project_name", "งานสวนและงานถนน", "งานสวน"),
        line(office, 4, "project_name", "งานสวนและงานถนน ", "งานถนน"),
    )
    assert "more than once" in findings(office.night([name]), [twice])["message_en"][0]
    found = findings(office.night([name]), [first, second])
    assert list(found["line"]) == [4]
    assert "a line before it" in found["message_en"][0]


@pytest.mark.parametrize(("field", "code"), [("budget_received", "50390000-9999"), ("project_code", f"{'f' * 16}-1")])
def test_what_was_never_delivered_is_told_without_a_project(office, field, code):
    given = line(office, 3, field, "1", office.CODE if field == "project_code" else "2", code)
    [found] = findings(office.night(), [given]).to_dict("records")
    assert (found["rule"], found["value"], found["line"]) == ("correction_unknown_project", code, 3)
    assert pd.isna(found["project_code"])
    assert findings(office.night(), [given], known=(code,)).empty


def test_a_copy_that_does_not_count_as_its_line_says_is_told(office):
    given = line(office, 2, "project_code", "-", "50390000-1111", "1-1")
    [found] = findings(office.night(), [given]).to_dict("records")
    assert found["rule"] == "correction_unmatched"
    assert "copy 1-1 prints “50390000-9001” and does not count as one of 50390000-1111" in found["message_en"]
    assert findings(office.night(), [replace(given, right=office.CODE)]).empty


def test_the_same_line_keeps_its_id_wherever_it_stands_and_is_resolved_when_it_goes(office):
    stale, other = (line(office, n, "project_name", text, "ข") for n, text in ((2, "โครงการเก่า"), (3, "โครงการอื่น")))
    first = findings(office.night(), [stale, other])
    later = office.night(day=office.NIGHT + timedelta(days=1))
    second = findings(later, [replace(other, line=2), replace(stale, line=9)], first)
    assert set(first["finding_id"]) == set(second["finding_id"])
    assert set(second["state"]) == {"open"}
    third = findings(office.night(day=office.NIGHT + timedelta(days=2)), [other], second)
    assert dict(zip(third["value"], third["state"], strict=True)) == {
        "โครงการเก่า": "resolved",
        "โครงการอื่น": "open",
    }


def test_a_night_without_the_project_says_nothing_new_and_a_line_that_is_gone_is_resolved_then_too(office):
    stale = line(office, 2, "project_name", "โครงการเก่า", "ข")
    first = findings(office.night(), [stale])
    empty = Night(office.NIGHT + timedelta(days=1), (), (), ())
    assert findings(empty, [stale], first, known=(office.CODE,)).empty
    assert list(findings(empty, [], first)["state"]) == ["resolved"]


def test_coordinators_are_not_asked_about_the_file(office):
    night = office.night()
    found = findings(night, [line(office, 2, "project_name", "โครงการเก่า", "ข")])
    projects = build_frames(night, Earlier.nothing())["dim_project"]
    assert coordinator_mail(CoordinatorFacts("ทดสอบ ระบบงาน", projects, found), office.NIGHT, FORM) is None
