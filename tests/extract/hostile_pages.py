"""Hostile pages: bombs, operators by the million, bait for parsers, and numbers beyond all bounds."""

from __future__ import annotations

import random
import zlib

from tests.extract.hostile_parts import (
    BROKEN,
    GOOD,
    GOOD_CONTENT,
    MIB,
    READ,
    TOO_LARGE,
    UNREADABLE,
    Rows,
    assembled,
    bomb,
    edited,
    flate,
    form_xobject,
    one_page,
    one_page_pdf,
)
from tests.extract.pdf_bytes import build_pdf, show, stream, text_at


def bombs() -> Rows:
    page = build_pdf
    yield "flate", page(flate(bomb(b" ", 100))), TOO_LARGE
    yield "flate-three-times", page(flate(bomb(b" ", 64, times=3), 3)), TOO_LARGE
    yield "flate-behind-hex", page(stream(bomb(b" ", 32).hex().encode() + b">", "/Filter [/AHx /Fl]")), TOO_LARGE
    yield "lzw", page(stream(_lzw_bomb(), "/Filter /LZWDecode")), TOO_LARGE
    yield (
        "lzw-that-only-clears",
        page(
            flate(zlib.compress(b"\x80\x40\x20\x10\x08\x04\x02\x01\x00" * MIB), 1).replace(
                b"/FlateDecode ]", b"/FlateDecode /LZWDecode]"
            )
        ),
        TOO_LARGE,
    )
    yield (
        "run-length",
        page(stream(zlib.compress(b"\x81 " * MIB), "/Filter [/FlateDecode /RunLengthDecode]")),
        TOO_LARGE,
    )
    yield (
        "ascii85-zeros",
        page(stream(zlib.compress(b"z" * 8 * MIB), "/Filter [/FlateDecode /ASCII85Decode]")),
        TOO_LARGE,
    )
    yield (
        "a-hundred-thousand-filters",
        page(stream(zlib.compress(b""), "/Filter [" + "/FlateDecode " * 100_000 + "]")),
        TOO_LARGE,
    )
    wide = "/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 1000000000 >>"
    yield "predictor-of-a-billion-columns", page(stream(zlib.compress(b" " * 1000), wide)), BROKEN
    narrow = "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 1 >>"
    yield "predictor-of-many-rows", page(stream(bomb(b"\4", 15), narrow)), TOO_LARGE
    none = "/Filter /FlateDecode /DecodeParms << /Predictor 15 /Columns 0 /Colors -1 >>"
    yield "predictor-of-no-columns", page(stream(zlib.compress(b" " * 1000), none)), BROKEN
    yield "unknown-filter", page(stream(GOOD_CONTENT, "/Filter /Decode")), BROKEN
    fifteen = stream(bomb(b" ", 15), "/Filter /FlateDecode")
    parts = {100 + n: fifteen for n in range(10)}
    contents = b"[" + b" ".join(b"%d 0 R" % n for n in parts) + b"]"
    yield (
        "many-streams-below-the-limit",
        one_page_pdf(o11=contents, **{f"o{n}": data for n, data in parts.items()}),
        TOO_LARGE,
    )
    spaces = stream(bomb(b" ", 1), "/Filter /FlateDecode")
    yield "one-stream-ten-thousand-times", one_page_pdf(o11=b"[" + b"100 0 R " * 10_000 + b"]", o100=spaces), TOO_LARGE
    sharing = page(*[GOOD_CONTENT] * 150)
    for number in range(10, 310, 2):
        sharing = sharing.replace(
            b"/Contents %d 0 R" % (number + 1), b"/Contents 11 0 R ".ljust(len(b"/Contents %d 0 R" % (number + 1)))
        )
    yield "one-large-stream-on-every-page", sharing.replace(GOOD_CONTENT, GOOD_CONTENT), READ
    big = one_page(flate(bomb(b" ", 12)))
    kids = b" ".join(b"%d 0 R" % n for n in range(100, 250))
    shared = dict.fromkeys(range(100, 250), big[10])
    yield (
        "12-megabytes-on-each-of-150-pages",
        assembled(big | shared | {2: b"<< /Type /Pages /Count 150 /Kids [" + kids + b"] >>"}),
        TOO_LARGE,
    )


