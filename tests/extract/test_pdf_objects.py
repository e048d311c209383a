"""How the objects of a PDF are found, opened and refused, shown on PDFs made by hand."""

import base64
import hashlib
import random
import zlib

import pytest
from pdfminer.arcfour import Arcfour
from pdfminer.pdfdevice import PDFDevice
from pdfminer.pdfdocument import PDFStandardSecurityHandler
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager

from extract.options import Options
from extract.pdf.content import BoundedInterpreter
from extract.pdf.encryption import apply_rc4
from extract.pdf.objects import BoundedDocument
from extract.pdf.pages import page_count, pages_of
from extract.pdf.reader import read_pdf
from extract.pdf.streams import Damaged, TooMuch, decode_lzw, inflate, undo_predictor
from extract.rejection import Unreadable
from tests.extract.pdf_bytes import SHARED_PDFS, build_pdf, stream, text_at

PLAIN = Options(second_reader=False, ocr=False)
CONTENT = text_at(50, 700, "ปีงบประมาณ")


def texts(pdf):
    return [line.text for line in read_pdf(pdf, PLAIN).lines()]


def refusal(pdf):
    with pytest.raises(Unreadable) as caught:
        read_pdf(pdf, PLAIN)
    return caught.value


# streams


def lzw(data, *, early):
    """Codes of 9 to 12 bits, as a writer packs them."""
    bits, width, table = "", 9, {bytes((code,)): code for code in range(256)}
    size, before = 258, b""
    bits += f"{256:09b}"
    for byte in data:
        longer = before + bytes((byte,))
        if longer in table:
            before = longer
            continue
        bits += f"{table[before]:0{width}b}"
        table[longer] = size
        size += 1
        width = max(9, (size - 1 + early).bit_length())
        if size > 4090:
            bits += f"{256:0{width}b}"
            size, width, table = 258, 9, {bytes((code,)): code for code in range(256)}
        before = bytes((byte,))
    bits += f"{table[before]:0{width}b}"
    size += 1
    bits += f"{257:0{max(9, (size - 1 + early).bit_length())}b}"
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def runs(data):
    return b"".join(bytes((len(part) - 1,)) + part for part in (data[at : at + 128] for at in range(0, len(data), 128))) + b"\x80"  # fmt: skip


