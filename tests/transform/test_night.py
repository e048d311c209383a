"""The order of a night's work: files to copies to projects; nothing stops it and nothing vanishes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from data.samples.generator.facts import invent_project
from extract.document import Document, Line, Page, ReadResult, Rejection, SourceFile
from tests.transform.forms import CODE, PLAIN, REPORT, by_address, file_of, night_of, printed_copy, reports, sha
from tests.transform.reading import FORM, NIGHT, OTHER, PROJECT, printed, read_text
from tests.transform.reading import night_of as night_of_texts
from transform.night import read_file, reconcile_night
from transform.registers import Registers


def test_a_rejected_file_is_kept_with_its_reason_and_has_no_copies():
    source = SourceFile(sha(1), "inbox/a.pdf", NIGHT, 7)
    result = ReadResult(
        source, "application/pdf", "9", rejection=Rejection("broken_pdf", "inbox/a.pdf: broken; send it again")
    )
    file = read_file(result, FORM)
    assert (file.outcome.status, file.outcome.code, file.outcome.reason) == (
        "rejected",
        "broken_pdf",
        "inbox/a.pdf: broken; send it again",
    )
    assert file.copies == ()
    night = night_of_texts(file, read_text(printed(1)))
    assert [f.status for f in night.files] == ["read", "rejected"]
    assert len(night.deliveries) == 1


@pytest.mark.parametrize("text", ["", "\n\n", "บันทึกข้อความ\nเรื่อง ขอเชิญประชุม\n" * 9, "1.1 รหัสโครงการและชื่อโครงการ"])
def test_a_text_that_is_not_the_form_is_rejected_with_all_its_lines(text):
    outcome = read_text(text).outcome
    assert (outcome.status, outcome.code) == ("rejected", "not_a_form")
    assert "take the file out of the source or describe its layout" in (outcome.reason or "")
    assert outcome.lines.total == len(text.split("\n"))


def test_every_line_is_consumed_furniture_or_unread():
    text = printed(1) + "\nบรรทัดที่ไม่มีใครรู้จัก : ก\n" + printed(2)
    outcome = read_text(text).outcome
    assert outcome.lines.total == len(text.split("\n"))
    assert outcome.lines.unread == len(outcome.unread)


def test_notes_of_the_reader_stay_with_the_file():
    lines = tuple(Line(1, n, t) for n, t in enumerate(printed(1).split("\n"), start=1))
    document = Document((Page(1, lines),), "text/plain", "cp874", ("repaired",))
    result = ReadResult(SourceFile(sha(1), "inbox/a.txt", NIGHT, 7), "text/plain", "9", document=document)
    assert read_file(result, FORM).outcome.notes == ("repaired",)


def test_a_dump_of_two_projects_mixed_is_two_deliveries_with_the_copies_of_each():
    text = "\n".join([printed(1), printed(1, OTHER), printed(2)])
    night = night_of_texts(read_text(text))
    assert [(d.project_code, len(d.copies)) for d in night.deliveries] == sorted([(PROJECT.code, 2), (OTHER.code, 1)])
    assert [c.ordinal for c in night.copies] == [1, 2, 3]


def test_the_same_form_as_dump_and_in_another_file_is_one_delivery():
    night = night_of_texts(read_text(printed(1), "a.txt"), read_text(printed(2), "b.txt"))
    (delivery,) = night.deliveries
    assert {c.uri for c in delivery.copies} == {"a.txt", "b.txt"}


def test_the_same_bytes_under_two_names_are_one_file_known_by_the_first_name():
    files = [read_text(printed(1), name) for name in ("b.txt", "a.txt")]
    for order in (files, files[::-1]):
        night = night_of_texts(*order)
        assert [f.uri for f in night.files] == ["a.txt"]
        assert len(night.copies) == 1


def test_an_unclosed_copy_with_fewer_rows_than_another_is_truncated_and_its_last_value_no_reading():
    rows = [(str(n), REPORT | {"date": f"2019-11-{n:02}"}) for n in (1, 2)]
    short = printed_copy({**PLAIN, **reports(rows[0])}, 1, is_closed=False)
    full = printed_copy({**PLAIN, **reports(*rows)}, 2)
    night = night_of(file_of([short, full]))
    (delivery,) = night.deliveries
    assert [c.is_truncated for c in night.copies] == [True, False]
    assert by_address(delivery)["reports"].value == "1,2"
    assert not by_address(delivery)["reports"].is_conflict
    closed = night_of(file_of([replace(short, is_closed=True), full]))
    assert by_address(closed.deliveries[0])["reports"].is_conflict


def test_a_copy_without_a_project_stays_visible_with_the_reason():
    night = night_of(file_of([printed_copy({k: v for k, v in PLAIN.items() if k != "project_code"})]))
    assert night.deliveries == ()
    (copy,) = night.copies
    assert copy.delivery_id is None
    assert "no readable code" in (copy.identity_note or "")


def test_other_projects_of_the_night_vote_and_the_own_one_does_not():
    name = "ส่งเสริมการอ่านในชุมชนเมือง"
    others = [
        file_of(
            [
                printed_copy(
                    {**PLAIN, "project_code": f"5001000{n}-0{n}77", "project_name": name, "budget_received": f"{n}.00"},
                    sha=sha(n),
                )
            ]
        )
        for n in (1, 2)
    ]
    own = file_of(
        [printed_copy({**PLAIN, "project_name": name[:-1]}, 1), printed_copy({**PLAIN, "project_name": name}, 2)]
    )
    decision = next(by_address(d)["project_name"] for d in night_of(own, *others).deliveries if d.project_code == CODE)
    assert (decision.value, decision.rule) == (name, "corpus_vote")
    alone = next(by_address(d)["project_name"] for d in night_of(own, others[0]).deliveries if d.project_code == CODE)
    assert alone.rule == "first_complete_copy"


def test_an_empty_night_is_a_night():
    assert reconcile_night(date(2026, 1, 5), [], Registers(), FORM).deliveries == ()


def test_printed_siblings_in_one_dump_never_merge():
    project = invent_project(Random(11))
    siblings = [replace(project, code=f"{project.code[:-1]}{n}", agency_path=(f"สำนักงานเขต{d}", *project.agency_path[1:]))
                for n, d in enumerate(("บางนา", "บางแค", "คลองสาน", "จอมทอง"))]  # fmt: skip
    night = night_of_texts(read_text("\n".join(printed(style, s) for s in siblings for style in (1, 2))))
    assert [(d.project_code, len(d.copies)) for d in night.deliveries] == [(s.code, 2) for s in siblings]
