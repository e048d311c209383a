"""Pages that are pictures, and OCR layers of other programs. What needs Tesseract with Thai is skipped where it is not."""

import stat
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extract.encodings import LOST
from extract.options import Options
from extract.pdf import ocr
from extract.pdf.ocr_text import Mark, Segment, Sign, close_gaps, in_cells, segments
from extract.pdf.reader import read_pdf
from extract.read import reader_version
from extract.rejection import Unreadable
from tests.extract.pdf_bytes import SARABUN
from tests.extract.test_pdf_ocr_pages import page

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
ImageDraw = pytest.importorskip("PIL.ImageDraw", reason="Pillow is not installed")
pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")

from extract.pdf import ocr_tesseract  # noqa: E402

needs_tesseract = pytest.mark.skipif(not ocr.is_available(), reason="tesseract with Thai is not installed")
needs_font = pytest.mark.skipif(not SARABUN.is_file(), reason="data/samples/fonts/Sarabun-Regular.ttf is not there")

H = 32
FORM = [
    "ชื่อโครงการ/กิจกรรม : ฟื้นฟูป่าชุ่มน้ำชุมชนริมคลองบัวคล้ำ",
    "รหัสโครงการ... : 50410000-0952",
    "งบประมาณที่ได้รับ : 1,234,567.50 บาท",
    "สิ้นสุดโครงการ : 2021-08-31 00:00:00",
    "เป็นไปตามเป้าหมาย",
]


# close_gaps


@pytest.mark.parametrize(
    ("layer", "closed"),
    [
        ("เริ่ ม ต้ น โค ร ง กา ร : 2020-11-15 00:00:00", "เริ่มต้นโครงการ : 2020-11-15 00:00:00"),
        ("ง บ ป ร ะ มา ณ ที่ ใช้ ไป : 987,650.25 บา ท", "งบประมาณที่ใช้ไป : 987,650.25 บาท"),
        ("ผู้ ป ร ะ สา น งา น : น . ส . ญา ณิ ศา โท ร .1533", "ผู้ประสานงาน : น.ส.ญาณิศาโทร.1533"),
        ("นา ง สา ว ญา ณิ ศา", "นางสาวญาณิศา"),
        ("เป้า ห มา ย ที่ : ๒ . ๑ . ๓ คู ค ล อ ง", "เป้าหมายที่ : ๒.๑.๓ คูคลอง"),
        ("ปี พ . ศ . ๒ ๕ ๕ ๐ เนื่ อ ง จา ก", "ปีพ.ศ. ๒๕๕๐ เนื่องจาก"),
        ("ติ ด ตา ม ผล เป็ น ร ะ ย ะ ๆ พ บ ว่า", "ติดตามผลเป็นระยะ ๆ พบว่า"),
        ("เมื อ ง สี เขี ย ว : Green City", "เมืองสีเขียว : Green City"),
    ],
)
def test_gaps_inside_thai_words_are_closed_and_others_stay(layer, closed):
    assert close_gaps(layer) == closed


@pytest.mark.parametrize(
    "text", ["", "Green City", "นายสมชาย ใจดี โทร. 0 2246 0000 ต่อ 3121", "มิติที่ ๑ ๒ และ ๓", "1 2 3", "งานครั้งที่ 1 ก"]
)
def test_a_line_without_gaps_is_left_as_it_is(text):
    assert close_gaps(text) == text


@given(st.text(alphabet="กขคงาะิี่้เแ .๑๒12/:-A", max_size=40))
def test_closing_gaps_takes_away_spaces_only_and_once_is_enough(text):
    closed = close_gaps(text)
    assert closed.replace(" ", "") == text.replace(" ", "")
    assert close_gaps(closed) == closed


@given(st.text(alphabet="0123456789-/:., ", max_size=12), st.text(alphabet="0123456789-/:., ", max_size=12))
def test_closing_gaps_never_joins_arabic_numbers(left, right):
    assert close_gaps(f"โค ร ง กา ร : {left} {right} : โค ร ง กา ร") == f"โครงการ : {left} {right} : โครงการ"


# From signs to lines


