"""The order in which a page is read: as drawn, unless it was not drawn in reading order."""

import time
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.pdf import reader
from extract.pdf.objects import BoundedDocument
from extract.pdf.order import in_reading_order
from extract.pdf.placed import PlacedLine
from extract.pdf.reader import read_pdf
from tests.extract.drawn_form import (
    LEFT,
    SIZE,
    Cell,
    by_columns,
    by_passes,
    drawn,
    in_order,
    laid_out,
    pdf_of,
    reversed_rows,
    shuffled_rows,
    shuffled_words,
    width,
    words_of,
    wrapped,
)
from tests.extract.pdf_bytes import ROOT, SHARED_PDFS
from tests.transform.reading import PROJECT, differences, documents, read_document

ORDERS = (by_passes, by_columns, reversed_rows, shuffled_rows, shuffled_words)
# leading, and room between rows, from none to much
LAYOUTS = ((16.0, 6.0), (16.0, 3.0), (15.0, 0.0), (18.0, 0.0), (14.0, 10.0))

SAMPLES = sorted((ROOT / "data" / "samples" / "inbox").glob("*.pdf"))
# a table of pages is not checked by name: what cannot be read at all is rejected elsewhere
UNREADABLE = {"broken.pdf", "empty.pdf", "password.pdf"}


def line(text, x, y, size=11.0):
    return PlacedLine(text, x, x + len(text) * size / 2, y, size)


def texts(lines):
    return [line.text for line in lines]


def read(pdf):
    file = read_document(read_pdf(pdf), "a.pdf")
    return documents(file), [unread.text for unread in file.outcome.unread]


# whole forms


@pytest.mark.parametrize(("leading", "padding"), LAYOUTS)
@pytest.mark.parametrize("order", [in_order, *ORDERS], ids=lambda order: order.__name__)
def test_a_form_gives_the_same_facts_in_whatever_order_it_was_drawn(order, leading, padding):
    found, unread = read(drawn(order, leading=leading, padding=padding))
    assert list(found) == [PROJECT.code]
    assert differences(PROJECT, found[PROJECT.code]) == []
    assert unread == []


@pytest.mark.parametrize("order", ORDERS, ids=lambda order: order.__name__)
def test_without_the_fallback_the_form_would_be_misread(order, monkeypatch):
    monkeypatch.setattr(reader, "in_reading_order", lambda lines: lines)
    found, _ = read(drawn(order))
    assert not found or differences(PROJECT, found[PROJECT.code])


@pytest.mark.parametrize("order", [in_order, by_passes, shuffled_words], ids=lambda order: order.__name__)
def test_a_foot_drawn_first_and_a_head_drawn_last_change_nothing(order):
    pages = []
    for number, page in enumerate(laid_out(), 1):
        foot = line(f"พิมพ์เมื่อ 2/11/2563 หน้า {number}", LEFT, 30.0, 9.0)
        head = line("แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ", LEFT, 815.0)
        pages.append([foot, *order(page), head])
    found, _ = read(pdf_of(pages))
    assert differences(PROJECT, found[PROJECT.code]) == []


# what is in order stays as it is


@pytest.mark.parametrize("path", [path for path in SAMPLES if path.name not in UNREADABLE], ids=lambda path: path.name)
def test_the_samples_are_read_as_drawn(path, monkeypatch):
    assert_read_as_drawn(path, monkeypatch)


@pytest.mark.skipif(not SHARED_PDFS.is_dir(), reason="the shared PDFs are not beside this checkout")
@pytest.mark.parametrize("path", sorted(SHARED_PDFS.glob("*.pdf")), ids=lambda path: path.name)
def test_the_pdfs_of_real_producers_are_read_as_drawn(path, monkeypatch):
    assert_read_as_drawn(path, monkeypatch)


def assert_read_as_drawn(path, monkeypatch):
    seen = []
    monkeypatch.setattr(reader, "in_reading_order", lambda lines: seen.append(lines) or lines)
    data = path.read_bytes()
    reader.draw_pages(BoundedDocument(data), data)
    assert seen
    for lines in seen:
        assert in_reading_order(lines) is lines


def test_wrapped_cells_drawn_cell_by_cell_stay_as_drawn():
    row = [
        Cell(50, 700, 16, ("ก" * 20, "ข" * 20, "ค")),
        Cell(200, 700, 16, ("ง" * 10, "จ")),
        Cell(300, 700, 16, ("ฉ",) * 5),
    ]
    lines = in_order([row, [Cell(50, 610, 16, ("ช" * 80,))]])
    assert in_reading_order(lines) is lines


def test_two_cells_of_several_paragraphs_are_no_table():
    left = [*Cell(50, 700, 14, ("ก" * 20,) * 2).placed(), *Cell(50, 665, 14, ("ข" * 19,) * 3).placed()]
    right = [*Cell(300, 700, 14, ("ค" * 20,) * 2).placed(), *Cell(300, 665, 14, ("ง" * 21,) * 3).placed()]
    body = Cell(50, 600, 14, ("จ" * 70,) * 4).placed()
    assert in_reading_order(left + right + body) == left + right + body


