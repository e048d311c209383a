"""Hostile fonts: tables of billions of codes, widths and glyphs, and font programs that lie."""

from __future__ import annotations

import struct

from tests.extract.hostile_parts import (
    GOOD_CONTENT,
    MIB,
    NO_TEXT,
    READ,
    THAI_ONLY,
    TOO_LARGE,
    UNREADABLE,
    Rows,
    bomb,
    flate,
    one_page,
    one_page_pdf,
)
from tests.extract.pdf_bytes import build_pdf, stream


def fonts() -> Rows:
    def table(content: bytes) -> bytes:
        return build_pdf(GOOD_CONTENT, to_unicode=THAI_ONLY + content)

    for operator, ending in (("bfrange", "<0000>"), ("cidrange", "0"), ("notdefrange", "0")):
        line = f"1 begin{operator} <00000000> <FFFFFFFF> {ending} end{operator}"
        yield f"{operator}-of-four-billion", table(line.encode()), READ
    yield "bfrange-backwards", table(b"1 beginbfrange <FFFF> <0000> <0000> endbfrange"), READ
    yield (
        "bfrange-of-long-codes",
        table(b"1 beginbfrange <" + b"00" * 5000 + b"> <" + b"FF" * 5000 + b"> <0000> endbfrange"),
        READ,
    )
    yield "bfrange-onto-a-novel", table(b"1 beginbfrange <0000> <00FF> <" + b"0E01" * 50_000 + b"> endbfrange"), READ
    yield (
        "bfrange-array-of-a-million",
        table(b"1 beginbfrange <0000> <FFFFFFFF> [" + b"<0E01> " * MIB + b"] endbfrange"),
        TOO_LARGE,
    )
    yield (
        "bfchar-300000",
        table(b"1 beginbfchar " + b"<0001> <0E01> " * 300_000 + b" endbfchar"),
        READ,
    )
    many = (
        b"1 beginbfrange "
        + b"".join(b"<%04X> <%04X> <0E01> " % (n % 3000, n % 3000) for n in range(150_000))
        + b"endbfrange"
    )
    codes = b"BT /F1 9 Tf <" + b"".join(b"%04X" % n for n in range(4000, 60_000)) + b"> Tj ET "
    yield (
        "ranges-times-codes",
        build_pdf(stream(GOOD_CONTENT + codes, packed=True), to_unicode=THAI_ONLY + many),
        UNREADABLE,
    )
    yield "tounicode-nested-arrays", table(b"[" * 100_000), READ
    yield "tounicode-of-another-cmap-that-uses-it", table(b"/Thai usecmap /Identity-H usecmap"), READ
    yield "tounicode-bomb", one_page_pdf(o5=flate(bomb(b" ", 40))), TOO_LARGE
    for name, widths, outcome in (
        ("up-to-two-billion", "[0 2000000000 500]", READ),
        ("from-minus-two-billion", "[-2000000000 2000000000 500]", READ),
        ("of-all-codes-2000-times", "[" + "0 65535 500 " * 2_000 + "]", READ),
        ("by-the-thousand", "[0 [" + "500 " * 300_000 + "]]", TOO_LARGE),
        ("of-exponents", "[1e308 1e308 1e308]", READ),
        ("never-closed", "[" * 1000, UNREADABLE),
    ):
        yield f"widths-{name}", build_pdf(GOOD_CONTENT, widths=widths), outcome
    vertical = one_page()[3].replace(b"Identity-H", b"Identity-V")
    for name, widths, outcome in (
        ("up-to-two-billion", "[0 2000000000 -500 250 880]", READ),
        ("by-the-thousand", "[0 [" + "1 2 3 " * 100_000 + "]]", TOO_LARGE),
    ):
        down = one_page()[4].replace(b"/DW 500", b"/DW2 [880 -1000] /W2 " + widths.encode())
        yield f"vertical-widths-{name}", one_page_pdf(o3=vertical, o4=down), outcome
    yield "20000-fonts", pdf_of_many_fonts(20_000, 1), TOO_LARGE
    yield "a-megabyte-tounicode-for-each-of-500-fonts", pdf_of_many_fonts(500, 70_000), READ
    yield from _font_programs()


