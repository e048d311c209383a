"""Texts in form fields and typed notes, which are not part of the page's drawing, and where they are read."""

import io
import time
from collections import Counter

import pytest

from extract.pdf.fields import XFA_NOTE, field_texts
from extract.pdf.insertion import insert
from extract.pdf.objects import BoundedDocument
from extract.pdf.pages import pages_of
from extract.pdf.placed import PlacedLine
from extract.pdf.reader import read_pdf
from extract.pdf.streams import TooMuch
from extract.pdf.text_strings import is_cp874, text_of
from tests.extract.drawn_form import LEFT, SIZE, laid_out, width
from tests.extract.pdf_bytes import build_pdf, stream, text_at
from tests.transform.reading import PROJECT, differences, documents, read_document

LABEL = text_at(50, 700, "ปีงบประมาณ :")
DA = "/DA (/Helv 12 Tf 0 g)"


def utf16(text):
    return f"<FEFF{text.encode('utf-16-be').hex()}>"


def widget(value, x=200, y=696, *, height=16, wide=200, kind="/Tx", more=""):
    entry = "" if value is None else f"/V {value}"
    rectangle = f"[{x} {y} {x + wide} {y + height}]"
    return f"<< /Type /Annot /Subtype /Widget /FT {kind} /Rect {rectangle} {entry} {DA} {more} >>"


def form(*annotations, content=LABEL, page="", catalog="/AcroForm << /Fields [] >>", extra=None):
    annotations = " ".join(annotations)
    objects = {1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(), **(extra or {})}
    return build_pdf(content, page=f"/Annots [{annotations}] {page}", extra=objects)


def texts(pdf):
    return [line.text for line in read_pdf(pdf).lines()]


def notes(pdf):
    return read_pdf(pdf).notes


def placed(pdf):
    document = BoundedDocument(pdf)
    found = Counter()
    return [line for page in pages_of(document) for line in field_texts(document, page, found)], found


# whole forms


def fields_of(page):
    """The labels of a page as drawn text, and every other cell as a field where that cell stood."""
    content, fields = [], []
    for row in page:
        for cell in row:
            if cell.x == LEFT:
                content += [text_at(line.start, line.baseline, line.text, SIZE) for line in cell.placed()]
                continue
            height = cell.leading * len(cell.lines)
            more = f"/DA (/F1 {SIZE} Tf) /Ff {1 << 12 if len(cell.lines) > 1 else 0}"
            box = f"/Rect [{cell.x} {cell.baseline + 11 - height} {cell.x + max(map(width, cell.lines))} {cell.baseline + 11}]"
            fields.append(
                f"<< /Subtype /Widget /FT /Tx {box} /V {utf16(chr(10).join(cell.lines))} {more} >>"
            )  # fmt: skip
    return b" ".join(content), fields