def signs_of(text, confidence=95.0, **doubtful):
    """Signs 20 wide, one after another; marks stand within the letter before them, a blank is a gap of a space."""
    signs, gaps, x = [], [], 0.0
    for sign in text:
        if sign == " ":
            gaps.append((int(x), int(x) + 20))
            x += 20
        elif sign == "\u0e31" or "\u0e34" <= sign <= "\u0e3a" or "\u0e47" <= sign <= "\u0e4e":
            signs.append(Sign(sign, x - 12, x - 2, doubtful.get(sign, confidence)))
        else:
            signs.append(Sign(sign, x, x + 20, doubtful.get(sign, confidence)))
            x += 20
    return signs, gaps


def line(text, marks=(), **doubtful):
    signs, gaps = signs_of(text, **doubtful)
    return " ".join(segment.text for segment in segments(signs, gaps, list(marks), H))


@pytest.mark.parametrize("text", ["เริ่มต้น : 2020-11-15 00:00:00", "พ.ศ. 2563", "ที่ ๑ ผู้ป่า", "เป้าหมาย : - 5"])
def test_spaces_stand_where_the_picture_has_gaps(text):
    assert line(text) == text


def test_a_narrow_one_leaves_no_space_in_a_number():
    signs, _ = signs_of("2020-11-15")
    gap = (int(signs[5].right) - 8, int(signs[6].left) + 7)  # 15 of 32: as between words in small print
    assert [s.text for s in segments(signs, [gap], [], H)] == ["2020-11-15"]


def over(x, *rows):
    return [Mark(x, x + 9, top, bottom) for top, bottom in rows]


@pytest.mark.parametrize(
    ("read", "marks", "printed"),
    [
        ("น้า", over(14, (-12, -2)), "น้า"),
        ("น้า", over(14, (-12, -2), (-26, -15)), "น้ำ"),
        ("น้้า", [], "น้ำ"),
        ("นํ้า", [], "น้ำ"),
        ("ทํา", over(14, (-12, -2)), "ทำ"),
        ("ตํา", [*over(14, (-12, -2)), Mark(16, 20, -26, -15)], "ต่ำ"),
        ("นํา", [*over(14, (-12, -2)), Mark(12, 24, -26, -15)], "น้ำ"),
        ("นํา", [*over(14, (-12, -2)), Mark(12, 20, -26, -15)], "นำ"),
    ],
)
def test_sara_am_and_its_tone_are_read_from_the_marks_in_the_picture(read, marks, printed):
    assert line(read, marks) == printed


def test_a_number_with_a_doubtful_sign_is_lost_and_words_are_not():
    assert line("ปี 2563", **{"5": 60.0, "ป": 10.0}) == f"ปี 2{LOST}63"
    assert line("ปี 2563", **{"5": 71.0}) == "ปี 2563"


def test_only_the_unit_after_an_amount_is_known_to_be_baht():
    assert line("45,300.75 um") == "45,300.75 บาท"
    assert line("ชุด um") == "ชุด um"


@pytest.mark.parametrize(
    ("read", "printed"),
    [
        ("504.10000-0952", "50410000-0952"),
        ("50410000-095.2", "50410000-0952"),
        ("504.1000-0952", "504.1000-0952"),
        ("15.11.2563-0952", "15.11.2563-0952"),
        ("1504.10000-0952", "1504.10000-0952"),
    ],
)
def test_a_point_in_a_project_code_is_no_point(read, printed):
    assert line(f"รหัส : {read}") == f"รหัส : {printed}"


def test_a_number_read_surely_the_second_time_counts(instead_of_tesseract):
    sign = "<span class='ocrx_cinfo' title='x_bboxes 20 1 30 9; x_conf 98.5'>{}</span>"
    first, second = (
        f"<div class='ocr_page' id='page_1'><span class='ocrx_word' title='x_wconf {confidence}'>{sign.format(digit)}"
        for confidence, digit in ((40, 8), (90, 3))
    )
    once = 'test -e "$0.seen" && echo "{}" || echo "{}"; touch "$0.seen"'
    instead_of_tesseract("cat > /dev/null; " + once.format(second, first))
    assert ocr.recognise(PAGE, [1]) == {1: ["3"]}


