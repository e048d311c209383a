"""What the reader of a file doubts: brought to the readings at its place, and weighed when a value is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extract.document import Document, Doubt, Line, Page, ReadResult, SourceFile
from tests.transform.forms import (
    CODE,
    PLAIN,
    REPORT,
    Bad,
    Lost,
    Printed,
    by_address,
    context,
    printed_copy,
    reports,
    sha,
    told,
)  # fmt: skip
from tests.transform.reading import FORM, NIGHT, printed
from transform.doubts import overlooked, unread_pages, with_doubts
from transform.night import read_file
from transform.reconcile import reconcile
from transform.records import OCR, SECOND_READER, Decision, Delivery, Evidence, FormCopy, Reading
from transform.weighing import fits

OTHER_SEES = f"{SECOND_READER}180,000"


# ---------------------------------------------------------------- from the document to its readings


def document(*pages: str, doubts: tuple[Doubt, ...] = (), ocr: tuple[int, ...] = ()) -> Document:
    made = tuple(
        Page(n, tuple(Line(n, at, text) for at, text in enumerate(page.split("\n"), start=1)), is_ocr=n in ocr)
        for n, page in enumerate(pages, start=1)
    )
    return Document(made, "application/pdf", doubts=doubts)


def read(made: Document) -> FormCopy:
    source = SourceFile(sha(1), "inbox/a.pdf", NIGHT, 7)
    (copy,) = read_file(ReadResult(source, "application/pdf", "9", document=made), FORM).copies
    return copy


def test_every_reading_of_a_recognised_page_is_doubted_and_those_of_other_pages_are_not():
    lines = printed(1).split("\n")
    half = next(n for n, line in enumerate(lines) if "1.3" in line)
    pages = "\n".join(lines[:half]), "\n".join(lines[half:])
    for made in (document(*pages, doubts=(Doubt(1, 0, "ocr"),)), document(*pages, ocr=(1,))):
        copy = read(made)
        assert {(r.evidence.page, r.doubt) for r in copy.readings} == {(1, OCR), (2, None)}
        assert copy.is_ocr
    assert not read(document(*pages)).is_ocr


def one(raw: str, first: int = 3, last: int | None = None, page: int = 1, field: str = "rationale") -> Reading:
    return Reading("a-1", field, None, Evidence(page, first, first if last is None else last, 0, 9, raw), raw)


@pytest.mark.parametrize(
    ("reading", "doubt", "expected"),
    [
        (one("งบ 18,000 บาท"), Doubt(1, 3, "second_reader", "18,000", "180,000"), OTHER_SEES),
        (one("งบ 18,000 บาท"), Doubt(1, 3, "second_reader", "18,000", ""), f"{SECOND_READER}–"),
        (one("งบ 18,000 บาท"), Doubt(1, 3, "second_reader", "19,000", "180,000"), None),  # not what it prints
        (one("งบ 18,000 บาท"), Doubt(1, 4, "second_reader", "18,000", "180,000"), None),  # another line
        (one("งบ 18,000 บาท"), Doubt(2, 3, "second_reader", "18,000", "180,000"), None),  # another page
        (one("ปี\n18,000", 3, 5), Doubt(1, 4, "second_reader", "18,000", "180,000"), OTHER_SEES),
        (one("ปี\n18,000", 40, 2), Doubt(2, 1, "second_reader", "18,000", "180,000"), OTHER_SEES),  # over a page break
        (one("ปี\n18,000", 40, 2), Doubt(2, 3, "second_reader", "18,000", "180,000"), None),
        (
            one("1,2 18,000", field="reports"),
            Doubt(1, 3, "second_reader", "18,000", "180,000"),
            None,
        ),  # the list of rows
        (one("ปี\n18,000", 40, 2), Doubt(2, 0, "ocr"), OCR),
    ],
)
def test_a_doubt_counts_where_its_text_stands(reading, doubt, expected):
    (found,) = with_doubts([reading], document("", "", doubts=(doubt,)))
    assert found == reading._replace(doubt=expected)


def test_recognised_text_is_called_so_even_where_another_reader_differs():
    doubts = Doubt(1, 3, "second_reader", "18,000", "180,000"), Doubt(1, 0, "ocr")
    assert [r.doubt for r in with_doubts([one("18,000")], document("", doubts=doubts))] == [OCR]


def test_what_only_the_other_reader_sees_is_told_once_with_the_copy_of_its_page():
    seen = [
        Doubt(page, 0, "second_reader", "", other) for page, other in ((3, "9"), (2, "180,000"), (1, "7"), (9, "1"))
    ]
    made = document("", "", doubts=(*seen, Doubt(1, 3, "second_reader", "5", "6"), Doubt(1, 0, "ocr")))
    assert overlooked(made, [2, 4]) == ["1 7\n2 180,000", "3 9\n9 1"]
    assert overlooked(document(""), [1]) == [None]
    assert read(document(printed(1), doubts=(seen[2],))).overlooked == "1 7"


def test_pages_that_were_not_read_belong_to_the_copy_they_stand_in() -> None:
    made = document("", "", "", doubts=tuple(Doubt(page, 0, "picture") for page in (3, 2, 1)))
    assert unread_pages(made, [1, 3]) == ["1", "2, 3"]
    assert unread_pages(made, [1]) == ["1, 2, 3"]
    assert read(document(printed(1), "", doubts=(Doubt(2, 0, "picture"),))).unread_pages == "2"


# ---------------------------------------------------------------- which value is chosen


def copy(file: int, values: Printed, doubts: str | dict[str, str] | None = None, ordinal: int = 1, **more) -> FormCopy:
    return printed_copy(values, ordinal, sha=sha(file), media_type="application/pdf", doubts=doubts, **more)


def decide(*copies: FormCopy) -> dict[str, Decision]:
    return by_address(reconcile(copies, context()))


def between(*printed: tuple[str | None, object], address: str = "budget_received") -> Decision:
    """The decision when files print these values there, each with its doubt, and the same everywhere else."""
    doubted = [(value, {address: doubt} if doubt else None) for doubt, value in printed]
    copies = [copy(n, {**PLAIN, address: value}, doubts) for n, (value, doubts) in enumerate(doubted, start=1)]
    decisions = [decide(*order)[address] for order in (copies, copies[::-1])]
    assert told(decisions[0]) == told(decisions[1])
    assert decisions[0].is_decidable == (decisions[0].confidence != "contested")
    return decisions[0]


def test_pictures_never_outvote_text():
    decision = between((OCR, "1.00"), (OCR, "1.00"), (OCR, "1.00"), (None, "2.00"))
    assert told(decision) == ("2.00", "text_over_ocr", "resolved")
    assert set(decision.alternatives) == {"1.00", "2.00"}


def test_a_picture_does_not_break_a_tie_of_texts():
    assert told(between((OCR, "2.00"), (None, "1.00"), (None, "2.00")))[1:] == ("first_complete_copy", "contested")
    decision = between((OCR, "3.00"), (None, "1.00"), (None, "1.00"), (None, "2.00"))
    assert told(decision) == ("1.00", "typed_majority", "resolved")


def test_a_picture_and_a_text_that_say_the_same_agree():
    assert told(between((OCR, "2.00"), (None, "2.00"))) == ("2.00", "agreed", "agreed")


def test_a_value_that_one_picture_shows_is_shown_and_contested():
    assert told(between((OCR, "2.00"))) == ("2.00", "ocr_only", "contested")
    assert told(between((OCR, None))) == (None, "ocr_only", "contested")


def test_two_files_recognised_alike_agree_and_two_copies_of_one_file_do_not():
    assert told(between((OCR, "2.00"), (OCR, "2.00"))) == ("2.00", "ocr_agreed", "resolved")
    twice = decide(copy(1, PLAIN, OCR, 1), copy(1, PLAIN, OCR, 2))
    assert {told(d)[1:] for d in twice.values()} == {("ocr_only", "contested")}


def test_pictures_that_differ_are_decided_by_two_files_alike_only():
    assert told(between((OCR, "1.00"), (OCR, "2.00")))[1:] == ("ocr_only", "contested")
    assert told(between((OCR, "1.00"), (OCR, "2.00"), (OCR, "2.00"))) == ("2.00", "ocr_agreed", "resolved")
    pairs = [(OCR, value) for value in ("1.00", "2.00", "1.00", "2.00")]
    assert told(between(*pairs))[1:] == ("ocr_only", "contested")


@pytest.mark.parametrize("nothing", [None, Bad("18O,000")])
def test_where_text_says_no_value_the_picture_is_shown_and_contested(nothing):
    assert told(between((OCR, "2.00"), (None, nothing))) == ("2.00", "ocr_only", "contested")


def test_a_form_that_is_one_picture_is_contested_in_every_value():
    delivery = reconcile([copy(1, {**PLAIN, **reports(("2", REPORT))}, OCR)], context())
    assert {told(d)[1:] for d in delivery.decisions} == {("ocr_only", "contested")}
    assert delivery.report_addresses == ("reports[1]", "reports[2]")


def test_a_form_in_text_beside_its_picture_is_decided_by_the_text_alone():
    misread = {k: v.replace("0", "8").replace("ก", "ถ") for k, v in PLAIN.items() if k != "project_code"}
    decisions = decide(copy(1, {"project_code": CODE, **misread}, OCR), copy(2, PLAIN))
    assert {a: d.value for a, d in decisions.items() if a in PLAIN} == PLAIN
    assert {d.rule for d in decisions.values()} <= {"text_over_ocr", "agreed", "single"}


def test_a_row_or_item_that_only_the_picture_shows_is_misread_beside_a_complete_text():
    seen = {**PLAIN, "targets[2]": "ครูทุกคนรายงานผลทุกเดือน", **reports(("8", REPORT | {"date": "2019-12-25"}))}
    for order in ((seen, PLAIN), (PLAIN, seen)):
        copies = [copy(n, values, OCR if values is seen else None) for n, values in enumerate(order, start=1)]
        delivery = reconcile(copies, context())
        assert delivery.report_addresses == ("reports[1]",)
        assert told(by_address(delivery)["reports"]) == ("1", "text_over_ocr", "resolved")
        assert "targets[2]" not in by_address(delivery)


def test_rows_and_items_behind_the_end_of_a_cut_text_are_those_of_the_picture():
    seen = {**PLAIN, "targets[2]": "ครูทุกคนรายงานผลทุกเดือน", **reports(("2", REPORT | {"date": "2019-12-25"}))}
    delivery = reconcile([copy(1, seen, OCR), copy(2, PLAIN, is_truncated=True, is_closed=False)], context())
    assert delivery.report_addresses == ("reports[1]", "reports[2]")
    assert told(by_address(delivery)["targets[2]"])[1:] == ("ocr_only", "contested")
    assert told(by_address(delivery)["reports[2].date"])[1:] == ("ocr_only", "contested")


def test_a_bullet_that_a_picture_lost_does_not_join_two_bullets_of_the_text():
    two = {**PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติ", "targets[2]": "ครูทุกคนรายงานผลทุกเดือน"}
    joined = {**PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติ ครูทุกคนรายงานผลทุกเดือน"}
    decisions = decide(copy(1, joined, OCR), copy(2, two))
    assert [decisions[f"targets[{n}]"].value for n in (1, 2)] == [two["targets[1]"], two["targets[2]"]]


def test_long_text_is_that_of_the_text_with_each_difference_of_the_picture_shown():
    texts = "เด็กทุกคนอ่านหนังสือและเล่านิทาน", "เด็กทุกคนอ่านหนังลือและเล่านิทาน"
    decision = between((None, texts[0]), (OCR, texts[1]), address="rationale")
    assert told(decision) == (texts[0], "text_over_ocr", "resolved")
    assert len(decision.alternatives) == 2
    assert told(between((OCR, texts[0]), (OCR, texts[1]), address="rationale"))[1:] == ("ocr_only", "contested")


def test_a_person_in_a_picture_does_not_replace_the_unit_in_the_text():
    unit = {**PLAIN, "responsible": "ฝ่ายการศึกษา 7001", "responsible.unit": "ฝ่ายการศึกษา", "responsible.phone": "7001"}
    name = {**PLAIN, "responsible": "กล้า ใจดี 7002", "responsible.name": "กล้า ใจดี", "responsible.phone": "7002"}
    decisions = decide(copy(1, name, OCR), copy(2, name, OCR), copy(3, unit))
    assert told(decisions["responsible"]) == ("ฝ่ายการศึกษา 7001", "text_over_ocr", "resolved")
    assert "responsible.name" not in decisions
    assert decisions["responsible.phone"].value == "7001"


# ---------------------------------------------------------------- another reader sees something else


def test_a_value_that_another_reader_doubts_is_contested_unless_a_copy_beyond_doubt_says_the_same():
    assert told(between((OTHER_SEES, "2.00"))) == ("2.00", "second_reader", "contested")
    assert told(between((OTHER_SEES, "2.00"), (OTHER_SEES, "2.00")))[1:] == ("second_reader", "contested")
    assert told(between((OTHER_SEES, "2.00"), (OCR, "2.00")))[1:] == ("second_reader", "contested")
    assert told(between((OTHER_SEES, "2.00"), (None, "2.00"))) == ("2.00", "agreed", "agreed")


def test_a_majority_of_doubted_readings_stays_contested():
    decision = between((OTHER_SEES, "2.00"), (OTHER_SEES, "2.00"), (None, "3.00"))
    assert told(decision) == ("2.00", "second_reader", "contested")
    assert told(between((OTHER_SEES, "2.00"), (None, "2.00"), (None, "3.00")))[1:] == ("typed_majority", "resolved")


def test_a_doubted_span_of_long_text_is_contested():
    texts = "มีเด็ก 40 คน มาอ่าน", "มีเด็ก 48 คน มาอ่าน"
    doubted = (OTHER_SEES, texts[0])
    assert told(between(doubted, doubted, (None, texts[1]), address="rationale")) == (
        texts[0],
        "second_reader",
        "contested",
    )


# ---------------------------------------------------------------- letters that were lost


def test_a_text_that_lost_letters_loses_to_a_sound_one_and_is_shown_where_there_is_none():
    lost = Lost("พัฒนาห้องส\ufffdดชุมชน"), Lost("พัฒ\ufffd\ufffdห้องส\ufffdดชุมชน")
    assert told(between((None, lost[0]), (None, PLAIN["project_name"]), address="project_name")) == (
        PLAIN["project_name"], "only_well_formed", "resolved",
    )  # fmt: skip
    assert told(between((None, lost[1]), (None, lost[0]), address="project_name")) == (
        lost[0].raw, "lost_letters", "contested",
    )  # fmt: skip
    assert told(between((None, lost[0]), address="project_name")) == (lost[0].raw, "lost_letters", "contested")


def test_a_status_that_lost_letters_is_the_only_known_word_that_fits():
    address = "reports[1].plan_status"
    assert told(between((None, Lost("เป็นไป\ufffdามแผน")), address=address)) == (
        "เป็นไปตามแผน",
        "fitting_word",
        "resolved",
    )
    assert told(between((None, Lost("เป็นไป\ufffdามผน")), address=address)) == (
        "เป็นไป\ufffdามผน",
        "lost_letters",
        "contested",
    )


def test_a_status_that_two_known_words_fit_stays_as_it_is():
    given = context()
    words = {"reports.plan_status": ("ล่าช้ากว่าแผน", "เร็วกว่าแผน")}
    given = replace(given, registers=replace(given.registers, status_words=words))
    damaged = copy(1, {**PLAIN, "reports[1].plan_status": Lost("\ufffdกว่าแผน")})
    assert told(by_address(reconcile([damaged], given))["reports[1].plan_status"])[1:] == ("lost_letters", "contested")


@pytest.mark.parametrize(
    ("damaged", "word", "expected"),
    [
        ("ล\ufffdาช้ากว่าแผน", "ล่าช้ากว่าแผน", True), ("ต\ufffd\ufffdากว่าเป้าหมาย", "ต่ำกว่าเป้าหมาย", True),
        ("ต\ufffdากว่าเป้าหมาย", "ต่ำกว่าเป้าหมาย", True), ("ต\ufffdกว่าเป้าหมาย", "ต่ำกว่าเป้าหมาย", True),
        ("ล\ufffdาช้ากว่าแผน", "ช้ากว่าแผน", False), ("\ufffd", "เป็นไปตามแผน", False),
        ("เป็นไปตามแผน\ufffd", "เป็นไปตามแผน", False), ("(\ufffd*", "ยกเลิก", False),
    ],
)  # fmt: skip
def test_a_mark_stands_for_one_letter_or_a_few(damaged, word, expected):
    assert fits(damaged, word) is expected


def test_the_order_of_copies_does_not_depend_on_doubts_that_disappear_again():
    delivery: Delivery = reconcile([copy(1, PLAIN, OCR), copy(2, PLAIN)], context())
    assert reconcile(delivery.copies, context()) == delivery
