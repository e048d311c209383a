"""/ActualText that stands in the structure tree of a tagged PDF."""

import time
from collections import Counter

import pytest

from extract.pdf import structure
from extract.pdf.objects import BoundedDocument
from extract.pdf.pages import pages_of
from extract.pdf.structure import StructureTexts
from tests.extract.pdf_bytes import SHARED_PDFS, build_pdf, stream, text_at

NAM = f"<FEFF{'น้ำ'.encode('utf-16-be').hex()}>"
TAGGED = "/StructTreeRoot 100 0 R"


def tagged(*marked, pages=1, extra=None, catalog=TAGGED):
    """A PDF of `pages` pages with StructParents 0, 1, …, whose structure is `extra`, from object 100 on."""
    objects = {1: f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(), **(extra or {})}
    contents = [b" ".join(marked) or text_at(50, 700, "ก")] * pages
    pdf = build_pdf(*contents, extra=objects)
    for number in range(pages):
        at = f"{10 + 2 * number} 0 obj\n<< /Type /Page".encode()
        assert at in pdf
        pdf = pdf.replace(at, at + f" /StructParents {number}".encode())
    return pdf


def found(pdf):
    document = BoundedDocument(pdf)
    texts = StructureTexts(document)
    notes = Counter()
    return [texts.of(page, notes) for page in pages_of(document)], notes


def root(numbers="/Nums [0 [101 0 R 102 0 R 102 0 R]]"):
    return f"<< /Type /StructTreeRoot /K 103 0 R /ParentTree << {numbers} >> >>".encode()


ELEMENTS = {
    101: b"<< /S /Span /P 103 0 R /K 0 >>",
    102: f"<< /S /Span /P 103 0 R /K [1 2] /ActualText {NAM} >>".encode(),
    103: b"<< /S /P /P 100 0 R /K [101 0 R 102 0 R] >>",
}


def test_the_text_of_an_element_stands_at_the_first_of_its_marked_contents():
    assert found(tagged(extra={100: root(), **ELEMENTS}))[0] == [{1: "น้ำ", 2: ""}]


def test_an_outer_text_stands_for_all_inner_ones():
    outer = {103: b"<< /S /P /P 100 0 R /ActualText (outer) >>"}
    assert found(tagged(extra={100: root(), **ELEMENTS, **outer}))[0] == [{0: "outer", 1: "", 2: ""}]


def test_an_element_over_two_pages_is_written_once():
    numbers = "/Nums [0 [102 0 R] 1 [102 0 R 101 0 R]]"
    assert found(tagged(pages=2, extra={100: root(numbers), **ELEMENTS}))[0] == [{0: "น้ำ"}, {0: ""}]


def test_the_parent_tree_may_have_branches_with_limits():
    extra = {
        100: b"<< /ParentTree << /Kids [110 0 R 111 0 R] >> >>",
        110: b"<< /Limits [5 9] /Nums [5 [102 0 R]] >>",
        111: b"<< /Limits [0 4] /Kids [112 0 R] >>",
        112: b"<< /Nums [0 [101 0 R] 1 [102 0 R]] >>",
    }
    assert found(tagged(pages=2, extra={**ELEMENTS, **extra}))[0] == [{}, {0: "น้ำ"}]


def test_an_element_written_out_in_the_parent_tree_is_read():
    numbers = f"/Nums [0 [<< /S /Span /ActualText {NAM} >> null 7]]"
    assert found(tagged(extra={100: root(numbers)}))[0] == [{0: "น้ำ"}]


def test_elements_packed_in_a_stream_of_objects_are_found():
    element = f"<< /S /Span /ActualText {NAM} >>".encode()
    packed = stream(b"102 0 " + element, "/Type /ObjStm /N 1 /First 6", packed=True)
    pdf = with_packed_objects(packed)
    assert b"ActualText" not in pdf
    assert found(pdf)[0] == [{0: "น้ำ"}]


