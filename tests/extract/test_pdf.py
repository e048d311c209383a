"""What a PDF's drawing operators become, shown on PDFs made by hand."""

import zlib

import pytest

from extract.pdf import reader
from extract.pdf.reader import read_pdf
from extract.rejection import Unreadable
from tests.extract.pdf_bytes import build_pdf, show, stream, text_at

NAM = "<FEFF0E190E490E33>"  # น้ำ


def texts(pdf):
    return [line.text for line in read_pdf(pdf).lines()]


def code(pdf):
    with pytest.raises(Unreadable) as caught:
        read_pdf(pdf)
    return caught.value.code


def xobject(content, entries=""):
    return stream(content, f"/Type /XObject /Subtype /Form /BBox [0 0 595 842] {entries}")


# lines


def test_lines_are_numbered_on_each_page_in_the_order_they_are_drawn():
    pdf = build_pdf(text_at(50, 600, "ท้าย") + text_at(50, 700, "ต้น"), text_at(50, 700, "หน้าสอง"))
    assert [(line.page, line.number, line.text) for line in read_pdf(pdf).lines()] == [
        (1, 1, "ท้าย"),
        (1, 2, "ต้น"),
        (2, 1, "หน้าสอง"),
    ]


def test_a_wrapped_cell_is_read_to_its_end_before_the_next_cell():
    cells = (
        text_at(50, 700, "เป็นไป") + text_at(50, 684, "ตามแผน") + text_at(200, 700, "สูงกว่า") + text_at(200, 684, "เป้า")
    )
    assert texts(build_pdf(cells)) == ["เป็นไป", "ตามแผน", "สูงกว่า", "เป้า"]


def test_cells_on_one_baseline_are_one_line_with_a_space_between():
    assert texts(build_pdf(text_at(50, 700, "ปีงบ") + text_at(300, 700, "2563"))) == ["ปีงบ 2563"]


def test_going_back_on_the_same_baseline_starts_another_line():
    assert texts(build_pdf(text_at(300, 700, "ขวา") + text_at(50, 700, "ซ้าย"))) == ["ขวา", "ซ้าย"]


def test_what_another_font_draws_first_goes_back_into_its_gaps():
    # LibreOffice draws the commas and hyphens that a Thai font lacks before the rest of the line
    amount = text_at(50, 700, "งบ :") + text_at(92, 700, ",") + text_at(116, 700, ",")
    amount += text_at(80, 700, "12") + text_at(98, 700, "345") + text_at(122, 700, "678") + text_at(150, 700, "บาท")
    assert texts(build_pdf(amount)) == ["งบ : 12,345,678 บาท"]


def test_a_line_whose_second_letter_is_drawn_first_is_put_in_order():
    assert texts(build_pdf(text_at(56, 700, ".") + text_at(50, 700, "1") + text_at(68, 700, "ชื่อ"))) == ["1. ชื่อ"]


def test_marks_stay_with_their_letters_when_a_line_is_put_in_order():
    content = text_at(56, 700, "-") + text_at(50, 700, "ที") + text_at(56, 707, "\u0e48") + text_at(62, 700, "ดิน")
    assert texts(build_pdf(content)) == ["ที่-ดิน"]


def test_text_drawn_over_other_text_of_its_line_is_not_mixed_into_it():
    assert texts(build_pdf(text_at(50, 700, "ต้นฉบับ") + text_at(56, 700, "สำเนา"))) == ["ต้นฉบับ", "สำเนา"]


@pytest.mark.parametrize("content_turn", ["1 0 0 1 0 0", "0 1 -1 0 595 0", "-1 0 0 -1 595 842", "0 -1 1 0 0 842"])
@pytest.mark.parametrize("page_turn", [0, 90, 180, 270])
def test_a_turned_page_reads_like_an_upright_one(content_turn, page_turn):
    content = text_at(50, 500, "ปีงบ") + text_at(68, 500, "ประมาณ") + text_at(150, 500, "2563") + text_at(50, 480, "รหัส")
    pdf = build_pdf(f"q {content_turn} cm ".encode() + content + b" Q", page=f"/Rotate {page_turn}")
    assert texts(pdf) == ["ปีงบประมาณ 2563", "รหัส"]