def pdf_of_many_fonts(count: int, entries: int) -> bytes:
    """Every font is drawn with, and all share a ToUnicode of `entries` entries."""
    table = THAI_ONLY + b"1 beginbfchar " + b"<0001> <0E01> " * entries + b" endbfchar"
    names = " ".join(f"/G{n} {1000 + n} 0 R" for n in range(count))
    content = GOOD_CONTENT + b" BT " + b" ".join(b"/G%d 9 Tf <0E01> Tj" % n for n in range(count)) + b" ET"
    page = one_page()[10].replace(b"/F1 3 0 R", b"/F1 3 0 R " + names.encode())
    font = {f"o{1000 + n}": one_page()[3] for n in range(count)}
    return one_page_pdf(stream(content, packed=True), o5=stream(table, packed=True), o10=page, **font)


def _font_programs() -> Rows:
    """Embedded fonts whose tables lie; no ToUnicode, so that they are what must be asked."""
    simple = b"<< /Type /Font /Subtype /TrueType /BaseFont /Thai /FirstChar %d /LastChar %d /Widths [500] /FontDescriptor 6 0 R >>"
    identity = one_page()[3].replace(b"/ToUnicode 5 0 R", b"")
    descriptor = one_page()[6]

    def embedded(program: bytes, key: bytes = b"FontFile2", font: bytes = identity) -> bytes:
        program_object = stream(program, f"/Length1 {len(program)} /Length2 0 /Length3 0", packed=True)
        return one_page_pdf(
            o3=font, o6=descriptor.replace(b" /Flags", b" /" + key + b" 100 0 R /Flags"), o100=program_object
        )

    groups = struct.pack(">HHIII", 12, 0, 28, 0, 1) + struct.pack(">III", 0, 0xFFFFFFFF, 0)
    yield "cmap-of-four-billion", embedded(_truetype({b"cmap": _cmap([groups])})), UNREADABLE
    overlapping = struct.pack(">HHIII", 12, 0, 28, 0, 60_000) + struct.pack(">III", 0, 65_535, 0) * 60_000
    yield "cmap-of-60000-overlapping-groups", embedded(_truetype({b"cmap": _cmap([overlapping])})), UNREADABLE
    segments = (
        struct.pack(">HHHHHHH", 4, 65535, 0, 16_000, 0, 0, 0)
        + struct.pack(">H", 0xFFFF) * 8000
        + b"\0\0"
        + bytes(2) * 8000
        + bytes(32_000)
    )
    yield "cmap-of-8000-whole-segments", embedded(_truetype({b"cmap": _cmap([segments])})), UNREADABLE
    yield (
        "cmap-of-60000-subtables",
        embedded(_truetype({b"cmap": struct.pack(">HH", 0, 60_000) + struct.pack(">HHL", 3, 1, 4) * 60_000})),
        UNREADABLE,
    )
    yield (
        "cmap-that-is-its-own-subtable",
        embedded(_truetype({b"cmap": struct.pack(">HH", 0, 1) + struct.pack(">HHL", 3, 1, 0)})),
        UNREADABLE,
    )
    yield (
        "65535-tables",
        embedded(struct.pack(">LHHHH", 0x10000, 65_535, 0, 0, 0) + b"cmap\0\0\0\0\0\0\0\0\0\0\0\4" * 65_535),
        UNREADABLE,
    )
    yield (
        "tables-beyond-the-end",
        embedded(struct.pack(">LHHHH", 0x10000, 1, 0, 0, 0) + b"cmap" + b"\xff" * 12),
        UNREADABLE,
    )
    looping = struct.pack(">hhhhh", -1, 0, 0, 9, 9) + struct.pack(">HHbb", 0x20, 0, 0, 0)
    yield (
        "glyph-made-of-itself",
        embedded(
            _truetype({**_little_tables(1), b"glyf": looping.ljust(32, b"\0"), b"loca": struct.pack(">HH", 0, 16)})
        ),
        UNREADABLE,
    )
    yield (
        "65535-glyphs-of-one-outline",
        embedded(
            _truetype({**_little_tables(65_535), b"glyf": looping * 2, b"loca": struct.pack(">HH", 0, 16) * 32_768})
        ),
        UNREADABLE,
    )
    yield (
        "post-names-of-a-megabyte",
        embedded(_truetype({**_little_tables(9), b"post": struct.pack(">L28xH", 0x20000, 65_535) + b"\xff" * MIB})),
        UNREADABLE,
    )
    yield (
        "cff-index-of-65535",
        embedded(b"\1\0\4\1" + struct.pack(">HB", 65_535, 255) + b"\xff" * MIB, b"FontFile3"),
        UNREADABLE,
    )
    yield "cff-of-nothing", embedded(b"\1\0\4\1" + bytes(1000), b"FontFile3"), UNREADABLE
    yield (
        "type1-of-puts",
        embedded(b"%!PS /Encoding 256 array " + b"dup 65 /A put " * 100_000, b"FontFile", simple % (0, 255)),
        UNREADABLE,
    )
    yield "type1-of-open-brackets", embedded(b"%!PS " + b"[" * MIB, b"FontFile", simple % (0, 255)), UNREADABLE
    yield "not-a-font", embedded(b"\x89PNG" * 1000), UNREADABLE
    for first, last in ((-(10**9), 10**9), (10**18, 10**18), (0, 10**12)):
        yield f"first-char-{first}", one_page_pdf(o3=simple % (first, last)), UNREADABLE
    differences = b"<< /Type /Encoding /Differences [" + b"1000000000000 /uni0E01 " * 50_000 + b"] >>"
    yield (
        "differences-by-the-thousand",
        one_page_pdf(o3=(simple % (0, 1)).replace(b">>", b"/Encoding 100 0 R >>"), o100=differences),
        UNREADABLE,
    )
    drawing_itself = (
        b"<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 0 /LastChar 255 /Widths ["
        + b"9 " * 256
        + b"] /CharProcs << /a 100 0 R >> /Encoding << /Differences [0 /a 14 /a] >> /Resources << /Font << /F1 3 0 R >> >> >>"
    )
    yield "type3-glyph-drawn-with-itself", one_page_pdf(o3=drawing_itself, o100=stream(GOOD_CONTENT * 2)), UNREADABLE
    for matrix in (b"[0 0 0 0 0 0]", b"[1e308 0 0 1e308 0 0]", b"[]", b"/A"):
        yield (
            f"type3-matrix-{matrix.decode().strip('[]/')}",
            one_page_pdf(o3=drawing_itself.replace(b"[.1 0 0 .1 0 0]", matrix), o100=stream(b"")),
            UNREADABLE,
        )
    yield (
        "encoding-is-a-path",
        one_page_pdf(o3=one_page()[3].replace(b"/Identity-H", b"/..#2F..#2F..#2Fetc#2Fpasswd")),
        UNREADABLE,
        NO_TEXT,
    )


