"""From the picture of a page to the pictures of its lines."""

import pytest

from extract.pdf import ocr
from extract.pdf.ocr_text import Segment, undivided
from tests.extract.pdf_bytes import SARABUN

np = pytest.importorskip("numpy")
Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
ImageDraw = pytest.importorskip("PIL.ImageDraw", reason="Pillow is not installed")
pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed")

from extract.pdf import ocr_ink, ocr_lines  # noqa: E402

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


# From the picture to its lines


def page(*, degrees=0.0, size=(1240, 1000)):
    """Three bars of letters like those of a form at 150 dpi, the second with a mark above."""
    picture = Image.new("L", size, 255)
    draw = ImageDraw.Draw(picture)
    for index in range(3):
        for x in range(100, 900 - 200 * index, 22):
            draw.rectangle((x, 100 + 60 * index, x + 12, 115 + 60 * index), fill=0)
    draw.rectangle((104, 147, 110, 152), fill=0)
    return np.asarray(picture.rotate(-degrees, Image.Resampling.BICUBIC, fillcolor=255))


@pytest.mark.parametrize("degrees", [0.0, 0.4, -1.2, 2.5])
def test_a_page_askew_is_levelled(degrees):
    assert ocr_ink.skew_of(ocr_ink.ink_of(page(degrees=degrees))) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("degrees", [0.0, 1.2])
def test_each_line_is_a_picture_with_its_marks(degrees):
    lines = ocr_lines.line_pictures(page(degrees=degrees), 150)
    assert [len(found.marks) for found in lines] == [0, 1, 0]
    widths = [found.picture.width for found in lines]
    assert widths == sorted(widths, reverse=True)


def test_a_page_on_its_side_is_turned():
    turned = np.ascontiguousarray(np.rot90(page()))
    assert ocr_ink.is_sideways(ocr_ink.ink_of(turned))
    assert not ocr_ink.is_sideways(ocr_ink.ink_of(page()))
    assert len(ocr_lines.line_pictures(turned, 150)) == 3


@pytest.mark.parametrize("degrees", [0.0, 1.2, -2.5])
@pytest.mark.parametrize("turns", [0, 1])
def test_a_dense_page_askew_is_not_taken_to_lie_on_its_side(degrees, turns):
    # a scan of a dense print, 1.2 degrees askew, was turned and read as nothing
    rng = np.random.default_rng(1)
    dense = np.full((1700, 1200), 255, dtype=np.uint8)
    for top in range(120, 1560, 34):
        x = 100
        while x < 1080:
            width = int(rng.integers(6, 14))
            dense[top : top + 16, x : x + width] = 0
            x += width + int(rng.integers(3, 8))
    askew = np.asarray(Image.fromarray(dense).rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255))
    assert ocr_ink.is_sideways(ocr_ink.ink_of(np.ascontiguousarray(np.rot90(askew, turns)))) is bool(turns)


def test_a_ruled_table_is_read_cell_by_cell():
    picture = Image.new("L", (1240, 800), 255)
    draw = ImageDraw.Draw(picture)
    # two cells; the letters of the left one are 3 and 2, of the right one 6 and 5
    for left, count in ((100, 3), (500, 6)):
        draw.rectangle((left, 300, left + 400, 420), outline=0, width=2)
        for row in range(2):
            for index in range(count - row):
                x, y = left + 40 + 30 * index, 320 + 50 * row
                draw.rectangle((x, y, x + 12, y + 15), fill=0)
    lines = ocr_lines.line_pictures(np.asarray(picture), 150)
    assert [len(found.gaps) for found in lines] == [2, 1, 5, 4]
    assert all(found.is_in_cell for found in lines)
    assert not any(found.is_in_cell for found in ocr_lines.line_pictures(page(), 150))


def test_a_wide_gap_in_a_ruled_cell_parts_nothing():
    # "งงานฯ =   15.50" was taken for two columns, and the percentage was read after the amount below
    assert undivided([Segment(5, "งงานฯ ="), Segment(90, "15.50")]) == [Segment(5, "งงานฯ = 15.50")]
    assert undivided([]) == []


def test_touching_pieces_are_one_and_others_are_not():
    ink = np.array([[1, 1, 0, 0, 1], [0, 0, 1, 0, 1], [0, 0, 0, 0, 0], [1, 0, 0, 1, 1]], dtype=bool)
    pieces = ocr_ink.pieces_of(ink)
    boxes = sorted(zip(pieces.left, pieces.top, pieces.right, pieces.bottom, pieces.area, strict=True))
    assert boxes == [(0, 0, 3, 2, 3), (0, 3, 1, 4, 1), (3, 3, 5, 4, 2), (4, 0, 5, 2, 2)]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_page_of_one_shade_has_no_lines(shade):
    assert ocr_lines.line_pictures(np.full((500, 400), shade, dtype=np.uint8), 150) == []


def test_a_page_of_dots_costs_no_more_than_a_page_of_text():
    dots = np.full((1000, 800), 255, dtype=np.uint8)
    dots[::3, ::3] = 0
    assert ocr_lines.line_pictures(dots, 150) == []
