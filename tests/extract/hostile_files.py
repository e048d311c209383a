"""Hostile files: references and tables that lead in circles, trees without end, locks, and what is no PDF at all."""

from __future__ import annotations

import random
import zlib

from tests.extract.hostile_parts import (
    BROKEN,
    EMPTY,
    GOOD_CONTENT,
    LOCKED,
    MIB,
    NO_FORM,
    NO_TEXT,
    READ,
    TOO_LARGE,
    UNREADABLE,
    Rows,
    bomb,
    form_xobject,
    one_page,
    one_page_pdf,
    packed_pdf,
)
from tests.extract.pdf_bytes import build_pdf, looping_pdf, stream, unpacking_pdf


def references() -> Rows:
    yield "content-circle", looping_pdf(), BROKEN
    yield "content-is-itself", one_page_pdf(o11=b"11 0 R"), BROKEN
    chain = {f"o{n}": b"%d 0 R" % (n + 1) for n in range(100, 3000)}
    yield "chain-of-thousands", one_page_pdf(o11=b"100 0 R", o3000=stream(GOOD_CONTENT), **chain), BROKEN
    own_length = b"<< /Length 11 0 R >>\nstream\n" + GOOD_CONTENT + b"\nendstream"
    yield "length-of-itself", one_page_pdf(o11=own_length), BROKEN
    circle = {"o100": b"101 0 R", "o101": b"100 0 R"}
    length = b"<< /Length 100 0 R >>\nstream\n" + GOOD_CONTENT + b"\nendstream"
    yield "length-circle", one_page_pdf(o11=length, **circle), BROKEN
    page = one_page()[10]
    yield (
        "resources-circle",
        one_page_pdf(o10=page.replace(b"/Resources <<", b"/Resources 100 0 R /X <<"), **circle),
        BROKEN,
    )
    yield "font-circle", one_page_pdf(o3=b"100 0 R", **circle), BROKEN
    yield "tounicode-circle", one_page_pdf(o5=b"100 0 R", **circle), BROKEN
    yield "descendant-is-its-parent", one_page_pdf(o4=one_page()[3]), UNREADABLE
    yield "descriptor-circle", one_page_pdf(o6=b"100 0 R", **circle), BROKEN
    yield (
        "widths-circle",
        build_pdf(GOOD_CONTENT, widths="100 0 R", extra={100: b"101 0 R", 101: b"100 0 R"}),
        BROKEN,
    )
    yield "mediabox-circle", one_page_pdf(o10=page.replace(b"[0 0 595 842]", b"100 0 R"), **circle), BROKEN
    yield "info-circle", one_page_pdf(o7=b"<< /Title 100 0 R /Producer 101 0 R >>", **circle), BROKEN
    yield "page-is-its-own-parent", one_page_pdf(o10=page.replace(b"/Parent 2 0 R", b"/Parent 10 0 R")), READ
    mutual = {
        100: form_xobject(b"/B Do", "/Resources << /XObject << /B 101 0 R >> >>"),
        101: form_xobject(b"/A Do", "/Resources << /XObject << /A 100 0 R >> >>"),
    }
    drawn = build_pdf(GOOD_CONTENT + b" /A Do", resources="/XObject << /A 100 0 R >>", extra=mutual)
    yield "forms-draw-each-other", drawn, READ
    itself = build_pdf(
        GOOD_CONTENT + b" /A Do", resources="/XObject << /A 100 0 R >>", extra={100: form_xobject(b"/A Do")}
    )
    yield "form-draws-itself", itself, READ
    properties = "/Properties << /P 100 0 R >>"
    tagged = b"/Span /P BDC " + GOOD_CONTENT + b" EMC"
    yield (
        "property-list-circle",
        build_pdf(tagged, resources=properties, extra={100: b"101 0 R", 101: b"100 0 R"}),
        BROKEN,
    )