def with_packed_objects(packed):
    """A PDF whose table of objects is a stream, in which object 102 is packed in object 110."""
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /StructTreeRoot 100 0 R >>",
        2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /StructParents 0 >>",
        100: b"<< /ParentTree << /Nums [0 [102 0 R]] >> >>",
        110: packed,
    }
    data = b"%PDF-1.7\n"
    entries = {102: b"\x02" + (110).to_bytes(3, "big") + b"\x00"}
    for number, body in objects.items():
        entries[number] = b"\x01" + len(data).to_bytes(3, "big") + b"\x00"
        data += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    table = len(data)
    entries[111] = b"\x01" + table.to_bytes(3, "big") + b"\x00"
    rows = b"".join(entries.get(number, bytes(5)) for number in range(112))
    return data + b"111 0 obj\n" + stream(rows, "/Type /XRef /Size 112 /W [1 3 1] /Root 1 0 R", packed=True) + (
        b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % table
    )  # fmt: skip


@pytest.mark.parametrize(
    ("catalog", "extra"),
    [
        ("", {100: root(), **ELEMENTS}),
        (TAGGED, {100: b"null", **ELEMENTS}),
        (TAGGED, {100: b"<< >>", **ELEMENTS}),
        (TAGGED, {100: b"<< /ParentTree (x) >>", **ELEMENTS}),
        (TAGGED, {100: root("/Nums [1 [102 0 R]]"), **ELEMENTS}),
        (TAGGED, {100: root("/Nums [0 102 0 R]"), **ELEMENTS}),
        (TAGGED, {100: root("/Nums [0]"), **ELEMENTS}),
        (TAGGED, {100: root(), 101: ELEMENTS[101], 102: b"<< /S /Span >>", 103: b"<< /S /P >>"}),
    ],
)
def test_where_no_text_leads_to_the_page_there_is_none(catalog, extra):
    pages, notes = found(tagged(catalog=catalog, extra=extra))
    assert pages == [{}]
    assert not +notes


def test_a_file_without_the_word_is_not_searched(monkeypatch):
    elements = {101: ELEMENTS[101], 102: ELEMENTS[101], 103: ELEMENTS[103]}
    pdf = tagged(extra={100: root(), **elements})
    monkeypatch.setattr(StructureTexts, "_in_number_tree", lambda *_: pytest.fail("the tree was searched"))
    assert found(pdf)[0] == [{}]


def test_elements_and_trees_that_lead_in_circles_end():
    extra = {
        100: b"<< /ParentTree 110 0 R >>",
        101: b"<< /P 102 0 R >>",
        102: b"<< /P 101 0 R >>",
        110: b"<< /Kids [110 0 R 111 0 R] >>",
        111: b"<< /Kids [110 0 R] /Nums [0 [101 0 R 102 0 R]] >>",
        120: b"(ActualText)",
    }
    assert found(tagged(extra=extra))[0] == [{}]


def test_a_structure_that_is_too_large_is_left_and_noted(monkeypatch):
    monkeypatch.setattr(structure, "MAX_ELEMENTS", 20)
    elements = {200 + n: f"<< /S /Span /ActualText (t{n}) >>".encode() for n in range(40)}
    numbers = f"/Nums [0 [{' '.join(f'{n} 0 R' for n in elements)}]]"
    pages, notes = found(tagged(extra={100: root(numbers), **elements}))
    assert 10 < len(pages[0]) < 40
    assert sum(notes.values()) == 1


def test_many_pages_that_share_one_long_list_cost_little():
    numbers = " ".join(f"{n} 120 0 R" for n in range(40))
    extra = {100: root(f"/Nums [{numbers}]"), **ELEMENTS, 120: b"[" + b"101 0 R " * 20_000 + b"]"}
    begin = time.process_time()
    _, notes = found(tagged(pages=40, extra=extra))
    assert time.process_time() - begin < 4
    assert sum(notes.values()) > 0


@pytest.mark.skipif(not SHARED_PDFS.is_dir(), reason="the shared PDFs are not beside this checkout")
@pytest.mark.parametrize("name", ["chromium_header_BC.pdf", "chromium_noto_cols_B.pdf", "chromium_table_C.pdf"])
def test_the_tagged_pdfs_of_chromium_have_none_and_cost_nothing(name, monkeypatch):
    monkeypatch.setattr(StructureTexts, "_in_number_tree", lambda *_: pytest.fail("the tree was searched"))
    pages, _ = found((SHARED_PDFS / name).read_bytes())
    assert not any(pages)
