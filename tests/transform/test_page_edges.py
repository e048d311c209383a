from extract.document import Document, Line, Page
from transform.copies import split
from transform.form import load_form
from transform.page_edges import without_edges

FORM = load_form()
TITLE = "** แบบแสดงรายงานความก้าวหน้าและข้อมูลเกี่ยวกับโครงการ **"


def document(*pages):
    """Pages as lists of texts; a text that begins with `~` stands in the running head or foot."""
    return Document(
        tuple(
            Page(
                number,
                tuple(Line(number, at, text.removeprefix("~")) for at, text in enumerate(texts, 1)),
                running=frozenset(at for at, text in enumerate(texts, 1) if text.startswith("~")),
            )
            for number, texts in enumerate(pages, 1)
        ),
        "application/pdf",
    )


PAGES = (
    [TITLE, "1.5 เป้าหมายของโครงการ", "- ครัวเรือนเข้าร่วมไม่น้อยกว่า 130", "~11/24/26, 10:58 AM", "~http://plan.invalid 1/2"],
    ["หลังคาเรือน", "~11/24/26, 10:58 AM", "~http://plan.invalid 2/2"],
)


def test_running_lines_are_furniture_and_no_part_of_a_value():
    found = split(document(*PAGES), FORM)
    texts = [segment.text for copy in found.copies for block in copy.blocks for segment in block.segments]
    assert texts == ["- ครัวเรือนเข้าร่วมไม่น้อยกว่า 130", "หลังคาเรือน"]
    assert {(1, 4), (1, 5), (2, 2), (2, 3)} <= found.furniture
    assert found.outside == ()


def test_a_title_at_the_edge_of_every_page_still_counts_as_a_title():
    pages = document([f"~{TITLE}", "1.5 เป้าหมายของโครงการ", "- หนึ่ง"], [f"~{TITLE}", "- สอง"])
    lines, edges = without_edges(pages, FORM)
    assert edges == set()
    assert len(lines) == 5


def test_a_document_without_running_lines_is_taken_as_it_is():
    pages = document(["1.5 เป้าหมายของโครงการ", "- หนึ่ง"])
    assert without_edges(pages, FORM) == (list(pages.lines()), set())