def png_rows(data, columns, method):
    rows, above = [], bytes(columns)
    for at in range(0, len(data), columns):
        row = data[at : at + columns]
        left = b"\0" + row
        corner = b"\0" + above
        guesses = {
            0: bytes(columns),
            1: left,
            2: above,
            3: bytes((x + y) // 2 for x, y in zip(left, above, strict=False)),
            4: bytes(min((x, y, z), key=lambda n, p=x + y - z: abs(p - n)) for x, y, z in zip(left, above, corner, strict=False)),
        }[method]  # fmt: skip
        rows.append(bytes((method,)) + bytes((x - y) & 255 for x, y in zip(row, guesses, strict=False)))
        above = row
    return b"".join(rows)


@pytest.mark.parametrize(
    ("filters", "pack"),
    [
        ("/Filter /FlateDecode", zlib.compress),
        ("/Filter [/Fl]", zlib.compress),
        ("/Filter /LZWDecode", lambda data: lzw(data, early=True)),
        ("/Filter /LZW /DecodeParms << /EarlyChange 0 >>", lambda data: lzw(data, early=False)),
        ("/Filter /RunLengthDecode", runs),
        ("/Filter /ASCIIHexDecode", lambda data: data.hex(" ", 20).encode() + b">"),
        ("/Filter /AHx", lambda data: data.hex().encode()),
        ("/Filter /ASCII85Decode", lambda data: base64.a85encode(data, wrapcol=70) + b"~>"),
        ("/Filter /A85", lambda data: base64.a85encode(data, adobe=True)),
        ("/Filter [/ASCII85Decode /FlateDecode]", lambda data: base64.a85encode(zlib.compress(data)) + b"~>"),
        ("/Filter [/Crypt /FlateDecode] /DecodeParms [<< /Name /Identity >> null]", zlib.compress),
        *[
            (
                "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 20 >>",
                lambda data, method=method: zlib.compress(png_rows(data, 20, method)),
            )
            for method in range(5)
        ],
    ],
)
def test_a_stream_is_read_however_it_is_packed(filters, pack):
    content = (CONTENT + b" " + text_at(50, 600, "รหัสโครงการ 5041") * 30).ljust(40 * 110)
    pdf = build_pdf(stream(pack(content), filters))
    assert texts(pdf)[:1] == ["ปีงบประมาณ"]
    assert BoundedDocument(pdf).getobj(11).get_data().startswith(content)


def test_a_tiff_predictor_adds_up_the_bytes_of_a_row():
    assert undo_predictor(bytes([1, 1, 1, 5, 0, 250]), 2, colors=1, bits=8, columns=3) == bytes([1, 2, 3, 5, 5, 255])
    assert undo_predictor(bytes([1, 10, 1, 10]), 2, colors=2, bits=8, columns=2) == bytes([1, 10, 2, 20])


def test_an_lzw_stream_longer_than_its_table_is_read_to_its_end():
    data = random.Random(1).randbytes(3000) * 5
    for early in (True, False):
        assert decode_lzw(lzw(data, early=early), early=early) == data


def test_a_wrong_checksum_is_damage_and_a_missing_one_is_not():
    packed = zlib.compress(CONTENT)
    for rest in (b"", b"\r\n", b"\n\n\n\n"):
        assert texts(build_pdf(stream(packed[:-4] + rest, "/Filter /FlateDecode"))) == ["ปีงบประมาณ"]
    damaged = packed[:-4] + zlib.adler32(CONTENT.replace(b"0", b"1")).to_bytes(4, "big")
    assert "does not match its checksum" in str(refusal(build_pdf(stream(damaged, "/Filter /FlateDecode"))))
    with pytest.raises(Damaged, match="checksum"):
        inflate(damaged)


def test_all_streams_together_have_a_limit_too(monkeypatch):
    large = stream(bytes(1000), packed=True)
    pdf = build_pdf(CONTENT, extra={100: large, 101: large})
    document = BoundedDocument(pdf)
    document.unpacking._left = 1500
    assert len(document.getobj(100).get_data()) == 1000
    with pytest.raises(TooMuch, match="its streams unpack to more than"):
        document.getobj(101).get_data()


@pytest.mark.parametrize("length", ["1", "9999999", "-1", "(a)", "null", "99 0 R"])
def test_a_stream_with_a_wrong_length_ends_where_it_says_it_ends(length):
    pdf = build_pdf(stream(CONTENT, packed=True))
    wrong = pdf.replace(b"/Length %d" % len(zlib.compress(CONTENT)), b"/Length " + length.encode())
    assert wrong != pdf
    assert texts(wrong) == ["ปีงบประมาณ"]


def test_the_word_endstream_inside_a_stream_does_not_end_it():
    assert texts(build_pdf(b"% endstream endobj\n" + CONTENT)) == ["ปีงบประมาณ"]


# tables of objects


def test_a_lost_table_is_rebuilt_from_the_newest_objects():
    pdf = build_pdf(text_at(50, 700, "ฉบับเก่า")).replace(b"startxref", b"startnothing")
    newer = b"11 0 obj\n" + stream(CONTENT) + b"\nendobj\n%%EOF\n"
    document = read_pdf(pdf + newer, PLAIN)
    assert [line.text for line in document.lines()] == ["ปีงบประมาณ"]
    assert "table of objects rebuilt: 1" in document.notes


def test_an_object_that_is_not_where_the_table_says_is_looked_for():
    pdf = build_pdf(CONTENT)
    place = pdf.index(b"11 0 obj")
    wrong = pdf.replace(b"%010d" % place, b"%010d" % (place - 5))
    assert texts(wrong) == ["ปีงบประมาณ"]
    assert BoundedDocument(pdf).is_rebuilt is False


def test_an_object_that_is_listed_but_nowhere_is_missing():
    pdf = build_pdf(CONTENT).replace(b"\n11 0 obj", b"\n99 0 obj")
    assert refusal(pdf).code == "broken_pdf"


def test_objects_inside_an_embedded_pdf_are_not_taken_for_objects_of_the_file():
    inner = build_pdf(text_at(50, 700, "ฉบับแนบ"))
    pdf = build_pdf(CONTENT, extra={100: stream(inner)})
    head, _, _ = pdf.rpartition(b"startxref")
    assert texts(head + b"%%EOF") == ["ปีงบประมาณ"]


def test_a_word_in_a_string_is_no_landmark():
    pdf = build_pdf(CONTENT, info="/Title (stream of trailer obj 5 0 obj endstream)")
    assert texts(pdf.replace(b"startxref", b"startnothing")) == ["ปีงบประมาณ"]


def test_pages_come_in_the_order_of_the_tree_with_what_they_inherit():
    kids = {
        100: b"<< /Type /Pages /Kids [10 0 R 12 0 R] /Count 2 /Rotate 90 >>",
        101: b"<< /Type /Pages /Kids [14 0 R 100 0 R] /Count 3 /Rotate 180 >>",
    }
    pdf = build_pdf(CONTENT, CONTENT, CONTENT, extra=kids)
    pdf = pdf.replace(b"/Kids [10 0 R 12 0 R 14 0 R]", b"/Kids [101 0 R]".ljust(28))
    document = BoundedDocument(pdf)
    assert [(page.pageid, page.rotate) for page in pages_of(document)] == [(14, 180), (10, 90), (12, 90)]
    assert page_count(document) == 3


def test_a_page_that_was_deleted_is_not_read():
    pdf = build_pdf(CONTENT).replace(b"/Kids [10 0 R] /Count 1", b"/Kids [] /Count 0     ")
    assert list(pages_of(BoundedDocument(pdf))) == []


# encryption


@pytest.mark.parametrize("size", [5, 6, 7, 10, 13, 16])
def test_rc4_is_the_rc4_of_pdfminer(size):
    key, data = random.Random(size).randbytes(size), random.Random(0).randbytes(3000)
    assert apply_rc4(key, data) == Arcfour(key).encrypt(data)


def encrypted(bits):
    """A PDF that opens with an empty password, its content stream encrypted with a key of `bits`."""
    version, revision = (1, 2) if bits == 40 else (2, 3)
    parameters = {"V": version, "R": revision, "P": -4, "O": b"o" * 32, "U": b"", "Length": bits}
    handler = object.__new__(PDFStandardSecurityHandler)
    handler.docid, handler.param, handler.password = [b"id"], parameters, ""
    handler.init_params()
    key = handler.compute_encryption_key(b"")
    user = handler.compute_u(key)[:32]
    salted = hashlib.md5(key + b"\x0b\0\0\0\0").digest()[: min(len(key) + 5, 16)]  # object 11, generation 0
    entries = f"/Filter /Standard /V {version} /R {revision} /P -4 /Length {bits} /O ({'o' * 32}) /U <{user.hex()}>"
    pdf = build_pdf(stream(apply_rc4(salted, CONTENT)), extra={100: f"<< {entries} >>".encode()}, to_unicode=b"")
    return pdf.replace(b"/Info 7 0 R", b"/ID [(id) (id)] /Encrypt 100 0 R")


@pytest.mark.parametrize("bits", [40, 56, 104, 128])
def test_a_stream_under_a_key_of_any_length_is_opened(bits):
    document = BoundedDocument(encrypted(bits))
    assert document.getobj(11).get_data() == CONTENT


# drawing


def test_a_page_whose_drawing_breaks_off_is_not_read_in_part():
    for rest in (b" BT (", b" BT [(a)", b" /Span << /A", b" BI /W 1", b" BI /W 1 ID aaaa", b" <0E01"):
        assert refusal(build_pdf(CONTENT + rest)).code == "broken_pdf", rest


def test_a_page_drawn_with_what_is_no_operator_is_not_read_as_empty():
    garbage = random.Random(3).randbytes(2000).translate(None, b"(<[{")
    assert refusal(build_pdf(garbage + b" " + CONTENT)).code == "broken_pdf"
    assert texts(build_pdf(b"what 1 2 3 ever " + CONTENT)) == ["ปีงบประมาณ"]


@pytest.mark.parametrize("content", [b"BT ET " * 4_000, b"1 " * 1_500, b"what Q Q " * 700])
def test_what_a_document_draws_has_a_limit_whoever_draws_it(monkeypatch, content):
    monkeypatch.setattr("extract.pdf.content.MAX_DRAWN_BYTES", 20_000)
    assert texts(build_pdf(content[:1998] + CONTENT)) == ["ปีงบประมาณ"]
    assert refusal(build_pdf(content + CONTENT)).code == "too_large"
    assert refusal(build_pdf(*[content[: len(content) // 3] + CONTENT] * 4)).code == "too_large"


def test_an_inline_image_is_passed_over_whatever_its_bytes_are():
    for data in (b"abc", b"EEI ", b"E I EI", b"(<[", b"\x00" * 5000 + b"E"):
        image = b"BI /W 1 /H 1 /BPC 8 /CS /G ID " + data + b" EI "
        assert texts(build_pdf(image + CONTENT)) == ["ปีงบประมาณ"]


class Recorder(PDFDevice):
    """Keeps every string as it is to be drawn."""

    def __init__(self):
        super().__init__(PDFResourceManager())
        self.strings = []

    def render_string(self, textstate, seq, ncs, graphicstate):
        self.strings.append((self.ctm, textstate.matrix, textstate.linematrix, textstate.fontsize, repr(seq)))


def drawn(interpreter_class, pdf):
    recorder = Recorder()
    interpreter = interpreter_class(recorder.rsrcmgr, recorder)
    for page in pages_of(BoundedDocument(pdf)):
        interpreter.process_page(page)
    return recorder.strings


@pytest.mark.parametrize(
    "content",
    [
        CONTENT + b" what 1 2 3 ever 7 8 9 10 11 12 cm " + CONTENT,
        b"BI /W 1 /H 1 ID abc EI " + CONTENT,
        b"q 1 2 cm Tj " + CONTENT + b" Q Q Q ] ) >> " + CONTENT,
        b"(a\\\n(b\\051)c\\1) pop /N#41me gs [ 1 [ 2 ] ] 0 d " + CONTENT,
    ],
)
def test_the_bounded_interpreter_draws_what_pdfminer_draws(content):
    pdf = build_pdf(content)
    assert drawn(BoundedInterpreter, pdf) == drawn(PDFPageInterpreter, pdf) != []


@pytest.mark.skipif(not SHARED_PDFS.is_dir(), reason="the real PDFs are not here")
def test_the_bounded_interpreter_draws_what_pdfminer_draws_of_real_pdfs():
    for path in sorted(SHARED_PDFS.glob("*.pdf"))[::4]:
        pdf = path.read_bytes()
        assert drawn(BoundedInterpreter, pdf) == drawn(PDFPageInterpreter, pdf), path.name
