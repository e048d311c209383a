"""What a PDF's pages do to the text that runs over them: broken rows, running heads and feet."""

import pytest

from extract.pdf.reader import read_pdf
from tests.extract.pdf_bytes import build_pdf, text_at

LABEL, DATE, PLAN, TARGET = 50, 120, 340, 440  # where the columns of the report table begin


def row(top, *cells):
    """Cells as (column, lines), drawn cell by cell as browsers and word processors do."""
    return b"".join(text_at(x, top - 16 * at, text) for x, lines in cells for at, text in enumerate(lines))


def lines(pdf):
    return [(line.page, line.number, line.text) for line in read_pdf(pdf).lines()]


def texts(pdf):
    return [line.text for line in read_pdf(pdf).lines()]


BEGIN = row(
    90,
    (LABEL, ["รายงานครั้งที่", "6"]),
    (DATE, [":: 25/3/2564 : สรุปผลครบถ้วน", ":: ความก้าวหน้า = 100.00 % (ครั้ง"]),
    (PLAN, [": เป็นไปตาม"]),
    (TARGET, [": เป็นไปตามเป้า"]),
)


def test_the_rest_of_a_row_over_a_page_break_goes_back_to_its_cells():
    rest = row(800, (DATE, ["ที่ 6) = 344,058 บาท"]), (PLAN, ["แผน"]), (TARGET, ["หมาย"]))
    after = text_at(LABEL, 760, "ขอรับรองว่าถูกต้อง")
    assert lines(build_pdf(text_at(LABEL, 120, "ต้น") + BEGIN, rest + after)) == [
        (1, 1, "ต้น"),
        (1, 2, "รายงานครั้งที่"),
        (1, 3, "6"),
        (1, 4, ":: 25/3/2564 : สรุปผลครบถ้วน"),
        (1, 5, ":: ความก้าวหน้า = 100.00 % (ครั้งที่ 6) = 344,058 บาท"),
        (1, 6, ": เป็นไปตามแผน : เป็นไปตามเป้าหมาย"),
        (2, 2, "ขอรับรองว่าถูกต้อง"),
    ]
    assert "rows over a page break joined: 1" in read_pdf(build_pdf(BEGIN, rest)).notes


def test_a_rest_of_several_lines_goes_back_in_order():
    rest = row(800, (DATE, ["ที่ 6) =", "344,058", "บาท"]))
    assert ":: ความก้าวหน้า = 100.00 % (ครั้งที่ 6) = 344,058 บาท" in texts(build_pdf(BEGIN, rest))


@pytest.mark.parametrize(
    "page",
    [
        row(800, (LABEL, ["รายงานครั้งที่", "7"]), (DATE, [":: 25/4/2564 : ปิดงาน"]), (PLAN, [": ช้ากว่าแผน"])),
        text_at(LABEL, 800, "ขอรับรองว่าถูกต้อง"),
        text_at(DATE + 30, 800, "กลางหน้า"),
        text_at(DATE, 800, "ตัวโตกว่า", size=18),
    ],
    ids=["the next row", "a paragraph", "another column", "another size"],
)
def test_what_is_no_rest_of_the_row_stays_on_its_page(page):
    assert lines(build_pdf(BEGIN, page))[5:] == [(2, at, text) for at, text in enumerate(texts(build_pdf(page)), 1)]


def test_a_rest_of_the_last_cell_is_in_its_place_already():
    begin = row(90, (LABEL, ["รายงานครั้งที่", "6"]), (DATE, [":: 25/3/2564 : สรุปผล"]))
    rest = row(800, (DATE, ["ครบถ้วน"]), (PLAN, [": เป็นไปตามแผน"]))
    assert lines(build_pdf(begin, rest))[2:] == [(1, 3, ":: 25/3/2564 : สรุปผล"), (2, 1, "ครบถ้วน : เป็นไปตามแผน")]


def test_a_row_that_ends_above_the_end_of_its_page_is_whole():
    below = text_at(LABEL, 40, "จบตาราง")
    rest = text_at(DATE, 800, "ย่อหน้าที่เยื้อง")
    assert texts(build_pdf(BEGIN + below, rest))[-1] == "ย่อหน้าที่เยื้อง"


def test_a_row_whose_first_cell_is_empty_is_no_rest_of_the_row_before_it():
    # a report of two tight rows: the second has no cell under its label
    second = (DATE, [":: ความก้าวหน้า = 80.00 %"]), (PLAN, [": เป็นไปตามแผน"]), (TARGET, [": เป็นไปตามเป้าหมาย"])
    before = row(72, (DATE, [":: ความก้าวหน้า", "= 50.00 %"]), (PLAN, [": ช้ากว่า", "แผน"]), (TARGET, [": ต่ำกว่าเป้าหมาย"]))
    begin = before + row(40, (LABEL, ["รายงานครั้งที่ 2"]), (DATE, [":: 25/2/2564 : อบรม"]))
    assert lines(build_pdf(begin, row(800, *second)))[-1] == (
        2,
        1,
        ":: ความก้าวหน้า = 80.00 % : เป็นไปตามแผน : เป็นไปตามเป้าหมาย",
    )


def page(number, *body, size=8):
    head = text_at(30, 825, "24/11/2569 10:58", size=size) + text_at(
        30, 15, f"http://plan.invalid/form {number}/3", size=size
    )
    return b"".join(text_at(LABEL, 780 - 20 * at, text) for at, text in enumerate(body)) + head


def test_what_a_browser_prints_at_the_edges_of_pages_is_known_as_running_lines():
    document = read_pdf(
        build_pdf(
            page(1, "ก่อนเริ่มโครงการ", "ระหว่างดำเนินการ"), page(2, "หลังสิ้นสุดโครงการ"), page(3, "ท้ายแบบรายงาน", "จบรายงาน")
        )
    )
    assert [sorted(page.running) for page in document.pages] == [[3, 4], [2, 3], [3, 4]]
    assert [line.text for line in document.lines()][:3] == [
        "ก่อนเริ่มโครงการ",
        "ระหว่างดำเนินการ",
        "24/11/2569 10:58",
    ]


def test_a_row_is_joined_across_the_running_lines_between_its_halves():
    head = text_at(30, 825, "24/11/2569 10:58", size=8)
    rest = row(800, (DATE, ["ที่ 6) = 344,058 บาท"]), (PLAN, ["แผน"]))
    assert ": เป็นไปตามแผน : เป็นไปตามเป้า" in texts(build_pdf(BEGIN + head, rest + head))


def test_lines_of_the_form_at_one_place_on_two_pages_are_no_running_lines():
    pages = [text_at(LABEL, 800, f"งบประมาณ {amount} บาท") + text_at(LABEL, 700, "ต่อ") for amount in ("1,500", "2,700")]
    assert [page.running for page in read_pdf(build_pdf(*pages)).pages] == [frozenset(), frozenset()]


def test_a_single_page_and_a_page_of_nothing_but_such_lines_have_none():
    assert read_pdf(build_pdf(page(1, "ก่อนเริ่มโครงการ ระหว่างดำเนินการ"))).pages[0].running == frozenset()
    title = text_at(30, 825, "แบบแสดงรายงานความก้าวหน้า", size=8)
    assert [p.running for p in read_pdf(build_pdf(title, title)).pages] == [frozenset(), frozenset()]