def test_a_number_that_stays_doubtful_is_lost(instead_of_tesseract):
    sign = "<span class='ocrx_cinfo' title='x_bboxes 20 1 30 9; x_conf 98.5'>8</span>"
    instead_of_tesseract(
        f"cat > /dev/null; echo \"<div class='ocr_page' id='page_1'><span class='ocrx_word' title='x_wconf 40'>{sign}\""
    )
    assert ocr.recognise(PAGE, [1]) == {1: [LOST]}


def test_cells_side_by_side_are_read_one_by_one():
    row = [Segment(0, "รายงานครั้งที่"), Segment(300, ":: 15/12/2563 : ประชุม")]
    assert in_cells([row, [Segment(2, "1")]], H) == ["รายงานครั้งที่", "1", ":: 15/12/2563 : ประชุม"]


def test_labels_side_by_side_are_lines_of_their_own_and_other_text_is_not():
    two = [Segment(0, "รหัสโครงการ... : 50410000-0952"), Segment(500, "ปีงบประมาณ พ.ศ. : 2564")]
    assert in_cells([two], H) == ["รหัสโครงการ... : 50410000-0952", "ปีงบประมาณ พ.ศ. : 2564"]
    assert in_cells([[Segment(0, "ข้อความ : ยาว"), Segment(500, "มาก")], []], H) == ["ข้อความ : ยาว มาก"]


# The program


def picture_pdf(picture, pages=1, **options):
    file = BytesIO()
    picture.save(file, "PDF", save_all=True, append_images=[picture] * (pages - 1), **options)
    return file.getvalue()


@pytest.fixture
def instead_of_tesseract(monkeypatch, tmp_path):
    """Puts a shell script in the place of Tesseract."""

    def put(script):
        path = tmp_path / "tesseract"
        path.write_text("#!/bin/sh\n" + script + "\n", encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setattr(ocr_tesseract, "program", lambda: str(path))
        monkeypatch.setattr(ocr_tesseract, "languages_installed", lambda: frozenset({"tha"}))

    return put


PAGE = picture_pdf(Image.fromarray(page()), resolution=150)


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        ("exit 3", "Tesseract: exit code 3"),
        ("echo std::bad_alloc >&2; exit 134", "Tesseract: not enough memory"),
        ("kill -9 $$", "Tesseract: exit code -9"),
        ("exec sleep 60", "Tesseract: no result after 1 seconds"),
    ],
)
def test_a_failing_tesseract_leaves_the_page_unread_with_the_reason(instead_of_tesseract, monkeypatch, script, problem):
    instead_of_tesseract(script)
    monkeypatch.setattr(ocr, "SECONDS_PER_PAGE", 1.0)
    assert ocr.recognise_pages(PAGE, [1]) == {1: ocr.Recognised([], problem=problem)}
    assert ocr.recognise(PAGE, [1]) == {1: []}


def test_the_program_is_told_the_lines_and_its_signs_are_read(instead_of_tesseract):
    sign = "<span class='ocrx_cinfo' title='x_bboxes {} 1 {} 9; x_conf 98.5'>{}</span>"
    word = "<span class='ocrx_word' title='bbox 1 1 9 9; x_wconf 90'>"
    hocr = f"<div class='ocr_page' id='page_2'>{word}{sign.format(20, 30, 'ก')}{sign.format(40, 50, '&amp;')}"
    instead_of_tesseract(f'cat > /dev/null; cat <<"END"\n{hocr}\nEND')
    read = ocr.recognise_pages(PAGE, [1])[1]
    assert (read.lines, read.confidence, read.problem) == (["ก &"], 90.0, None)


def test_no_more_than_a_set_number_of_pages_is_recognised(monkeypatch):
    monkeypatch.setattr(ocr, "MAX_PAGES", 1)
    white = picture_pdf(Image.new("L", (100, 100), 255), pages=2)
    problems = [page.problem for page in ocr.recognise_pages(white, [1, 2]).values()]
    assert problems == ["no lines of text in the picture", "more than 1 pages are pictures"]


def test_when_the_time_is_over_the_other_pages_say_so():
    assert ocr.recognise_pages(PAGE, [1], seconds=0)[1].problem == "no time left after 0 seconds"


