"""Lines that nothing read: each quoted with its place, under the project in whose copy it stands."""

from dataclasses import replace

import pandas as pd
import pytest

from expectations import crosschecks
from expectations.unread import is_heading, owned
from transform.form import load_form
from transform.records import FileOutcome, LineCount, UnreadLine
from transform.tables import frame_of

OTHER = "50390000-9002"
HEADING = "**1.7 ผลที่คาดว่าจะได้รับ**"


def rows(office, **given):
    found = office.objections(**given)
    found = found[found["rule"].isin(("unread_lines", "unknown_heading"))]
    return found[["rule", "project_code", "value"]].values.tolist()


@pytest.mark.parametrize(
    "text",
    [
        "**1.7 ผลที่คาดว่าจะได้รับ**",
        "**๑.๓ ที่มาและความสำคัญ**",
        "  ** 3. ภาคผนวก **",
        "1.7 ผลที่คาดว่าจะได้รับ",
        "๒.๑) การติดตาม",
        "**ผลที่คาดว่าจะได้รับ**",
    ],
)
def test_a_numbered_or_bold_line_is_a_heading(text):
    assert is_heading(text)


@pytest.mark.parametrize(
    "text", ["- ชุมชนเข้มแข็งขึ้น", "1. ชุมชนเข้มแข็งขึ้น", "1.5 2.5", "25.10 น.", "แหล่งเงิน : งบกลาง", "**", "2563", ""]
)
def test_any_other_line_is_none(text):
    assert not is_heading(text)


def test_a_file_without_unread_lines_has_no_objections(office):
    assert rows(office) == []


def test_lines_inside_a_copy_are_counted_and_headings_named(office):
    lines = [office.unread(30, HEADING), office.unread(31, "- ชุมชนเข้มแข็งขึ้น"), office.unread(130, HEADING)]
    assert rows(office, unread_line=lines) == [
        ["unknown_heading", office.CODE, HEADING],
        ["unread_lines", office.CODE, "3"],
    ]
    assert {"unread_lines", "unknown_heading"} <= set(office.flags(unread_line=lines))


def test_each_line_belongs_to_the_copy_it_stands_in(office):
    copies = [office.copied(1), office.copied(2, project_code=OTHER), office.copied(3)]
    lines = [office.unread(n, f"บรรทัด {n}") for n in (1, 100, 101, 200, 201, 300, 301)]
    projects = [office.project(), office.project(project_code=OTHER)]
    given = {"form_copy": copies, "unread_line": lines, "dim_project": projects}
    assert rows(office, **given) == [["unread_lines", office.CODE, "4"], ["unread_lines", OTHER, "2"]]


def test_a_line_outside_every_copy_belongs_to_the_only_project_of_its_file(office):
    outside = [office.unread(999)]
    assert rows(office, unread_line=outside) == [["unread_lines", office.CODE, "1"]]
    copies = [office.copied(1), office.copied(2, project_code=OTHER)]
    projects = [office.project(), office.project(project_code=OTHER)]
    assert rows(office, unread_line=outside, form_copy=copies, dim_project=projects) == []


def test_a_copy_without_a_project_has_its_lines_to_itself(office):
    copies = [office.copied(1), office.copied(2, project_code=None)]
    assert rows(office, unread_line=[office.unread(150)], form_copy=copies) == []


def test_pages_count_before_lines(office):
    copies = [
        office.copied(1, page_last=2, line_last=10),
        office.copied(2, project_code=OTHER, page_first=2, line_first=11, page_last=3, line_last=5),
    ]
    lines = [office.unread(90), office.unread(10, page=2), office.unread(11, page=2), office.unread(1, page=3)]
    tables = load_form().tables
    found = owned(frame_of(tables["unread_line"], lines), frame_of(tables["form_copy"], copies))
    assert found["project_code"].tolist() == [office.CODE, office.CODE, OTHER, OTHER]


def test_lines_of_another_file_are_not_mixed_in(office):
    assert rows(office, unread_line=[office.unread(5, source_sha256="b" * 64)]) == []


# ---------------------------------------------------------------- as findings