def test_a_form_whose_values_are_all_in_fields_is_read_like_a_printed_one():
    contents, extra = [], {1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /NeedAppearances true /Fields [] >> >>"}
    for number, page in enumerate(laid_out()):
        content, fields = fields_of(page)
        contents.append(content)
        extra[100 + number] = f"[{' '.join(fields)}]".encode()
    pdf = build_pdf(*contents, extra=extra)
    for number in range(len(contents)):
        at = f"{10 + 2 * number} 0 obj\n<< /Type /Page".encode()
        assert at in pdf
        pdf = pdf.replace(at, at + f" /Annots {100 + number} 0 R".encode())
    file = read_document(read_pdf(pdf), "a.pdf")
    found = documents(file)
    assert list(found) == [PROJECT.code]
    assert differences(PROJECT, found[PROJECT.code]) == []
    assert [line.text for line in file.outcome.unread] == []


def test_a_form_of_reportlab_gives_its_values():
    canvas = pytest.importorskip("reportlab.pdfgen.canvas")
    target = io.BytesIO()
    page = canvas.Canvas(target)
    page.drawString(50, 700, "Code :")
    page.acroForm.textfield(name="code", value="50410000-0952", x=150, y=694, width=200, height=18)
    page.drawString(50, 660, "Plan :")
    page.acroForm.choice(
        name="plan", value="B", options=[("Ahead", "A"), ("On plan", "B")], x=150, y=654, width=200, height=18
    )
    page.acroForm.checkbox(name="done", checked=True, x=50, y=600)
    page.save()
    lines, found = placed(target.getvalue())
    assert [line.text for line in lines] == ["50410000-0952", "On plan"]
    assert found["ticked boxes left out"] == 1


# where a text is read


def test_the_text_of_a_field_follows_its_label():
    assert texts(form(widget("(2563)"))) == ["ปีงบประมาณ : 2563"]


def test_texts_between_two_labels_on_one_line_stand_between_them():
    content = text_at(50, 700, "เริ่ม :") + text_at(250, 700, "สิ้นสุด :") + text_at(50, 680, "รหัส")
    fields = widget("(2020)", 400, wide=90), widget("(2019)", 120, wide=90)
    assert texts(form(*fields, content=content)) == ["เริ่ม : 2019 สิ้นสุด : 2020", "รหัส"]


def test_a_field_over_a_dotted_line_takes_its_place():
    content = text_at(50, 700, "ชื่อ ............................ โทร. ............ บาท")
    fields = widget(utf16("สมหมาย"), 75, wide=150), widget("(1935)", 285, wide=60)
    assert texts(form(*fields, content=content)) == ["ชื่อ สมหมาย โทร. 1935 บาท"]


def test_the_lines_of_a_field_stay_together_and_follow_the_label():
    content = text_at(50, 700, "เหตุผล :") + text_at(50, 600, "ท้าย")
    field = widget(utf16("หนึ่ง\r\nสอง\rสาม"), y=650, height=64, more="/Ff 4096")
    assert texts(form(field, content=content)) == ["เหตุผล : หนึ่ง", "สอง", "สาม", "ท้าย"]


def test_a_field_below_its_label_stands_between_the_lines():
    content = text_at(50, 700, "เหตุผล") + text_at(50, 600, "ท้าย")
    assert texts(form(widget(utf16("เพราะ"), 50, 640), content=content)) == ["เหตุผล", "เพราะ", "ท้าย"]


def test_fields_in_rows_below_a_heading_are_read_row_by_row():
    content = text_at(50, 700, "ครั้งที่") + text_at(200, 700, "วันที่") + text_at(50, 500, "ท้าย")
    cells = [
        widget(f"({name})", x, y, wide=90)
        for name, x, y in (("d2", 200, 600), ("1", 50, 640), ("2", 50, 600), ("d1", 200, 640))
    ]
    assert texts(form(*cells, content=content)) == ["ครั้งที่ วันที่", "1 d1", "2 d2", "ท้าย"]


def test_a_field_above_all_text_comes_first():
    assert texts(form(widget("(50410000-0952)", 50, 780))) == ["50410000-0952", "ปีงบประมาณ :"]


def test_a_page_of_nothing_but_fields_is_read():
    field = widget(utf16("สำนักงานเขต"), y=600)
    assert texts(form(field, widget(utf16("ฝ่ายโยธา"), y=700), content=b"")) == ["ฝ่ายโยธา", "สำนักงานเขต"]


@pytest.mark.parametrize("page_turn", [0, 90, 180, 270])
@pytest.mark.parametrize(
    ("content_turn", "turn"), [("1 0 0 1 0 0", 0), ("0 1 -1 0 595 0", 90), ("-1 0 0 -1 595 842", 180)]
)
def test_fields_of_a_turned_page_stand_with_their_labels(page_turn, content_turn, turn):
    content = f"q {content_turn} cm ".encode() + LABEL + text_at(50, 660, "รหัส :") + b" Q"
    rectangles = {
        0: ("[200 696 300 712]", "[200 656 300 672]"),
        90: ("[-117 200 -101 300]", "[-77 200 -61 300]"),
        180: ("[295 130 395 146]", "[295 170 395 186]"),
    }[turn]
    fields = [
        f"<< /Subtype /Widget /FT /Tx /Rect {rectangle} /V {value} {DA} /MK << /R {turn} >> >>"
        for rectangle, value in zip(rectangles, ("(2563)", "(5041)"), strict=True)
    ]
    pdf = form(*fields, content=content, page=f"/Rotate {page_turn}")
    assert texts(pdf) == ["ปีงบประมาณ : 2563", "รหัส : 5041"]


def test_text_that_fits_itself_to_its_field_has_a_size_that_fits():
    field = "<< /Subtype /Widget /FT /Tx /Rect [200 700 300 710] /V (2563) /DA (/Helv 0 Tf) >>"
    lines, _ = placed(form(field))
    assert lines[0].size == pytest.approx(7)
    assert 700 < lines[0].baseline < 710


# what the value of a field is


def test_attributes_are_inherited_from_the_field_it_is_part_of():
    extra = {
        100: b"<< /FT /Tx /V (2563) /DA (/Helv 9 Tf) /Kids [101 0 R] >>",
        101: b"<< /Parent 100 0 R /Kids [] >>",
    }
    field = "<< /Subtype /Widget /Rect [200 696 300 712] /Parent 101 0 R >>"
    lines, _ = placed(form(field, extra=extra))
    assert [(line.text, line.size) for line in lines] == [("2563", 9.0)]


def test_the_value_counts_where_the_appearance_shows_something_else():
    extra = {100: stream(text_at(2, 4, "1111"), "/Type /XObject /Subtype /Form /BBox [0 0 100 16]")}
    assert texts(form(widget("(2563)", more="/AP << /N 100 0 R >>"), extra=extra)) == ["ปีงบประมาณ : 2563"]


def test_a_field_drawn_without_a_value_is_noted():
    extra = {100: stream(text_at(2, 4, "1111"), "/Type /XObject /Subtype /Form /BBox [0 0 100 16]")}
    pdf = form(widget(None, more="/AP << /N 100 0 R >>"), extra=extra)
    assert "fields drawn without a value: 1" in notes(pdf)


def test_a_long_value_may_be_a_stream():
    extra = {100: stream(b"\xfe\xff" + "เพราะชุมชน".encode("utf-16-be"), packed=True)}
    assert texts(form(widget("100 0 R"), extra=extra)) == ["ปีงบประมาณ : เพราะชุมชน"]


def test_rich_text_counts_only_where_there_is_no_plain_value():
    rich = "/RV (<body><p>one &amp; <b>two</b></p><p>three</p></body>)"
    assert [line.text for line in placed(form(widget(None, more=rich)))[0]] == ["one & two", "three"]
    assert [line.text for line in placed(form(widget("(plain)", more=rich)))[0]] == ["plain"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("(a)", ["ahead"]),
        ("[(a) (c)]", ["ahead", "c"]),
        ("(typed by hand)", ["typed by hand"]),
        (None, ["behind"]),
    ],
)
def test_a_choice_shows_the_name_of_its_option_and_not_the_value(value, shown):
    options = "/Opt [[(a) (ahead)] [(b) (behind)] (c)] /I [1]"
    assert [line.text for line in placed(form(widget(value, kind="/Ch", more=options)))[0]] == shown


