"""The second reader: it finds each wrong value, and is silent where both read the same in different ways."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from functools import cache

import pytest

from extract.document import Doubt, Line, Page
from extract.options import Options
from extract.pdf import witness
from extract.pdf.reader import read_pdf
from tests.extract.pdf_bytes import ROOT, SHARED_PDFS, build_pdf, stream, text_at
from tests.extract.pdf_corpus import by_hand, by_libraries, invented

pytest.importorskip("pypdfium2", reason="the extra kaona[pdfium] is not installed")

WITHOUT_OCR = Options(ocr=False)
NO_WITNESS = {
    "hand_glyph_by_glyph",  # of letters placed one by one in a font without its program PDFium drops all
    "hand_turned",  # of upright text on a page turned by its content it drops a fifth
}

FORM = [
    "รหัสโครงการ : 50410000-0952",
    "เริ่มต้นโครงการ : 2020-11-15 00:00:00",
    "งบประมาณที่ได้รับ : 1,234,567.50 บาท",
    "ความก้าวหน้าของงาน = ๔๕.๒๕ % งบประมาณที่เบิกใช้ = 500 บาท",
    "รายงานครั้งที่ 3 : 12/11/2563 : อบรม 120 คน ครบทั้ง ๓ ครั้ง",
    "ลงชื่อผู้รับผิดชอบโครงการในตำแหน่งหัวหน้าฝ่าย",
]


def drawn(lines):
    return build_pdf(b"\n".join(text_at(50, 800 - 20 * at, text) for at, text in enumerate(lines)))


def page(lines, number=1):
    return Page(number, tuple(Line(number, at, text) for at, text in enumerate(lines, 1)))


def told(*lines, as_drawn=FORM):
    """What the second reader says of a PDF of `as_drawn` that we read as `lines`."""
    return witness.doubts(drawn(as_drawn), (page(lines),))


def doubt(line, printed, other):
    return Doubt(1, line, "second_reader", printed, other)


def test_it_agrees_with_what_is_drawn():
    assert told(*FORM) == []


@pytest.mark.parametrize(
    ("right", "wrong", "expected"),
    [
        ("50410000-0952", "50410000-0953", doubt(1, "50410000-0953", "50410000-0952")),
        ("50410000-0952", "5041000-0952", doubt(1, "5041000-0952", "50410000-0952")),
        ("50410000-0952", "50410000 0952", doubt(1, "50410000", "50410000-0952")),
        ("50410000-0952", "", doubt(0, "", "50410000-0952")),
        ("2020-11-15", "2020-11-51", doubt(2, "2020-11-51", "2020-11-15")),
        ("1,234,567.50", "1,234,567.5", doubt(3, "1,234,567.5", "1,234,567.50")),
        ("1,234,567.50", "1,234,56750", doubt(3, "1,234,56750", "1,234,567.50")),
        ("1,234,567.50", "1,234567.50", doubt(3, "1,234567.50", "1,234,567.50")),
        ("1,234,567.50", "234,567.50", doubt(3, "234,567.50", "1,234,567.50")),
        ("1,234,567.50", "9,234,567.50", doubt(3, "9,234,567.50", "1,234,567.50")),
        ("๔๕.๒๕", "๔๕.๒๖", doubt(4, "๔๕.๒๖", "๔๕.๒๕")),
        ("๔๕.๒๕", "๔๕๒๕", doubt(4, "๔๕๒๕", "๔๕.๒๕")),
        ("500 บาท", "5000 บาท", doubt(4, "5000", "500")),
        ("500 บาท", "50 บาท", doubt(4, "50", "500")),
        ("12/11/2563", "21/11/2563", doubt(5, "21/11/2563", "12/11/2563")),
        ("12/11/2563", "11/12/2563", doubt(5, "11/12/2563", "12/11/2563")),
        ("อบรม", "อบรม 7,700.00", doubt(5, "7,700.00", "")),
    ],
)
def test_a_wrong_value_is_told_with_its_line_and_with_what_stands_there(right, wrong, expected):
    assert told(*(line.replace(right, wrong) for line in FORM)) == [expected]


def test_two_wrong_values_are_each_told_with_their_own():
    lines = [line.replace("1,234,567.50", "1,284,567.50").replace("50410000-0952", "50410000-0962") for line in FORM]
    assert told(*lines) == [
        doubt(1, "50410000-0962", "50410000-0952"),
        doubt(3, "1,284,567.50", "1,234,567.50"),
    ]


@pytest.mark.parametrize(
    ("text", "as_we_read"),
    [
        ("1,234,567.50", "๑,๒๓๔,๕๖๗.๕๐"),  # values are compared, not digits
        ("12/11/2563 : อบรม 120 คน", "12/11/2563 : อบรม 150 คน"),  # a plain number is no typed value
        ("ลงชื่อผู้รับผิดชอบ", "ลงชื่อ ผู้รับผิด ชอบ"),
        ("50410000-0952", "50410000 - 0952"),
    ],
)
def test_what_is_no_other_value_is_not_told(text, as_we_read):
    assert told(*(line.replace(text, as_we_read) for line in FORM)) == []


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (["งบประมาณ 1,234,567.", "50 บาท"], ["งบประมาณ 1,234,567.50 บาท"]),
        (["งบประมาณ 1,234,567.50 บาท"], ["งบประมาณ 1,234,567.", "50 บาท"]),
        (["โทร.1540", "1.30 หลักการ"], ["โทร.15401.30 หลักการ"]),
        (["รหัส 50410000-", "0952 จำนวน"], ["รหัส 50410000-0952 จำนวน"]),
        (["ก่อน 7,000 หลัง", "จ่าย 8,000 บาท"], ["จ่าย 8,000 บาท", "ก่อน 7,000 หลัง"]),
        (["โทร.12", "20.50 และ 20.50 บาท"], ["โทร.1220.50 และ 20.50 บาท"]),
        # what PDFium makes of marks that another font draws first
        (["รหัส 50410000-0952", "งบประมาณ 1,300 บาท"], ["รหัส 50410000 0952 -", "งบประมาณ 1 300 บาท ,"]),
    ],
)
def test_broken_glued_and_moved_values_are_the_same_values(ours, theirs):
    assert told(*ours, *FORM, as_drawn=[*theirs, *FORM]) == []


@pytest.mark.parametrize(("ours", "theirs"), [("1,300", "1 400 ,"), ("1,300", "1300")])
def test_gaps_for_marks_do_not_hide_another_number(ours, theirs):
    found = told(f"งบประมาณ {ours} บาท", *FORM, as_drawn=[f"งบประมาณ {theirs} บาท", *FORM])
    assert [d.printed for d in found if d.printed] == [ours]


def test_a_wrong_value_that_is_broken_over_two_lines_is_told_from_the_first_on():
    lines = ["งบประมาณ 1,234,569.", "50 บาท"]
    found = told(*lines, as_drawn=["งบประมาณ 1,234,567.50 บาท"])
    assert found == [doubt(1, "1,234,569", "1,234,567.50"), doubt(2, "50", "")]


def test_a_row_that_we_joined_over_a_page_break_is_no_other_value():
    first, second = FORM[:4], FORM[4:]
    pdf = build_pdf(*(b"\n".join(text_at(50, 800 - 20 * n, t) for n, t in enumerate(p)) for p in (first, second)))
    assert witness.doubts(pdf, (page(first), page(second, 2))) == []
    moved = [*first, "12/11/2563"], [second[0].replace("12/11/2563", ""), *second[1:]]
    assert witness.doubts(pdf, (page(moved[0]), page(moved[1], 2))) == []
    assert witness.doubts(pdf, (page([*first, second[0]]), page(second[1:], 2))) == []
    lost = witness.doubts(pdf, (page(first), page(moved[1], 2)))
    assert lost == [Doubt(2, 0, "second_reader", "", "12/11/2563")]


def test_a_reader_that_drops_letters_is_no_witness():
    """PDFium sees another text: too few Thai letters, so what it does not see says nothing."""
    assert told(*FORM, as_drawn=["50410000-0952 2020-11-15 00:00:00"]) == []
    assert told(*FORM, as_drawn=[]) == []


def test_a_reader_that_misses_a_few_letters_still_tells_changed_values_but_not_missing_ones():
    lines = [*FORM * 3, "สรุปงบ 9,999.75 บาท", "สรุปงบ 8,128.25 บาท"]
    drawn_lines = [*FORM * 3, "สรป 8,126.25"]
    assert told(*lines, as_drawn=drawn_lines) == [doubt(20, "8,128.25", "8,126.25")]


def test_another_number_of_pages_or_a_file_that_pdfium_cannot_open_is_no_witness():
    wrong = page([line.replace("0952", "0953") for line in FORM])
    assert witness.doubts(drawn(FORM), (wrong, page([], 2))) == []
    assert witness.doubts(b"%PDF-1.7\nnothing", (wrong,)) == []
    assert witness.doubts(b"", (wrong,)) == []


def test_a_page_of_too_much_text_is_not_compared(monkeypatch):
    monkeypatch.setattr(witness, "MAX_CHARACTERS", 50)
    assert told(*(line.replace("0952", "0953") for line in FORM)) == []


def pages_of_numbers(count):
    """What we read and what is drawn: other amounts throughout."""
    ours = [" ".join(f"{n * 7919 % 100_000:,}.{n % 100:02}" for n in range(at, at + 10)) for at in range(0, count, 10)]
    other = ["ก " + " ".join(f"{n:,}.5555" for n in range(at, at + 10)) for at in range(9000, 9000 + count, 10)]
    return page(["ก" * (count // 10), *ours]), drawn(other)


def test_where_both_read_a_page_of_other_numbers_nothing_is_told_and_little_time_is_spent():
    ours, pdf = pages_of_numbers(4000)
    begin = time.process_time()
    assert witness.doubts(pdf, (ours,)) == []
    assert time.process_time() - begin < 2  # it takes a tenth of it


def test_of_many_wrong_values_each_is_told():
    ours, pdf = pages_of_numbers(150)
    found = witness.doubts(pdf, (ours,))
    assert [each.printed for each in found if each.line] == [n.printed for n in witness.numbers(text_of(ours))]


def text_of(ours):
    return "\n".join(line.text for line in ours.lines)


def test_values_in_form_fields_are_seen():
    fields = {
        100: b"<< /Fields [101 0 R] /DA (/F1 12 Tf) >>",
        101: b"<< /FT /Tx /T (budget) /V (9,876.50) /Kids [102 0 R] >>",
        102: b"<< /Type /Annot /Subtype /Widget /Parent 101 0 R /Rect [50 500 200 520] /F 4 /AP << /N 103 0 R >> >>",
        103: stream(b"", "/Type /XObject /Subtype /Form /BBox [0 0 150 20]"),
    }
    content = b"\n".join(text_at(50, 800 - 20 * at, text) for at, text in enumerate(FORM))
    pdf = build_pdf(content, page="/Annots [102 0 R]", extra=fields)
    pdf = pdf.replace(b"/Type /Catalog", b"/Type /Catalog /AcroForm 100 0 R", 1)
    assert witness.doubts(pdf, (page([*FORM, "9,876.50"]),)) == []
    assert witness.doubts(pdf, (page([*FORM, "9,876.80"]),)) == [doubt(7, "9,876.80", "9,876.50")]


# ---------------------------------------------------------------- all PDFs at hand


@cache
def corpus():
    made = invented(2)
    return {made.name: made.data for made in (*by_hand(*made), *by_libraries(*made))}


@cache
def readable():
    inbox = ROOT / "data" / "samples" / "inbox"
    expected = json.loads((inbox.parent / "expected.json").read_text(encoding="utf-8"))["files"]
    files = {n: inbox / n for n, e in expected.items() if e["status"] == "read" and n.endswith(".pdf")}
    if SHARED_PDFS.is_dir():
        manifest = json.loads((SHARED_PDFS / "manifest.json").read_text(encoding="utf-8"))
        files |= {e["file"]: SHARED_PDFS / e["file"] for e in manifest if not e["expect"].startswith("rejected")}
    return {name: path.read_bytes() for name, path in files.items()} | corpus()


@cache
def read(name):
    return read_pdf(readable()[name], WITHOUT_OCR).pages


def test_the_shared_files_are_there():
    if not SHARED_PDFS.is_dir():
        pytest.skip("the shared PDFs are not beside this checkout")
    assert sum(name.endswith(".pdf") for name in readable()) >= 24


@pytest.mark.parametrize("name", readable())
def test_nothing_is_told_of_a_file_that_is_read_rightly(name):
    assert witness.doubts(readable()[name], read(name)) == []


VALUES = re.compile(r"\d{8}-\d{4}|\d{4}-\d\d-\d\d|\d+/\d+/\d{4}|\d+(?:,\d{3})+(?:\.\d\d)?|\d+\.\d\d(?!\d)")


def wrong_readings(value):
    """The value with one digit changed, lost and added, without its last mark, with two digits swapped, and nothing."""
    digit = next(c for c in reversed(value) if c.isdigit())
    at = value.rindex(digit)
    yield value[:at] + str((int(digit) + 3) % 10) + value[at + 1 :]
    yield value[:at] + value[at + 1 :]
    yield "7" + value
    marks = [place for place, c in enumerate(value) if not c.isdigit()]
    if marks:
        yield value[: marks[-1]] + value[marks[-1] + 1 :]
    if value[0] != value[1] and value[1].isdigit():
        yield value[1] + value[0] + value[2:]
    yield ""


@pytest.mark.parametrize("name", sorted(readable().keys() - NO_WITNESS))
def test_each_wrong_value_is_told(name, monkeypatch):
    pages = read(name)
    texts = witness._texts(readable()[name], len(pages))
    monkeypatch.setattr(witness, "_texts", lambda data, count: texts)
    line = next(line for page in reversed(pages) for line in page.lines if VALUES.search(line.text))
    at = line.page - 1
    tried = 0
    for match in VALUES.finditer(line.text):
        for wrong in wrong_readings(match[0]):
            text = line.text[: match.start()] + wrong + line.text[match.end() :]
            lines = tuple(each._replace(text=text) if each is line else each for each in pages[at].lines)
            changed = (*pages[:at], Page(line.page, lines), *pages[at + 1 :])
            found = witness.doubts(b"", changed)
            assert [each.other for each in found] == [match[0]], (text, found)
            assert [(each.page, each.line) for each in found] == [(line.page, line.number if wrong else 0)]
            assert all(each.printed in text for each in found)
            tried += 1
    assert tried


def test_asking_whether_it_is_there_does_not_load_it():
    code = "import sys; from extract.pdf import witness; witness.is_available(); sys.exit('pypdfium2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
    assert witness.is_available()


def test_it_is_not_there_without_the_package(monkeypatch):
    monkeypatch.setattr(witness, "find_spec", lambda name: None)
    assert not witness.is_available()