@pytest.mark.parametrize("heights", [(0, 18, 36, 54), (0, 30, 50, 68)])
def test_two_signatures_side_by_side_are_no_table(heights):
    body = Cell(50, 800, 16, ("จ" * 70,) * 4).placed()
    left = [
        line(text, 80, 600 - height)
        for text, height in zip(("ลงชื่อ.....", "(นาย ก)", "ตำแหน่ง", "วันที่"), heights, strict=True)
    ]
    right = [
        line(text, 350, 600 - height)
        for text, height in zip(("ลงชื่อ.....", "(นาง ข)", "ตำแหน่ง", "วันที่"), heights, strict=True)
    ]
    lines = [*body, *left, *right]
    assert in_reading_order(lines) is lines


def test_too_few_lines_to_tell_stay_as_drawn():
    lines = [line("ท้าย", 50, 600), line("ต้น", 50, 700)]
    assert in_reading_order(lines) is lines


def test_a_text_drawn_twice_over_itself_is_not_reordered():
    lines = Cell(50, 700, 16, tuple(f"บรรทัด {n}" for n in range(9))).placed()
    assert in_reading_order(lines * 2) == lines * 2


def test_a_text_without_a_place_follows_the_part_that_was_put_in_order():
    lines = [line(f"บรรทัด {n}", 50, 100 + 16 * n) for n in range(8)]
    lost = PlacedLine("ไม่มีที่", 0.0, 0.0, 0.0, 1.0)
    assert texts(in_reading_order([*lines, lost])) == [*texts(lines[::-1]), "ไม่มีที่"]


def test_a_turned_stamp_stays_apart_and_whole():
    stamp = [PlacedLine(f"ตรา {n}", 300, 340, 500 - 16 * n, 11, (0.7, 0.7)) for n in range(3)]
    page = laid_out()[0]
    body = in_order(page)
    assert in_reading_order([*body[:9], *stamp, *body[9:]]) == [*body[:9], *stamp, *body[9:]]
    mixed = shuffled_words(page)
    found = in_reading_order([*mixed[:9], stamp[0], *mixed[9:20], *stamp[1:], *mixed[20:]])
    assert texts(found) == [*texts(in_reading_order(mixed)), *texts(stamp)]


# mending


def test_columns_of_a_table_drawn_one_after_the_other_become_rows():
    labels = [line(f"ป้าย {n} :", 50, 700 - 22 * n) for n in range(6)]
    values = [line(f"ค่า {n}", 200, 700 - 22 * n) for n in range(6)]
    text = Cell(50, 500, 14, ("ข้อความ" * 8,) * 4).placed()
    found = in_reading_order(labels + values + text)
    assert texts(found) == [*(f"ป้าย {n} : ค่า {n}" for n in range(6)), *texts(text)]


def test_a_value_beside_its_label_becomes_part_of_its_line():
    rows = [(line(f"ป้าย{n} :", 50, 700 - 30 * n), line(f"ค่า{n}", 200, 700 - 30 * n)) for n in range(6)]
    found = in_reading_order([line for row in rows[::-1] for line in row[::-1]])
    assert texts(found) == [f"ป้าย{n} : ค่า{n}" for n in range(6)]
    assert found[0].start == 50
    assert found[0].end == rows[0][1].end
    assert found[0].parts == ((8, 200),)


def test_a_row_remembers_where_its_columns_begin():
    rows = [[line(f"{n}", 50, y), line("ก", 90, y), line("ข ค", 150, y)] for n, y in enumerate(range(700, 500, -30))]
    found = in_reading_order([cell for row in rows[::-1] for cell in row[::-1]])
    assert [(row.text, row.parts) for row in found] == [(f"{n} ก ข ค", ((2, 90), (4, 150))) for n in range(7)]


def test_only_the_table_is_put_in_order_when_only_the_table_was_not():
    before = Cell(50, 780, 14, ("ข้อความก่อนตาราง" * 3,) * 4).placed()
    stamp = [line("บรรทัดใต้ตาราง", 50, 400), line("บรรทัดท้าย", 50, 386)]
    labels = [line(f"ป้าย {n} :", 50, 700 - 22 * n) for n in range(6)]
    values = [line(f"ค่า {n}", 200, 700 - 22 * n) for n in range(6)]
    found = in_reading_order([*before, *labels, *values, *stamp])
    assert found[:4] == before
    assert texts(found[4:]) == [*(f"ป้าย {n} : ค่า {n}" for n in range(6)), "บรรทัดใต้ตาราง", "บรรทัดท้าย"]