# gaps


def test_a_gap_between_words_is_a_space_and_a_tiny_one_is_not():
    adjusted = f"BT /F1 12 Tf 50 700 Td [<{'ปี'.encode('utf-16-be').hex()}> -80 <{'งบ'.encode('utf-16-be').hex()}> -400 "
    pdf = build_pdf(adjusted.encode() + f"<{'2563'.encode('utf-16-be').hex()}>] TJ ET".encode())
    assert texts(pdf) == ["ปีงบ 2563"]


def test_letters_spread_to_both_margins_stay_one_word():
    assert texts(build_pdf(b"BT /F1 12 Tf 2 Tc 50 700 Td " + show("งบประมาณ") + b" ET")) == ["งบประมาณ"]


def test_a_mark_drawn_aside_or_raised_never_gets_a_space_or_a_line():
    content = text_at(50, 700, "ท") + text_at(60, 700, "\u0e35") + text_at(60, 707, "\u0e48") + text_at(56, 700, "ดิน")
    assert texts(build_pdf(content)) == ["ที่ดิน"]


def test_the_gap_that_fpdf2_leaves_after_sara_am_is_no_space():
    assert texts(build_pdf(text_at(50, 700, "น้ำ") + text_at(66, 700, "ตาล"))) == ["น้ำตาล"]


def test_a_mark_torn_off_by_a_line_break_returns_to_its_letter():
    document = read_pdf(build_pdf(text_at(50, 700, "ทั้งสิ") + text_at(50, 684, "\u0e49นปี")))
    assert [line.text for line in document.lines()] == ["ทั้งสิ้", "นปี"]
    assert "mark_on_next_line: 1" in document.notes


def test_bold_made_by_drawing_twice_is_read_once_and_noted():
    document = read_pdf(build_pdf(text_at(50, 700, "รหัส") + text_at(50.3, 700, "รหัส") + text_at(80, 700, "5041")))
    assert [line.text for line in document.lines()] == ["รหัส 5041"]
    assert document.notes == ("drawn_twice: 1",)


def test_the_same_word_again_further_right_is_kept():
    assert texts(build_pdf(text_at(50, 700, "ยกเลิก") + text_at(120, 700, "ยกเลิก"))) == ["ยกเลิก ยกเลิก"]


# actual text


def test_actual_text_replaces_the_glyphs_it_encloses():
    content = b"/Span << /ActualText " + NAM.encode() + b" >> BDC " + text_at(50, 700, "นXY") + b" EMC "
    assert texts(build_pdf(content + text_at(68, 700, "ตาล"))) == ["น้ำตาล"]


def test_actual_text_is_found_through_a_named_property_list():
    content = b"/Span /P0 BDC " + text_at(50, 700, "นXY") + b" EMC "
    assert texts(build_pdf(content, resources=f"/Properties << /P0 << /ActualText {NAM} >> >>")) == ["น้ำ"]


def test_one_actual_text_over_several_strings_and_tags_is_written_once():
    inner = text_at(50, 700, "น") + b" /Span << /ActualText (X) >> BDC " + text_at(56, 700, "Y") + b" EMC "
    assert texts(build_pdf(b"/Span << /ActualText " + NAM.encode() + b" >> BDC " + inner + b" EMC")) == ["น้ำ"]


def test_empty_actual_text_hides_its_glyphs():
    hidden = b" /Span << /ActualText () >> BDC " + text_at(68, 700, "-") + b" EMC "
    assert texts(build_pdf(text_at(50, 700, "ปีงบ") + hidden)) == ["ปีงบ"]


def test_empty_actual_text_does_not_hide_the_mark_of_a_letter():
    # poppler writes it for marks without a meaning in the file that it was given
    hidden = b" /Span << /ActualText () >> BDC " + text_at(56, 700, "\u0e48") + b" EMC "
    assert texts(build_pdf(text_at(50, 700, "ที") + hidden + text_at(56, 700, "ดิน"))) == ["ที่ดิน"]