@pytest.mark.parametrize(
    ("annotation", "note"),
    [
        (widget("(x)", more="/F 2"), "hidden fields left out"),
        (widget("(x)", more="/F 32"), "hidden fields left out"),
        (widget("(x)", more="/Ff 8192"), "password fields left out"),
        (widget("/Yes", kind="/Btn", more="/AS /Yes"), "ticked boxes left out"),
        (widget("<< /Type /Sig >>", kind="/Sig"), "signatures left out"),
    ],
)
def test_what_is_left_out_is_noted(annotation, note):
    pdf = form(annotation)
    assert texts(pdf) == ["ปีงบประมาณ :"]
    assert f"{note}: 1" in notes(pdf)


@pytest.mark.parametrize(
    "annotation",
    [
        widget("/Off", kind="/Btn", more="/AS /Off"),
        widget(None, kind="/Btn", more="/Ff 65536 /MK << /CA (Print) >>"),
        widget(None),
        widget("()"),
        "<< /Subtype /Text /Rect [200 696 300 712] /Contents (sticky) >>",
        "<< /Subtype /Link /Rect [200 696 300 712] /Contents (link) >>",
        "null",
        "17",
    ],
)
def test_what_holds_no_text_of_the_form_is_passed_over_without_a_note(annotation):
    pdf = form(annotation)
    assert texts(pdf) == ["ปีงบประมาณ :"]
    assert notes(pdf) == ()


def test_a_note_typed_onto_the_page_is_read():
    note = f"<< /Subtype /FreeText /Rect [200 690 300 712] /Contents {utf16('2563')} {DA} >>"
    assert texts(form(note, catalog="")) == ["ปีงบประมาณ : 2563"]


# XFA