def _lzw_bomb() -> bytes:
    """Each code stands for one more zero than the one before: 3,800 codes unpack to 7 MB; again and again."""
    codes: list[tuple[int, int]] = [(256, 9), (0, 9)]
    for size in range(258, 4094):
        codes.append((size, min(12, max(9, (size + 1).bit_length()))))
    bits = "".join(f"{code:0{width}b}" for code, width in codes)
    bits += f"{257:012b}"
    return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")


def operators() -> Rows:
    def packed(content: bytes) -> bytes:
        return build_pdf(stream(content, packed=True))

    yield "saved-states", packed(b"q " * 100_000), TOO_LARGE
    yield "2-megabytes-of-text-operators", packed(b"BT ET " * (MIB // 3) + GOOD_CONTENT), READ
    yield "256-kilobytes-of-numbers", packed(b"1 " * (MIB // 8) + GOOD_CONTENT), READ
    yield "a-megabyte-of-moves", packed(b"BT /F1 9 Tf " + b"1 1 Td " * (MIB // 7) + b"ET " + GOOD_CONTENT), READ
    yield "2-megabytes-of-paths", packed(b"1 1 m 2 2 l S " * (MIB // 7) + GOOD_CONTENT), READ
    yield (
        "a-megabyte-of-empty-strings",
        packed(b"BT /F1 9 Tf " + b"<>Tj " * (MIB // 5) + b"ET " + GOOD_CONTENT),
        READ,
    )
    operands = b"1 " * 50_000 + b"1 0 0 1 0 0 cm " * 10_000
    yield "after-50000-operands", packed(operands + GOOD_CONTENT), READ
    yield "15-megabytes-of-one-string", packed(b"BT /F1 9 Tf <" + b"0E01" * (15 * MIB // 4) + b"> Tj ET"), TOO_LARGE
    yield "15-megabytes-of-one-name", packed(b"/" + b"N" * (15 * MIB) + b" gs " + GOOD_CONTENT), READ
    yield (
        "30000-unknown-operators",
        packed(b" ".join(b"x%x" % n for n in range(30_000)) + b" " + GOOD_CONTENT),
        BROKEN,
    )
    yield (
        "fonts-changed-130000-times",
        packed(b"BT " + b"/F1 9 Tf " * (MIB // 8) + b"ET " + GOOD_CONTENT),
        READ,
    )
    chance = random.Random(20_000)
    letters = b" ".join(text_at(chance.randrange(500), chance.randrange(800), "ก") for _ in range(20_000))
    yield "20000-scattered-letters", packed(GOOD_CONTENT + b" " + letters), READ
    forms = {100 + n: form_xobject(f"/X{n + 1} Do /X{n + 1} Do".encode()) for n in range(30)}
    names = "/XObject << " + " ".join(f"/X{n} {100 + n} 0 R" for n in range(31)) + " >>"
    doubling = build_pdf(b"/X0 Do " + GOOD_CONTENT, resources=names, extra=forms | {130: form_xobject(b"")})
    yield "forms-double-at-every-level", doubling, READ
    large = {100: form_xobject(b" " * MIB, packed=True)}
    again = build_pdf(b"/X Do " * 4_000 + GOOD_CONTENT, resources="/XObject << /X 100 0 R >>", extra=large)
    yield "a-megabyte-form-drawn-4000-times", again, TOO_LARGE
    fonts = " ".join(f"/G{n} 3 0 R" for n in range(20_000))
    rich = {
        100: form_xobject(
            b"", f"/Resources << /Font << {fonts} >> /ColorSpace << {fonts.replace('3 0 R', '/DeviceRGB')} >> >>"
        )
    }
    often = build_pdf(b"/X Do " * 4_000 + GOOD_CONTENT, resources="/XObject << /X 100 0 R >>", extra=rich)
    yield "a-form-with-20000-resources-drawn-4000-times", often, READ
    tags = b"/P << /MCID 0 >> BDC " * 50_000 + b"1 1 m 2 2 l S " * 50_000 + GOOD_CONTENT
    yield "50000-open-tags-over-50000-paths", packed(tags), READ
    novel = "FEFF" + "0E01" * (2 * MIB)
    yield (
        "actual-text-of-4-million-letters",
        packed(f"/Span << /ActualText <{novel}> >> BDC ".encode() + GOOD_CONTENT + b" EMC"),
        TOO_LARGE,
    )
    short = "FEFF" + "0E01" * 5000
    spans = f"/Span << /ActualText <{short}> >> BDC ".encode() + GOOD_CONTENT + b" EMC "
    yield "actual-texts-that-add-up", packed(spans * 700), TOO_LARGE
    named = build_pdf(
        b"/Span /P BDC " * 1 + GOOD_CONTENT + b" EMC " + (b"/Span /P BDC " + show("ก") + b" EMC ") * 20_000,
        resources="/Properties << /P << /ActualText (" + "x" * 5000 + ") >> >>",
    )
    yield "one-actual-text-20000-times", named, TOO_LARGE


def parsing() -> Rows:
    n, size = 10_000, MIB // 8
    for name, bait, in_content, in_object in (
        ("string-without-end", b"(" + b"a" * size, BROKEN, READ),
        ("backslashes-without-end", b"(" + b"\\" * size, BROKEN, READ),
        ("escaped-brackets-without-end", b"(" + b"\\(" * (size // 2), BROKEN, READ),
        ("nested-brackets", b"(" * n + b")" * n + b" Tj ", UNREADABLE, BROKEN),
        ("nested-brackets-without-end", b"(" * n, BROKEN, READ),
        ("hex-without-end", b"<" + b"0" * size, READ, READ),
        ("hex-of-spaces", b"<" + b"0 " * (size // 2), READ, READ),
        ("comment-without-end", b"%" + b"a" * size, READ, READ),
        ("comments-by-the-thousand", b"%\n" * n, READ, BROKEN),
        ("arrays-without-end", b"[" * n, BROKEN, READ),
        ("nested-arrays", b"[" * n + b"]" * n + b" TJ ", READ, BROKEN),
        ("array-of-strings-without-end", b"[" + b"(a)" * n, BROKEN, READ),
        ("dictionaries-without-end", b"/P " + b"<<" * n, BROKEN, READ),
        ("nested-dictionaries", b"/P " + b"<< /A " * n + b"1 " + b">>" * n + b" BDC ", READ, BROKEN),
        ("closed-too-often", b">>]) }" * n, BROKEN, BROKEN),
        ("braces-without-end", b"{" * n, BROKEN, READ),
        ("inline-image-without-end", b"BI /W 1 /H 1 ID " + b"a" * size, BROKEN, None),
        ("inline-images-without-end", b"BI ID " * n, BROKEN, None),
        ("inline-image-almost-ended", b"BI /W 1 ID " + b"E" * size, BROKEN, None),
        ("keyword-of-128-kilobytes", b"x" * size + b" ", READ, READ),
        ("name-of-hex-digits", b"/" + b"#41" * n + b" gs ", BROKEN, BROKEN),
        ("number-of-128-kilobytes", b"9" * size + b" w ", READ, READ),
        ("numbers-with-many-points", b"1.2.3.4.5.6" * n + b" w ", READ, READ),
        ("signs", b"+-" * n + b" w ", READ, READ),
        ("null-bytes", b"\0" * size, READ, BROKEN),
        ("high-bytes", b"\xff" * size, BROKEN, BROKEN),
    ):
        yield f"content-{name}", build_pdf(stream(bait + b"\n" + GOOD_CONTENT, packed=True)), in_content
        if in_object:
            yield f"object-{name}", one_page_pdf(o7=b"<< /Title " + bait + b" >>"), in_object
    yield "junk-of-20-megabytes-without-a-line", b"%PDF-1.7 " + b"x" * (20 * MIB), BROKEN
    yield (
        "20-megabytes-of-stream-keywords",
        b"%PDF-1.7\n" + b"1 0 obj << >> stream\n" * MIB + b"\n%%EOF",
        BROKEN,
    )
    yield "20-megabytes-of-the-word-stream", b"%PDF-1.7\n1 0 obj " + b"stream " * (3 * MIB) + b"\n%%EOF", TOO_LARGE
    yield "20-megabytes-of-trailers", b"%PDF-1.7\n" + b"trailer << " * (2 * MIB) + b"\n%%EOF", TOO_LARGE
    yield (
        "20-megabytes-of-object-heads",
        b"%PDF-1.7\n" + b"".join(b"%d 0 obj " % k for k in range(500_000)) + b"\n%%EOF",
        TOO_LARGE,
    )


def numbers() -> Rows:
    page = one_page()[10]
    for name, box, outcome in (
        ("nan", "nan nan nan nan", BROKEN),
        ("infinite", "-inf -inf inf inf", BROKEN),
        ("400-digits", "0 0 " + "9" * 400 + " 842", BROKEN),
        ("empty", "", READ),
        ("names", "/A /B /C /D", BROKEN),
        ("upside-down", "595 842 0 0", READ),
    ):
        yield f"mediabox-{name}", one_page_pdf(o10=page.replace(b"0 0 595 842", box.encode())), outcome
    for turn in (b"1000000000", b"-90", b"45", b"9" * 300, b"/North", b"1e308"):
        yield (
            f"rotate-{turn[:12].decode().strip('/')}",
            one_page_pdf(o10=page.replace(b"/Contents", b"/Rotate " + turn + b" /Contents")),
            BROKEN if turn == b"1e308" else READ,
        )
    yield (
        "length-is-negative",
        edited(b"/Length %d >>\nstream\nBT" % len(GOOD_CONTENT), b"/Length -1 >>\nstream\nBT"),
        READ,
    )
    yield (
        "length-is-huge",
        build_pdf(GOOD_CONTENT).replace(
            b"/Length %d >>\nstream\nBT" % len(GOOD_CONTENT), b"/Length 99999999999 >>\nstream\nBT"
        ),
        READ,
    )
    for name, before in (
        ("font-of-size-10-to-the-30", b"BT /F1 1" + b"0" * 30 + b" Tf " + show(GOOD) + b" ET "),
        ("font-of-size-0", b"BT /F1 0 Tf 50 600 Td " + show(GOOD) + b" ET "),
        (
            "matrix-grows-beyond-all-numbers",
            b"q " + b"99999999 0 0 99999999 0 0 cm " * 60 + text_at(1, 1, GOOD) + b" Q ",
        ),
        ("matrix-shrinks-to-nothing", b"q " + b".00000001 0 0 .00000001 0 0 cm " * 60 + text_at(1, 1, GOOD) + b" Q "),
        ("matrix-of-zeros", b"q 0 0 0 0 0 0 cm " + text_at(1, 1, GOOD) + b" Q "),
        ("text-matrix-of-zeros", b"BT /F1 9 Tf 0 0 0 0 0 0 Tm " + show(GOOD) + b" ET "),
        ("scaling-of-400-digits", b"q BT /F1 9 Tf " + b"9" * 400 + b" Tz " + show(GOOD) + b" ET Q "),
        ("moves-of-400-digits", b"BT /F1 9 Tf [<0E01> " + b"9" * 400 + b" <0E02>] TJ ET "),
        ("matrix-of-exponents", b"q 1e308 0 0 1e308 1e308 1e308 cm " + text_at(1, 1, GOOD) + b" Q "),
        ("spacing-of-a-billion", b"q BT /F1 9 Tf 999999999 Tc 999999999 Tw " + show(GOOD) + b" ET Q "),
    ):
        yield name, build_pdf(before + GOOD_CONTENT), BROKEN if name == "moves-of-400-digits" else READ
