import pytest

from extract import read
from extract.read import media_type_of, read_bytes
from tests.extract.pdf_bytes import build_pdf, source_file, text_at


def read_it(data, uri="inbox/a.pdf"):
    return read_bytes(source_file(uri, data), data)


@pytest.mark.fault(17)
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\t", "empty_file"),
        (b"\xef\xbb\xbf", "empty_file"),
        (b"\x00" * 500, "empty_file"),
        (b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "not_a_form_file"),
        (b"\n <HTML>login</HTML>", "not_a_form_file"),
        (b"PK\x03\x04word/document.xml", "not_a_form_file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_a_form_file"),
        (b"\x89PNG\r\n\x1a\n", "not_a_form_file"),
        (b"\x01\x02\x03\x00\xff\xfe\x81" * 50, "not_a_form_file"),
        (b"a\x01\x02\x03\x04b", "not_a_form_file"),
        (bytes(n * n * 7 % 251 for n in range(1, 400)), "not_a_form_file"),
        (b"\x81\x82\x83 abc", "unknown_encoding"),
        (b"%PDF-1.7\n", "broken_pdf"),
    ],
)
def test_what_is_no_document_is_rejected_with_a_stable_code(data, code):
    result = read_it(data)
    assert result.document is None
    assert result.rejection.code == code
    assert result.rejection.message.startswith("inbox/a.pdf: ")
    assert "; expected " in result.rejection.message


def test_the_content_decides_not_the_name():
    assert read_it("ปีงบประมาณ 2563".encode(), "inbox/a.pdf").media_type == "text/plain"
    assert read_it(build_pdf(text_at(50, 700, "ปีงบประมาณ")), "inbox/a.txt").media_type == "application/pdf"


@pytest.mark.fault(17)
def test_junk_before_and_after_a_pdf_is_tolerated():
    pdf = build_pdf(text_at(50, 700, "ปีงบประมาณ"))
    for data in (b"<p>moved</p>\n" + pdf, pdf + b"<html>tail</html>" * 5):
        assert [line.text for line in read_it(data).document.lines()] == ["ปีงบประมาณ"]


def test_html_remnants_inside_a_dump_do_not_make_it_a_web_page():
    assert media_type_of("ชื่อโครงการ<br>กิจกรรม".encode()) == "text/plain"


def test_a_dump_above_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(read, "MAX_DUMP_BYTES", 10)
    assert read_it("ปีงบประมาณ".encode()).rejection.code == "too_large"


@pytest.mark.parametrize(
    ("error", "code"),
    [(MemoryError(), "reader_out_of_memory"), (RecursionError(), "reader_crashed"), (KeyError("x"), "reader_crashed")],
)
def test_a_failing_reader_rejects_the_file_instead_of_raising(monkeypatch, error, code):
    def fail(data):
        raise error

    monkeypatch.setattr(read, "read_dump", fail)
    assert read_it("ปี".encode()).rejection.code == code


def test_the_version_names_the_library_it_depends_on():
    assert "pdfminer.six-" in read.reader_version()