def test_a_form_that_exists_only_as_xfa_is_noted():
    pdf = form(catalog="/AcroForm << /XFA 100 0 R /Fields [] >>", extra={100: stream(b"<xdp/>")})
    assert f"{XFA_NOTE}: 1" in notes(pdf)


def test_a_form_with_xfa_beside_filled_fields_is_not():
    extra = {
        100: stream(b"<xdp/>"),
        101: b"<< /FT /Tx /T (a) /Kids [102 0 R] >>",
        102: b"<< /Parent 101 0 R /V (2563) >>",
    }
    pdf = form(catalog="/AcroForm << /XFA 100 0 R /Fields [101 0 R] >>", extra=extra)
    assert notes(pdf) == ()


# text strings


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (b"\xfe\xff" + "ปี".encode("utf-16-be"), "ปี"),
        (b"\xff\xfe" + "ปี".encode("utf-16-le"), "ปี"),
        (b"\xef\xbb\xbf" + "ปี".encode(), "ปี"),
        (b"\xfe\xff" + "\x1bth\x1bปี".encode("utf-16-be"), "ปี"),
        (b"A\x85B \xe9", "A–B é"),
        (b"\xfe\xff\x0e", ""),
        (b"", ""),
    ],
)
def test_the_encodings_of_text_strings(written, text):
    assert text_of(written) == text


def test_thai_of_old_programs_is_recognised_by_its_bytes():
    assert is_cp874("โทร.1935 นายสมหมาย".encode("cp874"))
    assert not is_cp874("Zürich, Genève, Baden".encode("latin-1"))
    assert not is_cp874(b"\xfe\xff" + "ปี".encode("utf-16-be"))
    assert texts(form(widget(f"<{'สมหมาย'.encode('cp874').hex()}>"))) == ["ปีงบประมาณ : สมหมาย"]


# hostile input


@pytest.mark.parametrize(
    "extra",
    [
        {100: b"<< /Parent 100 0 R >>"},
        {100: b"<< /Parent 101 0 R >>", 101: b"<< /Parent 100 0 R >>"},
        {100: b"(no dictionary)"},
    ],
)
def test_fields_that_are_part_of_themselves_end(extra):
    field = "<< /Subtype /Widget /Rect [200 696 300 712] /Parent 100 0 R >>"
    assert texts(form(field, extra=extra)) == ["ปีงบประมาณ :"]


def test_a_tree_of_fields_that_leads_in_a_circle_ends():
    extra = {100: stream(b"<xdp/>"), 101: b"<< /Kids [101 0 R 102 0 R] >>", 102: b"<< /Kids [101 0 R] >>"}
    pdf = form(catalog="/AcroForm << /XFA 100 0 R /Fields [101 0 R] >>", extra=extra)
    assert f"{XFA_NOTE}: 1" in notes(pdf)


def test_one_text_shown_by_many_fields_counts_each_time():
    fields = ["<< /Subtype /Widget /FT /Tx /V 100 0 R /Rect [200 696 300 712] >>"] * 300
    with pytest.raises(TooMuch):
        placed(form(*fields, extra={100: b"(" + b"a" * 20_000 + b")"}))


def test_too_many_fields_are_too_much():
    with pytest.raises(TooMuch):
        placed(form(*["null"] * 10_001))


@pytest.mark.parametrize(
    "rectangle", ["[]", "[0 0]", "(x)", "[null 0 0 0]", "[0 0 0 0]", f"[0 0 1{'0' * 400} 1e999]", "[300 712 200 696]"]
)
def test_a_field_without_a_sensible_place_is_still_read(rectangle):
    field = f"<< /Subtype /Widget /FT /Tx /Rect {rectangle} /V (2563) {DA} >>"
    assert "2563" in " ".join(texts(form(field)))


def test_many_fields_on_one_line_cost_no_more_than_their_number():
    lines = [PlacedLine("ป้าย :" + "." * 20_000, 50, 500, 700, 11)] + [PlacedLine("ก", 50, 60, 700, 11)] * 2_000
    fields = [PlacedLine("ค่า", 100 + n / 100, 120 + n / 100, 700, 11) for n in range(5_000)]
    begin = time.process_time()
    found = insert(lines, fields)
    assert time.process_time() - begin < 5
    assert sum(line.text.count("ค่า") for line in found) == 5_000
    found = insert(lines[:1], fields)
    assert time.process_time() - begin < 5
    assert sum(line.text.count("ค่า") for line in found) == 5_000