def test_a_label_in_the_middle_of_its_value_is_read_before_it():
    rows = []
    for n in range(5):
        y = 700 - 80 * n
        value = Cell(200, y, 16, ("ก" * 60, "ข" * 60, "ค" * 60, "ง")).placed()
        rows.append([line(f"ป้าย {n}", 50, y - 24), *value])
    found = in_reading_order([line for row in rows[::-1] for line in row])
    assert found == [line for row in rows for line in row]


# drawn at random

WORD = st.text("กขคงจฉชซ", min_size=1, max_size=8)
PARAGRAPH = st.lists(WORD, min_size=1, max_size=12).map(" ".join)


@st.composite
def pages(draw):
    """Rows of one to four cells, each wrapped to its column, with a white gap below each row."""
    leading = draw(st.sampled_from([14.0, 16.0, 18.0]))
    page = []
    y = 800.0
    for _ in range(draw(st.integers(4, 10))):
        count = draw(st.integers(1, 4))
        room = 500 / count
        cells = [Cell(50 + room * n, y, leading, wrapped(draw(PARAGRAPH), room - 12)) for n in range(count)]
        page.append(cells)
        y -= leading * max(len(cell.lines) for cell in cells) + draw(st.floats(4.5, 30.0))
    return page


@settings(max_examples=60, deadline=None)
@given(pages())
def test_a_page_in_order_is_never_changed(page):
    lines = in_order(page)
    assert in_reading_order(lines) is lines


@settings(max_examples=60, deadline=None)
@given(pages(), st.randoms(use_true_random=False))
def test_a_page_whose_words_were_shuffled_gives_the_same_text_in_any_order(page, random):
    words = [word for line in in_order(page) for word in words_of(line)]
    one, other = list(words), list(words)
    random.shuffle(one)
    random.shuffle(other)
    first, second = in_reading_order(one), in_reading_order(other)
    if first is not one and second is not other:
        assert first == second
    assert sorted(" ".join(texts(first)).split()) == sorted(word.text for word in words)


@pytest.mark.parametrize("seed", range(20))
def test_a_shuffled_page_is_restored(seed):
    random = Random(seed)
    page, y = [], 800.0
    for _ in range(9):
        count = random.choice([1, 2, 2, 3])
        room = 500 / count
        cells = []
        for n in range(count):
            words = ["ก" * random.randint(3, 9) for _ in range(random.randint(2, 10))]
            cells.append(Cell(50 + room * n, y, 16.0, wrapped(" ".join(words), room - 12)))
        page.append(cells)
        y -= 16.0 * max(len(cell.lines) for cell in cells) + random.uniform(6, 20)
    expected = " ".join(line.text for line in in_order(page))
    for order in (shuffled_words, reversed_rows, shuffled_rows):
        assert " ".join(texts(in_reading_order(order(page)))) == expected, order.__name__


# hostile pages


def loose_words(count):
    random = Random(3)
    return [line("คำ", random.uniform(0, 595), random.uniform(0, 842)) for _ in range(count)]


def grid(count):
    random = Random(4)
    return [line("คำ", 6.0 * random.randrange(5000), 16.0 * random.randrange(800)) for _ in range(count)]


def one_baseline(count):
    random = Random(5)
    return [line("คำ", random.uniform(0, 1e6), 500) for _ in range(count)]


def upwards(count):
    return [line("คำ", 50, 16.0 * n) for n in range(count)]


def columns(count):
    return [line("คำ", 50 + 30.0 * (n // 100), -22.0 * (n % 100)) for n in range(count)]


def steps(count):
    return [line("คำ", 13.0 * n, 6.0 * n) for n in range(count)]


@pytest.mark.parametrize(
    "draw", [loose_words, grid, one_baseline, upwards, columns, steps], ids=lambda draw: draw.__name__
)
def test_the_cost_grows_with_the_number_of_texts_and_no_faster(draw):
    few, many = draw(500), draw(4_000)
    in_reading_order(few)
    assert seconds(many) < 24 * max(seconds(few), 0.002)


def seconds(lines):
    best = float("inf")
    for _ in range(2):
        begin = time.process_time()
        found = in_reading_order(lines)
        best = min(best, time.process_time() - begin)
        assert len(found) <= len(lines)
    return best


@pytest.mark.parametrize("size", [0.0, 1e-9, 1e9, float("inf"), float("nan")])
@pytest.mark.parametrize("place", [0.0, 1e300, -1.7e308, float("inf"), float("nan")])
def test_sizes_and_places_without_sense_do_no_harm(size, place):
    odd = [PlacedLine("ก", place, place + size, place - n, size) for n in range(5)]
    odd += [PlacedLine("ก", -place, place, -place, size), PlacedLine("ก", 0, 10, 400, size)]
    body = shuffled_words(laid_out()[0])
    assert " ".join(texts(in_reading_order([*odd, *body]))).count("ก") == " ".join(texts([*odd, *body])).count("ก")


def test_a_page_without_text_stays_empty():
    assert in_reading_order([]) == []
    assert SIZE == 11.0
    assert width("ก") == 5.5
