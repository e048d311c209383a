"""The fast interpreter: what it reads itself, what it leaves to pdfminer's, and that nothing is drawn twice by that."""

import pytest

from extract.pdf.interpreter import PageInterpreter
from extract.pdf.objects import BoundedDocument
from extract.pdf.reader import draw_pages, read_pdf
from extract.pdf.streams import Damaged, TooMuch
from tests.extract.doubting import Doubting
from tests.extract.pdf_bytes import build_pdf, show, stream, text_at


def drawn(pdf, interpreter):
    Doubting.doubts.clear()
    pages, notes = draw_pages(BoundedDocument(pdf), pdf, interpreter_class=interpreter)
    return pages, notes


def texts(pages):
    return [line.text for page in pages for line in page.lines]


TEXT = show("งบประมาณ")

READ_FAST = {
    "kerning": b"BT /F1 12 Tf 50 700 Td [" + TEXT.split()[0] + b" -40 <0E01> -5.5<0E02>.25] TJ ET",
    "no space between operands": b"BT/F1 12 Tf 50 700 Td" + TEXT + b" ET",
    "line operators": b"BT /F1 12 Tf 14 TL 50 700 Td " + TEXT + b" T* " + TEXT + b" 0 -20 TD " + TEXT + b" T* " + TEXT,
    "quotes": b"BT /F1 12 Tf 14 TL 50 700 Td <0E01> ' 3 1 <0E02> \" ET",
    "literal strings": b"BT /F1 12 Tf 50 700 Td (\\016\\001) Tj (\x0e\\\n\x02) Tj (\x0e\x03) Tj ET",
    "hexadecimal with spaces": b"BT /F1 12 Tf 50 700 Td <0 E0\n1> Tj ET",
    "saved states": b"q 1 0 0 1 9 9 cm BT /F1 12 Tf q 50 700 Td " + TEXT + b" Q " + TEXT + b" ET Q",
    "scaled and spaced": b"BT /F1 12 Tf 80 Tz 2 Tc 5 Tw 3 Ts 50 700 Td " + TEXT + b" 0 Tc " + TEXT + b" ET",
    "graphics": b"0.5 w [3 2] 0 d /GS0 gs 1 0 0 RG 0 0 m 9 9 l S 0 0 9 9 re f* /CS0 cs 0.1 0.2 scn "
    + text_at(50, 700, "ก"),
    "marked content": b"/P <</MCID 0>> BDC /Span <</ActualText <FEFF0E19>>> BDC " + text_at(50, 700, "ก") + b" EMC EMC",
    "long numbers": b"BT /F1 12.000000000000000001 Tf 50.1234567890123456789 700 Td [<0E01>-0.00001234567890123456] TJ ET",
    "invisible": b"BT 3 Tr /F1 12 Tf 50 700 Td " + TEXT + b" ET",
}
LEFT_TO_PDFMINER = {
    "text before any font": b"BT " + TEXT + b" /F1 12 Tf 50 700 Td " + TEXT + b" ET",
    "inline image": b"BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI " + text_at(50, 700, "ก"),
    "comment": b"% a remark\n" + text_at(50, 700, "ก"),
    "missing operand": b"7 Td " + text_at(50, 700, "ก"),
    "too many operands": b"BT /F1 12 Tf 1 50 700 Td " + TEXT + b" ET",
    "odd number": b"BT /F1 12 Tf 50 --700 Td " + TEXT + b" ET",
    "odd digits": b"BT /F1 12 Tf 50 700 Td <0E010> Tj ET",
    "unknown escape": b"BT /F1 12 Tf 50 700 Td (\x0e\x01\\q) Tj ET",
    "unknown operator": b"12 wat " + text_at(50, 700, "ก"),
    "unknown font": b"BT /F9 12 Tf 50 700 Td " + TEXT + b" ET",
    "name with an escape": b"BT /F#31 12 Tf 50 700 Td " + TEXT + b" ET",
    "reference in a property list": b"/Span <</ActualText 7 0 R>> BDC " + text_at(50, 700, "ก") + b" EMC",
}