def test_actual_text_under_which_nothing_is_drawn_is_no_text():
    hidden_half = b" /Span << /ActualText " + NAM.encode() + b" >> BDC EMC "
    assert texts(build_pdf(text_at(50, 700, "ปีงบ") + hidden_half)) == ["ปีงบ"]
    outlined = b" /Span << /ActualText " + NAM.encode() + b" >> BDC 50 650 9 9 re f EMC "
    assert texts(build_pdf(text_at(50, 700, "ปีงบ") + outlined)) == ["ปีงบ", "น้ำ"]


def test_tags_left_open_or_closed_too_often_lose_no_text():
    assert texts(build_pdf(b"EMC " + text_at(50, 700, "ปีงบ"), b"/P << /MCID 0 >> BDC " + text_at(50, 700, "รหัส"))) == [
        "ปีงบ",
        "รหัส",
    ]
    open_tag = b"/Span << /ActualText " + NAM.encode() + b" >> BDC " + text_at(50, 700, "นXY")
    assert texts(build_pdf(open_tag, text_at(50, 700, "รหัส"))) == ["น้ำ", "รหัส"]


# forms


def test_form_xobjects_are_read_where_they_are_drawn():
    form = xobject(text_at(0, 0, "รหัส"), "/Matrix [1 0 0 1 50 650] /Resources << /Font << /F1 3 0 R >> >>")
    content = text_at(50, 700, "ต้น") + b" /X0 Do " + text_at(50, 600, "ท้าย")
    assert texts(build_pdf(content, resources="/XObject << /X0 100 0 R >>", extra={100: form})) == ["ต้น", "รหัส", "ท้าย"]


def test_forms_that_double_at_every_level_are_cut_off_and_noted():
    names = "/XObject << " + " ".join(f"/X{level} {100 + level} 0 R" for level in range(31)) + " >>"
    extra = {100 + level: xobject(f"/X{level + 1} Do /X{level + 1} Do".encode()) for level in range(30)}
    document = read_pdf(
        build_pdf(b"/X0 Do " + text_at(50, 700, "ปีงบ"), resources=names, extra=extra | {130: xobject(b"")})
    )
    assert [line.text for line in document.lines()] == ["ปีงบ"]
    assert document.notes == ("form XObjects nested too deeply, not drawn: 256",)


def test_a_form_that_draws_itself_ends():
    pdf = build_pdf(
        b"/X0 Do " + text_at(50, 700, "ปีงบ"), resources="/XObject << /X0 100 0 R >>", extra={100: xobject(b"/X0 Do")}
    )
    assert texts(pdf) == ["ปีงบ"]


# what a glyph means


def test_a_glyph_without_meaning_leaves_a_trace_and_is_counted():
    ranges = b"1 beginbfrange <0E00> <0E7F> <0E00> endbfrange"
    document = read_pdf(build_pdf(text_at(50, 700, "งบ\u0100ประมาณ"), to_unicode=ranges))
    assert [line.text for line in document.lines()] == ["งบ\ufffdประมาณ"]
    assert document.notes == ("lost letters: 1",)


def test_a_nikhahit_that_is_mapped_to_nothing_is_known_by_the_tone_behind_it():
    # before a tone and า nothing else can stand; before า alone it could be a tone as well
    table = b"1 beginbfrange <0E00> <0E7F> <0E00> endbfrange 1 beginbfchar <0E4D> <> endbfchar"
    document = read_pdf(build_pdf(text_at(50, 700, "ส\u0e4dานักน\u0e4d\u0e49าใจ"), to_unicode=table))
    assert [line.text for line in document.lines()] == ["ส\ufffdานักน้ำใจ"]
    assert document.notes == ("lost letters: 1", "unmapped_nikhahit: 1")