def tables() -> Rows:
    pdf = build_pdf(GOOD_CONTENT)
    place = pdf.index(b"xref\n")
    yield "prev-is-itself", pdf.replace(b"/Info 7 0 R", b"/Info 7 0 R /Prev %d" % place), BROKEN
    yield "xrefstm-is-itself", pdf.replace(b"/Info 7 0 R", b"/Info 7 0 R /XRefStm %d" % place), BROKEN
    second = len(pdf)
    added = b"xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (place, second)
    first = pdf.replace(b"/Info 7 0 R >>", b"/Prev %06d >>" % second).replace(b"startxref\n", b"startxref\n")
    yield "prev-circle-of-two", first + added, BROKEN
    many = pdf
    for _ in range(300):
        at = len(many)
        many += b"xref\n0 0\ntrailer\n<< /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (place, at)
        place = at
    yield "three-hundred-updates", many, TOO_LARGE
    yield "a-billion-entries", pdf.replace(b"xref\n0 ", b"xref\n0 1000000000\n0 "), READ
    yield "startxref-beyond-the-end", pdf.replace(b"startxref\n", b"startxref\n99999"), READ
    yield "startxref-of-400-digits", pdf.replace(b"startxref\n", b"startxref\n" + b"9" * 400), READ
    yield "no-startxref", pdf.replace(b"startxref", b"startnothing"), READ
    yield "all-places-wrong", pdf.replace(b"\n0000000", b"\n0000009"), READ
    yield (
        "objects-on-one-line-end",
        pdf.replace(b"\nendobj\n", b"\rendobj\r").replace(b"startxref", b"startnothing"),
        READ,
    )
    head = b"%PDF-1.7\n"
    entries = "/Type /XRef /Size 2 /Index [0 1000000000] /W [0 1 0] /Root 1 0 R"
    yield "stream-of-a-billion-objects", _in_stream(entries, b"\x09"), BROKEN
    yield "stream-of-wide-entries", _in_stream("/Type /XRef /Size 2 /W [1 8000000 0] /Root 1 0 R", bytes(100)), BROKEN
    yield "stream-of-negative-entries", _in_stream("/Type /XRef /Size 2 /W [-1 2 0] /Root 1 0 R", bytes(100)), BROKEN
    yield (
        "stream-of-a-million-ranges",
        _in_stream(f"/Type /XRef /Size 2 /Index [{'0 1 ' * 500_000}] /W [1 2 1] /Root 1 0 R", bytes(9)),
        TOO_LARGE,
    )
    yield "stream-that-unpacks-to-gigabytes", unpacking_pdf(64 * MIB), TOO_LARGE
    yield (
        "trailer-of-4-megabytes",
        pdf.replace(b"/Info 7 0 R", b"/Info [" + b"1 " * (3 * MIB) + b"]"),
        TOO_LARGE,
    )
    yield "no-root", pdf.replace(b"/Root 1 0 R", b""), BROKEN
    yield "root-is-a-number", pdf.replace(b"/Root 1 0 R", b"/Root 12345"), BROKEN
    yield "thousands-of-objects-never-closed", head + b"1 0 obj [ " * 300_000 + b"%%EOF", BROKEN


def _in_stream(entries: str, table: bytes) -> bytes:
    """A PDF whose table of objects is a stream, which is all there is."""
    head = b"%PDF-1.7\n"
    return head + b"1 0 obj\n" + stream(table, entries) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % len(head)


def object_streams() -> Rows:
    one, two = one_page()[1], one_page()[2]
    header = b"1 0 2 %d " % (len(one) + 1)
    content = header + one + b" " + two
    entries = f"/Type /ObjStm /N 2 /First {len(header)}"
    yield "good", packed_pdf(entries, content), READ
    yield "contains-itself", packed_pdf(entries, content, where={20: (20, 0)}), BROKEN
    yield "extends-itself", packed_pdf(entries + " /Extends 20 0 R", content), READ
    yield (
        "length-inside-itself",
        packed_pdf(entries, content).replace(
            b"/Length %d >>\nstream\n1 0" % len(content), b"/Length 2 0 R >>\nstream\n1 0"
        ),
        BROKEN,
    )
    yield "a-billion-objects", packed_pdf(f"/Type /ObjStm /N 1000000000 /First {len(header)}", content), READ
    yield "first-is-negative", packed_pdf("/Type /ObjStm /N 2 /First -5", content), BROKEN
    yield "first-is-huge", packed_pdf("/Type /ObjStm /N 2 /First 1000000000000", content), BROKEN
    far = header.replace(b"1 0 2 ", b"1 0 2 9")
    yield (
        "offset-is-huge",
        packed_pdf(f"/Type /ObjStm /N 2 /First {len(far)}", far + content[len(header) :]),
        BROKEN,
    )
    yield "bomb", packed_pdf(entries + " /Filter /FlateDecode", bomb(b" ", 40)), TOO_LARGE
    digits = zlib.compress(b"1 " * (7 * MIB))
    yield (
        "a-table-of-megabytes",
        packed_pdf(f"/Type /ObjStm /N 9000000 /First {14 * MIB} /Filter /FlateDecode", digits),
        TOO_LARGE,
    )
    heads = b"".join(b"%d 0 " % n for n in range(1, 3000))
    kids = b"<< /Type /Pages /Count 1 /Kids [" + b" ".join(b"%d 0 R" % n for n in range(30, 3000)) + b"] >>"
    shared = heads.replace(b"2 0 ", b"2 9000 ", 1) + b" " * 9 + b"<< /Pages 2 0 R /A [" + b"1 " * 4000 + b"] >>"
    shared = shared.ljust(len(heads) + 3 + 9 + 9000) + kids
    everywhere = {n: (20, n - 1) for n in range(30, 3000)}
    yield (
        "all-objects-in-one-place",
        packed_pdf(f"/Type /ObjStm /N 2999 /First {len(heads) + 3 + 9}", shared, where=everywhere),
        TOO_LARGE,
    )