@pytest.mark.parametrize("content", READ_FAST.values(), ids=READ_FAST)
def test_what_producers_write_is_read_fast_and_as_pdfminer_reads_it(content):
    pdf = build_pdf(content)
    fast = drawn(pdf, Doubting)
    assert Doubting.doubts == []
    assert fast == drawn(pdf, PageInterpreter)
    assert texts(fast[0])


@pytest.mark.parametrize("content", LEFT_TO_PDFMINER.values(), ids=LEFT_TO_PDFMINER)
def test_what_is_odd_is_left_to_pdfminer(content):
    pdf = build_pdf(content)
    result = drawn(pdf, Doubting)
    assert len(Doubting.doubts) == 1
    assert result == drawn(pdf, PageInterpreter)


def test_a_page_in_doubt_is_drawn_once_and_its_neighbours_stay_fast():
    odd = text_at(50, 700, "กลาง") + b" /X0 Do % doubt\n" + text_at(50, 650, "ท้าย")
    form = stream(text_at(50, 680, "แบบ"), "/Type /XObject /Subtype /Form /BBox [0 0 595 842]")
    pages = (text_at(50, 700, "ต้น"), odd, text_at(50, 700, "จบ"))
    pdf = build_pdf(*pages, resources="/XObject << /X0 100 0 R >>", extra={100: form})
    pages, _ = drawn(pdf, Doubting)
    assert texts(pages) == ["ต้น", "กลาง", "แบบ", "ท้าย", "จบ"]
    assert len(Doubting.doubts) == 1
    assert pages[1].glyphs == len("กลางแบบท้าย")


def test_limits_on_forms_count_a_page_in_doubt_once(monkeypatch):
    monkeypatch.setattr("extract.pdf.interpreter.MAX_FORMS", 3)
    form = stream(b"", "/Type /XObject /Subtype /Form /BBox [0 0 595 842]")
    pages = [b"/X0 Do % doubt\n" + text_at(50, 700, "ก")] * 3
    pdf = build_pdf(*pages, resources="/XObject << /X0 100 0 R >>", extra={100: form})
    assert [line.text for line in read_pdf(pdf).lines()] == ["ก"] * 3


def test_a_page_whose_drawing_breaks_off_is_damaged_not_read_in_part():
    with pytest.raises(Damaged):
        drawn(build_pdf(text_at(50, 700, "ก") + b" BT (\x0e\x01"), Doubting)


def test_tokens_over_the_end_of_a_stream_are_left_to_pdfminer():
    pdf = build_pdf(b"BT /F1 12 Tf 50 700 Td [<0E01>", extra={100: stream(b"<0E02>] TJ ET")})
    pdf = pdf.replace(b"/Contents 11 0 R", b"/Contents [11 0 R 100 0 R]")
    result = drawn(pdf, Doubting)
    assert len(Doubting.doubts) == 1
    assert texts(result[0]) == ["กข"]


def test_damage_cannot_make_the_expression_search_forever():
    for bait in (b"(" * 50_000, b"[" + b"<0E01>-1" * 20_000, b"<<" * 30_000, b"1 " * 100_000, b"(\\" * 50_000):
        pdf = build_pdf(stream(text_at(50, 700, "กขค") + b" " + bait, packed=True))
        try:
            assert texts(drawn(pdf, Doubting)[0])[:1] == ["กขค"]
        except (Damaged, TooMuch):
            continue


def test_the_structure_tree_speaks_for_marked_content_in_both_interpreters():
    tree = {
        100: b"<< /Type /StructTreeRoot /K 101 0 R /ParentTree << /Nums [0 [101 0 R]] >> >>",
        101: b"<< /Type /StructElem /S /Span /P 100 0 R /Pg 10 0 R /K 0 /ActualText <FEFF0E190E490E33> >>",
    }
    content = b"/Span <</MCID 0>> BDC " + text_at(50, 700, "นXY") + b" EMC " + text_at(68, 700, "ตาล")
    pdf = build_pdf(content, page="/StructParents 0", extra=tree)
    pdf = pdf.replace(b"/Pages 2 0 R >>", b"/Pages 2 0 R /StructTreeRoot 100 0 R >>")
    assert texts(drawn(pdf, Doubting)[0]) == texts(drawn(pdf, PageInterpreter)[0]) == ["น้ำตาล"]
    assert Doubting.doubts == []