def test_later_entries_of_a_table_win_over_a_range_before_them():
    table = b"1 beginbfrange <0000> <FFFF> <0000> endbfrange 1 beginbfrange <0041> <0042> [<0E01> <0E02>] endbfrange"
    assert texts(build_pdf(text_at(50, 700, "ABค"), to_unicode=table)) == ["กขค"]


@pytest.mark.parametrize("last", ["<0000FFFF>", "<7FFFFFFF>", "<FFFFFFFF>"])
def test_a_range_of_billions_of_codes_costs_nothing(last):
    table = f"1 beginbfrange <00000000> {last} <0000> endbfrange".encode()
    assert texts(build_pdf(text_at(50, 700, "ปีงบ"), to_unicode=table)) == ["ปีงบ"]


def test_a_width_range_of_billions_of_codes_costs_nothing():
    assert texts(build_pdf(text_at(50, 700, "ปีงบ"), widths="[0 2000000000 500]")) == ["ปีงบ"]


def test_one_glyph_that_means_a_novel_is_no_glyph():
    table = b"1 beginbfrange <0E00> <0E7F> <0E00> endbfrange 1 beginbfchar <0041> <" + b"0E01" * 5000 + b"> endbfchar"
    assert texts(build_pdf(text_at(50, 700, "ปีAงบ"), to_unicode=table)) == ["ปี\ufffdงบ"]


def test_text_in_an_encoding_that_nobody_knows_leaves_a_trace():
    font = b"<< /Type /Font /Subtype /Type0 /BaseFont /Other /Encoding /Nobody-H /DescendantFonts [4 0 R] >>"
    content = text_at(50, 700, "งบประมาณที่ได้รับ") + b" BT /F2 12 Tf 50 680 Td <0E01> Tj ET"
    pdf = build_pdf(content, extra={100: font}).replace(b"/F1 3 0 R >>", b"/F1 3 0 R /F2 100 0 R >>")
    document = read_pdf(pdf)
    assert [line.text for line in document.lines()] == ["งบประมาณที่ได้รับ", "\ufffd\ufffd"]
    assert "lost letters: 2" in document.notes


def test_cp874_bytes_in_a_font_that_calls_itself_latin_are_thai():
    latin = b"<< /Type /Font /Subtype /Type1 /BaseFont /AngsanaUPC /Encoding /WinAnsiEncoding /FirstChar 0 "
    latin += b"/Widths [" + b"500 " * 256 + b"] /FontDescriptor 6 0 R >>"
    content = b"BT /F2 12 Tf 50 700 Td <" + "งบประมาณ 2563".encode("cp874").hex().encode() + b"> Tj ET"
    document = read_pdf(
        build_pdf(content, resources="/ExtGState << >>", extra={3: latin}).replace(b"/F2 12", b"/F1 12")
    )
    assert [line.text for line in document.lines()] == ["งบประมาณ 2563"]
    assert document.notes == ("cp874 read as Latin, repaired: 1",)


# text layers of no use


def test_a_page_of_pictures_has_no_text_layer():
    image = stream(
        b"\x00", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    )
    assert code(build_pdf(b"/I0 Do", resources="/XObject << /I0 100 0 R >>", extra={100: image})) == "no_text_layer"


def test_a_scanned_page_among_others_is_noted():
    image = stream(
        b"\x00", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    )
    pdf = build_pdf(text_at(50, 700, "ปีงบ"), b"/I0 Do", resources="/XObject << /I0 100 0 R >>", extra={100: image})
    assert read_pdf(pdf).notes == ("page 2: an image without text",)


def test_invisible_text_is_an_ocr_layer_on_its_page_only():
    document = read_pdf(build_pdf(b"BT 3 Tr ET " + text_at(50, 700, "ปีงบ"), text_at(50, 700, "รหัส")))
    assert [page.is_ocr for page in document.pages] == [True, False]