def page_trees() -> Rows:
    two = one_page()[2]
    yield "kids-circle", one_page_pdf(o2=two.replace(b"[10 0 R]", b"[2 0 R 10 0 R 2 0 R]")), READ
    node = b"<< /Type /Pages /Kids [%d 0 R %d 0 R] /Count 1 >>"
    doubling = {f"o{n}": node % (n + 1, n + 1) for n in range(100, 160)}
    yield "doubles-at-every-level", one_page_pdf(o2=node % (100, 100), o160=one_page()[10], **doubling), READ
    deep = {f"o{n}": b"<< /Type /Pages /Kids [%d 0 R] /Count 1 >>" % (n + 1) for n in range(100, 100_100)}
    yield (
        "100000-levels",
        one_page_pdf(o2=b"<< /Type /Pages /Kids [100 0 R] /Count 1 >>", o100100=one_page()[10], **deep),
        TOO_LARGE,
    )
    wide = b" ".join(b"%d 0 R" % n for n in range(100, 30_100))
    leaves = {f"o{n}": b"<< /Type /Pages /Kids [] /Count 0 >>" for n in range(100, 30_100)}
    yield (
        "30000-empty-branches",
        one_page_pdf(o2=b"<< /Type /Pages /Count 1 /Kids [" + wide + b"] >>", **leaves),
        TOO_LARGE,
    )
    pages = {f"o{n}": one_page()[10] for n in range(100, 10_100)}
    refs = b" ".join(b"%d 0 R" % n for n in range(100, 10_100))
    yield "10000-pages", one_page_pdf(o2=b"<< /Type /Pages /Count 10000 /Kids [" + refs + b"] >>", **pages), TOO_LARGE
    yield (
        "one-page-a-million-times",
        one_page_pdf(o2=b"<< /Type /Pages /Count 1 /Kids [" + b"10 0 R " * 400_000 + b"] >>"),
        TOO_LARGE,
    )
    yield "kids-are-numbers", one_page_pdf(o2=two.replace(b"10 0 R", b"1 2 3 4")), BROKEN
    yield "kids-are-dictionaries", one_page_pdf(o2=two.replace(b"10 0 R", b"<< /Type /Page >>")), NO_TEXT
    for count in (b"1000000000000000000", b"9" * 300, b"2"):
        yield f"count-of-{len(count)}-digits", one_page_pdf(o2=two.replace(b"/Count 1", b"/Count " + count)), BROKEN
    yield "count-is-negative", one_page_pdf(o2=two.replace(b"/Count 1", b"/Count -1")), READ
    yield "no-tree-but-a-page", one_page_pdf(o1=b"<< /Type /Catalog >>"), BROKEN