def test_a_broken_pdf_and_a_missing_page_have_reasons():
    assert ocr.recognise_pages(b"%PDF-1.4", [1])[1].problem == "PDFium cannot open the PDF"
    assert ocr.recognise_pages(PAGE, [7])[7].problem == "PDFium cannot draw the page"


def test_a_page_as_large_as_a_house_is_drawn_within_the_limit(monkeypatch):
    import pypdfium2

    document = pypdfium2.PdfDocument.new()
    document.new_page(14_400, 14_400)
    picture, dpi = ocr._picture(document, 1)
    assert picture.size <= ocr._MAX_PIXELS * 1.01
    assert dpi < 20


# Whether it is there


@pytest.mark.parametrize(("file", "languages"), [("tha.traineddata", {"tha"}), ("tha.txt", set())])
def test_thai_is_there_when_its_data_are(monkeypatch, tmp_path, file, languages):
    (tmp_path / file).touch()
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    monkeypatch.setattr(ocr_tesseract, "program", lambda: "/nowhere/bin/tesseract")
    assert ocr_tesseract.languages_installed.__wrapped__() == languages


def test_without_a_library_or_the_program_there_is_no_ocr(monkeypatch):
    monkeypatch.setattr(ocr, "find_spec", lambda name: None if name == "pypdfium2" else object())
    assert ocr.is_available.__wrapped__() is False
    monkeypatch.setattr(ocr_tesseract, "program", lambda: None)
    assert ocr_tesseract.languages_installed.__wrapped__() == frozenset()


def test_the_reader_version_says_whether_pictures_are_read():
    assert reader_version(Options(ocr=True)).endswith("+ocr") is ocr.is_available()
    assert not reader_version().endswith("+ocr")


def test_without_ocr_the_rejection_says_what_to_install(monkeypatch):
    monkeypatch.setattr(ocr, "is_available", lambda: False)
    with pytest.raises(Unreadable) as caught:
        read_pdf(PAGE, Options(ocr=True))
    assert caught.value.code == "no_text_layer"
    assert "kaona[ocr]" in str(caught.value.rejection("scan.pdf").message)
    assert "Tesseract" in str(caught.value.rejection("scan.pdf").message)


# With Tesseract


@pytest.fixture(scope="module")
def form_picture():
    """FORM as fpdf2 prints it with shaping, drawn at 200 dpi."""
    pypdfium2 = pytest.importorskip("pypdfium2")
    fpdf = pytest.importorskip("fpdf", reason="fpdf2 is not installed")
    pytest.importorskip("uharfbuzz", reason="uharfbuzz is not installed")
    pdf = fpdf.FPDF()
    pdf.add_page()
    pdf.add_font("Sarabun", fname=SARABUN)
    pdf.set_font("Sarabun", size=14)
    pdf.set_text_shaping(True)
    for text in FORM:
        pdf.cell(text=text, h=9, new_x="LMARGIN", new_y="NEXT")
    return pypdfium2.PdfDocument(bytes(pdf.output()))[0].render(scale=200 / 72, grayscale=True).to_pil().convert("L")


@needs_tesseract
@needs_font
@pytest.mark.parametrize("degrees", [0.7, 180])
def test_a_scanned_form_is_read(form_picture, degrees):
    scan = form_picture.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)
    read = ocr.recognise_pages(picture_pdf(scan, resolution=200), [1])[1]
    assert read.problem is None
    assert [text.rpartition(" : ")[2] for text in read.lines][1:4] == [
        "50410000-0952",
        "1,234,567.50 บาท",
        "2021-08-31 00:00:00",
    ]
    assert read.lines[4] == FORM[4]


@needs_tesseract
@needs_font
def test_a_page_that_is_a_picture_is_read_and_marked(form_picture):
    document = read_pdf(picture_pdf(form_picture, resolution=200), Options(ocr=True))
    assert [page.is_ocr for page in document.pages] == [True]
    assert [(doubt.page, doubt.line, doubt.kind) for doubt in document.doubts] == [(1, 0, "ocr")]
    assert "รหัสโครงการ... : 50410000-0952" in [line.text for line in document.lines()]