def test_an_ocr_program_is_known_by_its_name_where_there_is_an_image():
    image = stream(
        b"\x00", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"
    )
    resources = "/XObject << /I0 100 0 R >>"
    pages = (b"/I0 Do " + text_at(50, 700, "ปีงบ"), text_at(50, 700, "รหัส"))
    pdf = build_pdf(*pages, resources=resources, extra={100: image}, info="/Creator (ABBYY FineReader 15)")
    assert [page.is_ocr for page in read_pdf(pdf).pages] == [True, False]


@pytest.mark.parametrize("table", [b"", b"1 beginbfrange <0000> <FFFF> <4000> endbfrange"])
def test_a_text_layer_without_thai_is_unreadable(table):
    assert code(build_pdf(text_at(50, 700, "งบประมาณที่ได้รับ"), to_unicode=table)) == "unreadable_text_layer"


def test_a_text_layer_with_letters_mixed_up_is_unreadable():
    # two fonts share one table: half of the letters come out as other signs
    table = b"2 beginbfrange <0000> <FFFF> <0000> <0E19> <0E24> <0021> endbfrange"
    content = text_at(50, 700, "หน่วยงานที่รับผิดชอบโครงการ") + text_at(50, 680, "งบประมาณที่ได้รับตามแผนงาน")
    assert code(build_pdf(content, to_unicode=table)) == "unreadable_text_layer"


# broken and hostile files


@pytest.mark.parametrize("tenth", range(1, 10))
def test_a_pdf_cut_off_anywhere_is_rejected_not_read_in_part(tenth):
    pdf = build_pdf(*[stream(text_at(50, 700, "ปีงบประมาณ") * 20, packed=True)] * 3)
    assert code(pdf[: len(pdf) * tenth // 10]) == "broken_pdf"


def test_a_missing_page_or_content_stream_is_not_passed_over():
    pdf = build_pdf(text_at(50, 700, "ปีงบ"), text_at(50, 700, "รหัส"))
    assert code(pdf.replace(b"/Contents 13 0 R", b"/Contents 99 0 R")) == "broken_pdf"
    assert code(pdf.replace(b"/Kids [10 0 R 12 0 R]", b"/Kids [10 0 R 10 0 R]")) == "broken_pdf"


def test_a_cut_content_stream_is_not_read_in_part():
    packed = zlib.compress(text_at(50, 700, "ปีงบ") * 50)[:-20]
    assert code(build_pdf(stream(packed, "/Filter /FlateDecode"))) == "broken_pdf"


@pytest.mark.parametrize(
    "bomb",
    [
        stream(b" " * (20 * 1024**2), packed=True),
        stream(zlib.compress(zlib.compress(b" " * (20 * 1024**2))), "/Filter [/FlateDecode /FlateDecode]"),
        stream(zlib.compress(b" " * (20 * 1024**2)).hex().encode() + b">", "/Filter [/ASCIIHexDecode /FlateDecode]"),
        b"q " * 20_000,
    ],
)
def test_a_small_file_that_asks_for_too_much_is_refused(bomb):
    assert code(build_pdf(bomb)) == "too_large"


def test_more_pages_or_characters_than_a_form_can_have_are_refused(monkeypatch):
    page = text_at(50, 700, "ปีงบ")
    monkeypatch.setattr(reader, "MAX_PAGES", 3)
    assert len(read_pdf(build_pdf(*[page] * 3)).pages) == 3
    assert code(build_pdf(*[page] * 4)) == "too_large"
    monkeypatch.setattr("extract.pdf.writer.MAX_CHARACTERS", 11)
    assert code(build_pdf(*[page] * 3)) == "too_large"


def test_thousands_of_loose_words_take_no_time():
    words = b" ".join(text_at(50 + index % 30 * 15, 800 - index // 30, "งาน") for index in range(6_000))
    assert sum(len(text) for text in texts(build_pdf(words))) > 15_000


def test_a_table_of_objects_that_refers_to_itself_is_a_broken_pdf():
    pdf = build_pdf(text_at(50, 700, "ปีงบ"))
    assert code(pdf.replace(b"/Info 7 0 R", b"/Info 7 0 R /Prev %d" % pdf.index(b"xref\n"))) == "broken_pdf"