def encryption() -> Rows:
    def locked(encrypt: bytes, identity: bytes = b"[(id) (id)]", **others: bytes) -> bytes:
        pdf = one_page_pdf(o100=encrypt, **others)
        return pdf.replace(b"/Root 1 0 R", b"/Root 1 0 R /ID " + identity + b" /Encrypt 100 0 R")

    key = b"/O (" + b"o" * 32 + b") /U (" + b"u" * 32 + b") /P -4"
    yield "with-a-password", locked(b"<< /Filter /Standard /V 1 /R 2 " + key + b" >>"), LOCKED
    yield "128-bit-with-a-password", locked(b"<< /Filter /Standard /V 2 /R 3 /Length 128 " + key + b" >>"), LOCKED
    yield "56-bit-with-a-password", locked(b"<< /Filter /Standard /V 2 /R 3 /Length 56 " + key + b" >>"), LOCKED
    yield "unknown-handler", locked(b"<< /Filter /Kaona.Lock /V 1 >>"), LOCKED
    yield "unknown-version", locked(b"<< /Filter /Standard /V 99 /R 99 " + key + b" >>"), LOCKED
    yield "no-entries", locked(b"<< /Filter /Standard >>"), LOCKED
    yield "no-key", locked(b"<< /Filter /Standard /V 1 /R 2 >>"), BROKEN
    yield "no-identity", locked(b"<< /Filter /Standard /V 1 /R 2 " + key + b" >>", b"[]"), BROKEN
    yield "encrypt-circle", locked(b"101 0 R", o101=b"100 0 R"), BROKEN
    yield "encrypt-is-missing", locked(b"null"), LOCKED
    yield (
        "key-of-10-megabytes",
        locked(b"<< /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O (" + b"o" * 3 * MIB + b") /U (u) >>"),
        LOCKED,
    )
    aes = b"/CF << /StdCF << /CFM /AESV3 >> >> /StmF /StdCF /StrF /StdCF /OE (%s) /UE (%s)" % (b"e" * 32, b"e" * 32)
    yield (
        "aes256-with-a-password",
        locked(b"<< /Filter /Standard /V 5 /R 6 /P -4 " + aes + b" /O (" + b"o" * 48 + b") /U (" + b"u" * 48 + b") >>"),
        LOCKED,
    )
    yield (
        "aes256-key-of-a-megabyte",
        locked(
            b"<< /Filter /Standard /V 5 /R 6 /P -4 " + aes + b" /O (" + b"o" * 48 + b") /U (" + b"u" * MIB + b") >>"
        ),
        LOCKED,
    )
    yield (
        "crypt-filter-circle",
        locked(
            b"<< /Filter /Standard /V 4 /R 4 " + key + b" /CF 101 0 R /StmF /A /StrF /A >>",
            o101=b"102 0 R",
            o102=b"101 0 R",
        ),
        BROKEN,
    )
    yield "key-of-0-bits", locked(b"<< /Filter /Standard /V 2 /R 3 /Length 0 " + key + b" >>"), BROKEN
    yield (
        "key-of-a-billion-bits",
        locked(b"<< /Filter /Standard /V 2 /R 3 /Length 1000000000 " + key + b" >>"),
        LOCKED,
    )


def no_pdfs() -> Rows:
    pdf = build_pdf(GOOD_CONTENT)
    yield "nothing", b"", EMPTY
    yield "zeros", bytes(100_000), EMPTY
    yield "header-only", b"%PDF-1.7\n", BROKEN
    yield "header-and-end", b"%PDF-1.7\n%%EOF\n", BROKEN
    yield "web-page", b"<!DOCTYPE html><html><title>502 Bad Gateway</title></html>", NO_FORM
    yield "web-page-about-pdf", b"<!DOCTYPE html><html>%PDF-1.7 is the format</html>", BROKEN
    yield "zip", b"PK\x03\x04" + bytes(100), NO_FORM
    yield "program", b"\x7fELF" + bytes(1000), NO_FORM
    yield "random", random.Random(7).randbytes(100_000), NO_FORM
    yield "random-with-a-header", b"%PDF-1.7\n" + random.Random(8).randbytes(100_000), BROKEN
    yield "junk-before", b"HTTP/1.1 200 OK\r\n\r\n" + pdf, READ
    yield "junk-after", pdf + b"\0" * 5000, READ
    yield "page-after", pdf + b"<html>done</html>" * 300, READ
    yield "two-pdfs", pdf + pdf, READ
    yield "postscript", b"%!PS-Adobe-3.0\n{ } loop", NO_FORM


def cut_off() -> Rows:
    whole = build_pdf(*[stream(GOOD_CONTENT * 20, packed=True)] * 3)
    for tenth in range(1, 10):
        yield f"at-{tenth}-tenths", whole[: len(whole) * tenth // 10], BROKEN
    packed = packed_pdf("/Type /ObjStm /N 2 /First 9", b"1 0 2 34 " + one_page()[1] + b" " + one_page()[2])
    for tenth in range(1, 10):
        yield f"packed-at-{tenth}-tenths", packed[: len(packed) * tenth // 10], BROKEN
    yield "in-the-middle-of-the-end-mark", whole[:-3], READ
    yield "first-half-missing", whole[len(whole) // 2 :], NO_FORM