def with_unread(office, *lines, file=0):
    """The office's night, its file of copy `file` + 1 with these unread lines."""
    night = office.night()
    files = list(night.files)
    unread = tuple(UnreadLine(1, number, text) for number, text in lines)
    files[file] = replace(files[file], unread=unread, lines=LineCount(1, 1, len(unread)))
    return replace(night, files=tuple(files))


def one(findings, rule):
    found = findings[findings["rule"] == rule]
    assert len(found) == 1, findings[["rule", "value"]].to_string()
    return found.iloc[0]


def test_every_unread_line_is_quoted_with_its_place(office):
    found = office.findings(with_unread(office, (30, HEADING), (32, "  - ชุมชนเข้มแข็งขึ้น "), file=1))
    row = one(found, "unread_lines")
    assert (row["project_code"], row["uri"], row["page"], row["line"]) == (office.CODE, "inbox/dump-2.txt", 1, 30)
    assert row["message_th"].split("\n") == [
        "ไฟล์ dump-2.txt มี 2 บรรทัดที่ไม่เข้ากับส่วนใดของแบบ",
        "• หน้า 1 บรรทัด 30: “**1.7 ผลที่คาดว่าจะได้รับ**”",
        "• หน้า 1 บรรทัด 32: “- ชุมชนเข้มแข็งขึ้น”",
    ]
    assert "page 1 line 32: “- ชุมชนเข้มแข็งขึ้น”" in row["message_en"]


def test_a_heading_is_a_finding_of_its_own_at_its_line(office):
    again = "**1.3 ที่มาและความสำคัญ**"
    found = office.findings(with_unread(office, (30, again), (31, "ข้อความ"), (40, HEADING), (70, again)))
    headings = found[found["rule"] == "unknown_heading"].sort_values("line")
    assert headings["value"].tolist() == [again, HEADING]
    assert headings["line"].tolist() == [30, 40]
    assert headings["finding_id"].is_unique
    assert f"“{HEADING}”" in headings.iloc[1]["message_th"]
    assert "dump-1.txt หน้า 1 บรรทัด 40" in headings.iloc[1]["message_th"]


def test_each_file_of_a_project_has_its_own_finding(office):
    first, second = with_unread(office, (30, "ก")), with_unread(office, (40, "ข"), file=1)
    night = replace(first, files=(first.files[0], second.files[1]))
    found = office.findings(night)
    assert found[found["rule"] == "unread_lines"].sort_values("uri")["line"].tolist() == [30, 40]


def test_many_long_lines_are_quoted_shortly_and_the_rest_is_counted(office):
    row = one(office.findings(with_unread(office, *((n, "ย" * 500) for n in range(20, 60)))), "unread_lines")
    lines = row["message_th"].split("\n")
    assert len(lines) == 14
    assert lines[-1] == "• และอีก 28 บรรทัด"
    assert all(len(line) < 130 for line in lines)


def test_no_telephone_number_is_quoted(office):
    row = one(office.findings(with_unread(office, (30, "ติดต่อ โทร. 7037"))), "unread_lines")
    assert "7037" not in row["message_th"] + row["message_en"]


def test_unread_lines_of_a_file_without_a_project_are_a_finding_of_the_file(office):
    night = office.night()
    file = FileOutcome(
        "9" * 64, "inbox/new.txt", office.NIGHT, "text/plain", 9, 1, "utf-8", "1", "read", None, None, LineCount(1, 1, 1),
        (UnreadLine(1, 7, "ข้อความแปลก"),),
    )  # fmt: skip
    row = one(office.findings(replace(night, files=(*night.files, file))), "unread_lines")
    assert pd.isna(row["project_code"])
    assert "บรรทัด 7: “ข้อความแปลก”" in row["message_th"]


def test_lines_that_are_read_the_next_night_are_resolved(office):
    known = office.findings(with_unread(office, (30, HEADING)))
    later = replace(office.night(day=office.NIGHT.replace(day=2)))
    found = office.findings(later, known)
    assert sorted(found["rule"]) == ["unknown_heading", "unread_lines"]
    assert set(found["state"]) == {"resolved"}


def test_the_flags_need_no_findings(office):
    frames = office.build(unread_line=[office.unread(30, HEADING)])
    assert crosschecks.flags(crosschecks.run(frames, office.REGISTERS))[office.CODE] == [
        "unknown_heading",
        "unread_lines",
    ]
