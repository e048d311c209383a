"""Tokens of PDF objects are pdfminer's, also those that are taken many at a time."""

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pdfminer.pdfparser import PDFParser
from pdfminer.psexceptions import PSEOF

from data.samples.generator.facts import invent_project
from data.samples.generator.pdf import fpdf2_pdf, reportlab_pdf
from extract.pdf.parser import CountingParser
from extract.pdf.streams import Allowance
from tests.extract.hostile import hostile_cases


def counting(data, buffer):
    """A parser like those of files and object streams, that reads so many bytes at first."""

    class Parser(CountingParser, PDFParser):
        BUFSIZ = buffer
        parsing = Allowance(10**9, "it is longer than")

    return Parser(BytesIO(data))


def tokens(parser):
    """Every token with its place and kind, and how it ends."""
    found = []
    try:
        for _ in range(100_000):
            place, token = parser.nexttoken()
            found.append((place, type(token), repr(token)))
    except (PSEOF, AssertionError, ValueError) as end:
        found.append(type(end))
    return found


PIECES = st.sampled_from([
    b"<<", b">>", b"<", b">", b"[", b"]", b"(", b")", b"{", b"}", b"/", b"%", b"#", b"R", b"obj", b"true", b"null", b"R2",
    b"/Name", b"/A#20B", b"/Font+1", b"/\xe0\xb8\x81", b"12", b"-7", b"+3", b"0.5", b"-.25", b".5", b"1.", b"1.2.3", b"--4", b"+-1",
    b"9" * 17, b"9" * 19, b"1" * 4400, b"0" * 30 + b".5", b"(a\\)b)", b"(\\101)", b"<0e01>", b"<0 1", b"% no more\n", b"\x00", b"\x0b", b"\xa0",
    b"/" + b"n" * 127, b"/" + b"n" * 128, b"e5", b"1e5", b"'", b'"', b"*",
])  # fmt: skip
BETWEEN = st.sampled_from([b"", b" ", b"\n", b"\r\n", b"\t ", b"\x0c", b"\x00"])


@settings(max_examples=400, deadline=None)
@given(st.lists(st.tuples(PIECES, BETWEEN), max_size=40), st.sampled_from([1, 2, 7, 64, 4096]))
def test_any_pieces_are_the_tokens_that_pdfminer_finds(pieces, buffer):
    data = b"".join(piece + between for piece, between in pieces)
    assert tokens(counting(data, buffer)) == tokens(PDFParser(BytesIO(data)))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.sampled_from([1, 3, 4096]))
def test_any_bytes_are_the_tokens_that_pdfminer_finds(data, buffer):
    assert tokens(counting(data, buffer)) == tokens(PDFParser(BytesIO(data)))


@pytest.mark.parametrize(
    "make", [lambda p: reportlab_pdf([p]), lambda p: fpdf2_pdf([p], shaped=False)], ids=["reportlab", "fpdf2"]
)
def test_the_objects_of_a_pdf_are_the_same_tokens(make):
    import random

    data = make(invent_project(random.Random(5), n_reports=2))
    assert tokens(counting(data, 4096)) == tokens(PDFParser(BytesIO(data)))


LONG_NAME = "parsing-object-name-of-hex-digits"  # which pdfminer reads, and kaona refuses


def test_hostile_files_are_the_same_tokens():
    wrong = []
    for case in hostile_cases():
        data = case.data[:4_000]
        if case.id != LONG_NAME and tokens(counting(data, 4096)) != tokens(PDFParser(BytesIO(data))):
            wrong.append(case.id)
    assert wrong == []