def _cmap(subtables: list[bytes]) -> bytes:
    head, at = struct.pack(">HH", 0, len(subtables)), 4 + 8 * len(subtables)
    for subtable in subtables:
        head += struct.pack(">HHL", 3, 10, at)
        at += len(subtable)
    return head + b"".join(subtables)


def _little_tables(glyphs: int) -> dict[bytes, bytes]:
    return {
        b"head": struct.pack(">LLLLHHQQhhhhHHhhh", 0x10000, 0, 0, 0x5F0F3CF5, 0, 1000, 0, 0, 0, 0, 9, 9, 0, 8, 2, 0, 0),
        b"maxp": struct.pack(">LH26x", 0x10000, glyphs),
        b"hhea": struct.pack(">Lhhh22xHH", 0x10000, 800, -200, 0, 0, 1)[:36],
        b"hmtx": struct.pack(">Hh", 500, 0) + bytes(2 * (glyphs - 1)),
        b"cmap": _cmap([struct.pack(">HHIII", 12, 0, 28, 0, 1) + struct.pack(">III", 0xE00, 0xE7F, 1)]),
    }


def _truetype(tables: dict[bytes, bytes]) -> bytes:
    head, body = struct.pack(">LHHHH", 0x10000, len(tables), 0, 0, 0), b""
    for tag, data in tables.items():
        head += struct.pack(">4sLLL", tag, 0, 12 + 16 * len(tables) + len(body), len(data))
        body += data
    return head + body
