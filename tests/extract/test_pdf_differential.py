"""The fast reader of pages gives exactly what pdfminer's own interpreter gives, on every PDF at hand and on odd content."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extract.pdf.interpreter import PageInterpreter
from extract.pdf.objects import BoundedDocument
from extract.pdf.reader import draw_pages
from extract.pdf.streams import TooMuch
from tests.extract.doubting import Doubting
from tests.extract.pdf_bytes import ROOT, SHARED_PDFS, assemble, build_pdf, stream
from tests.extract.pdf_corpus import by_hand, by_libraries, invented, objects_of

ODD_ON_PURPOSE = {"hand_comments", "hand_inline_images", "hand_split"}
"""What the scanner leaves to pdfminer by design."""


def drawn(data, interpreter):
    """Pages and notes, or the code under which read_pdf would reject the file."""
    try:
        return draw_pages(BoundedDocument(data), data, interpreter_class=interpreter)
    except TooMuch:
        return "too_large"
    except Exception:
        return "broken_pdf"


def compared(data):
    """Why the scanner was in doubt, once both have drawn the same."""
    Doubting.doubts.clear()
    fast, stock = drawn(data, Doubting), drawn(data, PageInterpreter)
    assert fast == stock
    return list(Doubting.doubts)


# ---------------------------------------------------------------- PDFs at hand


@cache
def corpus():
    made = invented(1)
    return {made.name: made for made in (*by_hand(*made), *by_libraries(*made))}


FILES = sorted((ROOT / "data" / "samples" / "inbox").glob("*.pdf"))
FILES += sorted(SHARED_PDFS.glob("*.pdf"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_files_are_drawn_alike_and_without_doubt(path):
    assert compared(path.read_bytes()) == []


def test_the_shared_files_are_there():
    if not SHARED_PDFS.is_dir():
        pytest.skip("the shared PDFs are not beside this checkout")
    assert sum(path.parent == SHARED_PDFS for path in FILES) > 20


@pytest.mark.parametrize("name", corpus())
def test_each_way_of_writing_a_form_is_drawn_alike(name):
    doubts = compared(corpus()[name].data)
    assert bool(doubts) == (name in ODD_ON_PURPOSE), doubts


# ---------------------------------------------------------------- content that nobody would write

TEXTS = ("ก", "งบ", "1,234.50", "ปี ๒๕๖๔", "( )\\")
SIMPLE = b"1 begincodespacerange <00> <FF> endcodespacerange 1 beginbfrange <a1> <fb> <0e01> endbfrange"
RESOURCES = (
    "/XObject << /X0 100 0 R /X1 101 0 R /X#32 100 0 R >> /Properties << /P0 << /ActualText <FEFF0E02> >> "
    "/P1 104 0 R /P2 << /MCID 3 >> >> /ExtGState << /G0 << /Font [3 0 R 9] >> >> /ColorSpace << /C0 /DeviceRGB >>"
)
EXTRA = {
    100: stream(
        b"BT /F1 9 Tf 9 300 Td <0E07> Tj ET", "/Type /XObject /Subtype /Form /BBox [0 0 99 999] /Matrix [1 0 0 2 3 4]"
    ),
    101: stream(b"\0", "/Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray"),
    102: b"<< /Type /Font /Subtype /TrueType /BaseFont /Old /FirstChar 32 /LastChar 33 /Widths [500 300] "
    b"/FontDescriptor 6 0 R /ToUnicode 103 0 R >>",
    103: stream(SIMPLE),
    104: b"<< /ActualText (\\376\\377\\016\\003) >>",
    105: b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [0.1 0 0 0.1 0 0] /CharProcs << /a 106 0 R >> "
    b"/Encoding << /Differences [97 /a] >> /FirstChar 97 /LastChar 97 /Widths [7] >>",
    106: stream(b"7 0 d0 0 0 5 5 re f"),
}


def pdf_of(*contents):
    """One page whose content is cut into these streams."""
    parts = {200 + n: stream(content) for n, content in enumerate(contents)}
    pdf = build_pdf(b"", resources=RESOURCES, extra={**EXTRA, **parts})
    references = b" ".join(b"%d 0 R" % number for number in parts)
    return assemble_with(pdf, references)


def assemble_with(pdf, references):
    objects = objects_of(pdf)
    objects[10] = (
        objects[10]
        .replace(b"/Contents 11 0 R", b"/Contents [" + references + b"]")
        .replace(b"/F1 3 0 R", b"/F1 3 0 R /F2 102 0 R /F3 105 0 R")
    )
    return assemble(objects)


def escaped(text):
    return text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


plain_numbers = st.one_of(
    st.integers(-900, 900).map(lambda n: b"%d" % n),
    st.floats(-500, 500, allow_nan=False).map(lambda n: b"%.3f" % n),
    st.sampled_from((b"0", b"1", b"-1", b"+7", b".5", b"-.25", b"12.", b"00012", b"0.000001")),
)
odd_numbers = st.sampled_from(
    (b"--5", b"1e5", b"+.5", b"5-3", b"1.2.3", b"-", b"+", b".", b"..", b"1_0", b"+-3", b"1.-2", b"9" * 12, b"4 0 R",
     b"0x10", b"1,5", b"- 5", b"5.0.", b"1" + b"0" * 40, b"." + b"1" * 50, b"true", b"null", b"1\x002", b"\xb2")
)  # fmt: skip
plain_strings = st.sampled_from(TEXTS).flatmap(
    lambda text: st.sampled_from(
        (
            b"(" + escaped(text.encode("utf-16-be")) + b")",
            b"<" + text.encode("utf-16-be").hex().encode() + b">",
            b"(" + escaped(text.encode("cp874")) + b")",
            b"<" + text.encode("utf-16-be").hex(" ").upper().encode() + b">",
        )
    )
)
odd_strings = st.sampled_from(
    (b"()", b"<>", b"<0E0>", b"<0E 0\n1>", b"<0Eg1>", b"(\\q\\016\\001)", b"(\\16\\1)", b"(\\777\\0)", b"(a(b)c)",
     b"(a\\\nb)", b"(a\\\r\nb)", b"(a\rb)", b"(a\nb\r\nc)", b"((((a))))", b"(\\(\\)\\\\)", b"(a", b"<0E01", b"a)", b"(%a)", b"(\\8\\9)",
     b"(\\0161)", b"<<", b">>", b"(\\", b"(\x00\xff)", b"<0e01>>", b"<<0e01>", b"(\x0e\\\r\x01)", b"( \\n\\r\\t\\b\\f)")
)  # fmt: skip
names = st.sampled_from((b"/F1", b"/F2", b"/F3", b"/F9", b"/F#31", b"/", b"/P0", b"/P1", b"/P9", b"/X0", b"/X1", b"/X2",
                         b"/X#32", b"/G0", b"/C0", b"/Span", b"/A.b-c_d*", b"/a\xe9", b"/#", b"/#zz"))  # fmt: skip
dictionaries = st.sampled_from(
    (b"<</MCID 0>>", b"<</MCID 0/ActualText<FEFF0E19>>>", b"<</ActualText (\\376\\377\\016\\031)>>", b"<</ActualText <>>>",
     b"<</ActualText()>>", b"<< /A << /ActualText <FEFF0E19> >> >>", b"<</A[1 2(x)]/ActualText<FEFF0E20>>>", b"<<>>",
     b"<</ActualText 104 0 R>>", b"<</Actual#54ext <FEFF0E19>>>", b"<</ActualText<FEFF0E1>>>", b"<</A(>>)/ActualText<FEFF0E21>>>",
     b"<</ActualText /N>>", b"<</ActualText (a%b)>>", b"<<%c\n/ActualText<FEFF0E22>>>", b"<</ActualText>>", b"<</A<<>>/B<<>>>>",
     b"<</ActualText(a)/ActualText(b)>>", b"/P0", b"/P1", b"/P2", b"/P9", b"5", b"(x)", b"null", b"<</A 1", b"<</A 1>", b"<</E<</ActualText(a)")
)  # fmt: skip


def spaced(*parts):
    return st.tuples(*parts).map(lambda made: b" ".join(part for part in made if part))


def numbers(count, one=plain_numbers):
    return spaced(*[one] * count)


def word(text):
    return st.just(text)


arrays = st.lists(st.one_of(plain_strings, plain_numbers), max_size=5).map(lambda items: b"[" + b" ".join(items) + b"]")
odd_arrays = st.lists(
    st.one_of(plain_strings, plain_numbers, odd_numbers, odd_strings, names, dictionaries, st.just(b"[1 (a)]")),
    max_size=5,
).map(lambda items: b"[" + b"".join(items) + b"]")

fonts = st.sampled_from((b"/F1", b"/F2", b"/F3"))
WELL_FORMED = st.one_of(
    spaced(plain_strings, word(b"Tj")),
    spaced(plain_strings, word(b"Tj")),
    spaced(arrays, word(b"TJ")),
    spaced(fonts, st.sampled_from((b"9", b"12.5", b"-8", b"0", b"1")), word(b"Tf")),
    spaced(numbers(2), st.sampled_from((b"Td", b"TD"))),
    spaced(numbers(6), st.sampled_from((b"Tm", b"cm"))),
    spaced(st.sampled_from((b"1 0 0 1", b"0 1 -1 0", b"2 0 0 2", b"1 0 0 -1")), numbers(2), st.sampled_from((b"Tm", b"cm"))),
    spaced(plain_numbers, st.sampled_from((b"Tc", b"Tw", b"TL", b"Ts"))),
    spaced(st.sampled_from((b"100", b"50", b"0", b"-100", b"120.5")), word(b"Tz")),
    spaced(st.sampled_from((b"0", b"3", b"7", b"3.0")), word(b"Tr")),
    spaced(plain_strings, word(b"'")),
    spaced(numbers(2), plain_strings, word(b'"')),
    st.sampled_from((b"BT", b"ET", b"q", b"Q", b"T*", b"EMC", b"n", b"h", b"W", b"W*", b"BX", b"EX", b"f", b"F", b"f*", b"S", b"s",
                     b"B", b"B*", b"b", b"b*")),
    spaced(st.just(b"/Span"), st.sampled_from((b"<</ActualText<FEFF0E19>>>", b"<</MCID 1>>", b"/P0", b"/P1")), word(b"BDC")),
    spaced(st.just(b"/P"), word(b"BMC")),
    spaced(numbers(4), st.sampled_from((b"re", b"v", b"y", b"k", b"K"))),
    spaced(numbers(6), word(b"c")),
    spaced(numbers(2), st.sampled_from((b"m", b"l"))),
    spaced(numbers(3), st.sampled_from((b"rg", b"RG", b"sc", b"scn", b"SCN"))),
    spaced(plain_numbers, st.sampled_from((b"w", b"J", b"j", b"M", b"i", b"g", b"G"))),
    st.sampled_from((b"[] 0 d", b"[3 2] 1 d", b"/G0 gs", b"/C0 cs", b"/C0 CS", b"/Perceptual ri", b"/X0 Do", b"/X1 Do", b"/S0 sh",
                     b"/P MP", b"/P0 scn")),
)  # fmt: skip
OPERATORS = (
    b"Tj TJ ' \" Tf Td TD Tm T* Tc Tw Tz TL Ts Tr cm q Q BT ET BDC BMC EMC MP DP Do gs cs CS sc scn SC SCN g G rg RG k K w J j M d ri i "
    b"m l c v y h re f F f* S s B B* b b* n W W* sh d0 d1 BX EX BI ID EI wat tj TF"
).split()
operands = st.one_of(plain_numbers, odd_numbers, plain_strings, odd_strings, names, dictionaries, arrays, odd_arrays)
ODD = st.one_of(
    st.tuples(st.lists(operands, max_size=7), st.sampled_from(OPERATORS)).map(lambda made: b" ".join((*made[0], made[1]))),
    st.tuples(st.lists(operands, max_size=4), st.sampled_from(OPERATORS)).map(lambda made: b"".join((*made[0], made[1]))),
    st.sampled_from(
        (b"% remark\n", b"%\r", b"BI /W 1 /H 1 /BPC 8 /CS /G ID \x00 EI", b"BI /W 1 ID ab\nEI Q", b"BI ID EI", b"BI /W 1 EI", b"{", b"}",
         b"]", b"[", b">>", b")", b"\x00", b"\x00\x00", b"\x0b", b"\x80", b"0 0 m(a)'", b"BT/F1 9Tf", b"/F1 9 Tf<0E01>Tj", b"5Tc", b"q1 0 0 1 5 5cm",
         b"q\nQ", b"EMC EMC", b"Q Q Q", b"BT BT", b"[<0E01>5<0E02>]TJ", b"[<0E01>-5(\x0e\x02)]TJ", b"[(\x0e\x01)5.5.5]TJ", b"/F1 12 Tf(\x0e\x01)Tj",
         b"/F19 Tf", b"/F1/F2 9 Tf", b"-.5-.5 Td", b"1 2Td", b"1\x002 Td", b"1 2 Td3 4 Td", b"/P /P2 DP", b"/P <</MCID 1>> DP")
    ),
    odd_arrays.map(lambda array: array + b" TJ"),
    spaced(odd_strings, word(b"Tj")),
    spaced(numbers(2, st.one_of(plain_numbers, odd_numbers)), word(b"Td")),
    spaced(st.just(b"/Span"), dictionaries, st.just(b"BDC")),
    st.binary(max_size=6),
)  # fmt: skip
GAPS = st.sampled_from((b" ", b"\n", b"\r\n", b"\t", b"\r", b"  ", b"\f"))
START = b"BT /F1 12 Tf 50 700 Td "


PLAUSIBLE = [bytes((byte,)) for byte in b" \n\r\t\0()<>[]/%#0-.+19TjJBEQdm'\"\\\x80"]


@st.composite
def contents(draw, fragments, gaps):
    """Content with a font set, so that text shows."""
    parts = [START]
    for fragment in draw(st.lists(fragments, min_size=1, max_size=12)):
        parts += [fragment, draw(gaps)]
    return b"".join(parts)


@given(contents(WELL_FORMED, GAPS))
@settings(max_examples=200, deadline=None)
def test_well_formed_content_is_drawn_alike_and_without_doubt(content):
    assert compared(pdf_of(content)) == []


@given(contents(st.one_of(WELL_FORMED, WELL_FORMED, ODD), st.one_of(GAPS, GAPS, st.just(b""))))
@settings(max_examples=400, deadline=None)
def test_odd_content_is_drawn_alike(content):
    compared(pdf_of(content))


@pytest.mark.parametrize(
    "streams",
    [
        # PDF allows a cut between tokens only; pdfminer puts a line end in between, unless the token has only begun
        (START + b"(\x0e", b"\x01) Tj"),
        (START + b"(", b"\x0e\x01) Tj"),
        (START + b"[(", b"\x0e\x01)] TJ"),
        (START + b"/Span <</MCI", b"D 1>> BDC (\x0e\x01) Tj EMC"),
        (START + b"/Span <</ActualText(", b"a)>> BDC (\x0e\x01) Tj EMC"),
        (START + b"<0E", b"01> Tj"),
        (START + b"/Span <</ActualText<FE", b"FF0E19>>> BDC (\x0e\x01) Tj EMC"),
        (START + b"/Span <</MCID", b" 1>> BDC (\x0e\x01) Tj EMC"),
        (START + b"[(\x0e\x01)", b"-5 (\x0e\x02)] TJ"),
        (START + b"(\x0e\x01)", b"Tj 50 600", b"Td (\x0e\x02) Tj"),
        (START + b"(\x0e\x01) T", b"j (\x0e\x02) Tj"),
        (START + b"1 0 0 1 5", b"0 600 Tm (\x0e\x01) Tj"),
    ],
)
def test_a_token_cut_by_the_end_of_a_stream_is_drawn_alike(streams):
    compared(pdf_of(*streams))


@pytest.mark.parametrize(
    "properties", [b"<<[>>", b"<<<>>>", b"<</B ]>>", b"<</B>>", b"<</B [>>", b"<</B [1]>>", b"<</B <>>>", b"<<5 6>>"]
)
def test_a_damaged_property_list_is_drawn_alike(properties):
    compared(pdf_of(START + b"/Span " + properties + b" BDC (\x0e\x01) Tj EMC"))


@given(contents(st.one_of(WELL_FORMED, WELL_FORMED, ODD), GAPS), st.lists(st.floats(0, 1), min_size=1, max_size=3))
@settings(max_examples=200, deadline=None)
def test_content_in_several_streams_is_drawn_alike_wherever_it_is_cut(content, places):
    cuts = [0, *sorted(round(place * len(content)) for place in places), len(content)]
    compared(pdf_of(*(content[a:b] for a, b in pairwise(cuts))))


@given(contents(WELL_FORMED, GAPS), st.integers(0, 10_000), st.sampled_from(PLAUSIBLE))
@settings(max_examples=200, deadline=None)
def test_one_wrong_byte_is_drawn_alike(content, place, byte):
    at = place % len(content)
    compared(pdf_of(content[:at] + byte + content[at + 1 :]))
