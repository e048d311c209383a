"""Hostile extras: what a PDF can carry beside its text, actions, files, fields, tags, pictures; all is left alone."""

from __future__ import annotations

from tests.extract.hostile_parts import (
    GOOD_CONTENT,
    MIB,
    READ,
    TOO_LARGE,
    Rows,
    bomb,
    form_xobject,
    one_page,
    one_page_pdf,
)
from tests.extract.pdf_bytes import build_pdf, stream, text_at


def extras() -> Rows:
    """What a PDF can carry beside its text: all of it must be left alone."""
    page = one_page()[10]

    def catalog(entries: str, **others: bytes) -> bytes:
        return one_page_pdf(o1=f"<< /Type /Catalog /Pages 2 0 R {entries} >>".encode(), **others)

    yield (
        "javascript",
        catalog(
            "/OpenAction << /S /JavaScript /JS (while(1){}) >> /AA << /WC 100 0 R >>",
            o100=b"<< /S /JavaScript /JS 101 0 R >>",
            o101=stream(bomb(b" ", 40), "/Filter /FlateDecode"),
        ),
        READ,
    )
    yield (
        "launch-action",
        catalog("/OpenAction << /S /Launch /F (cmd.exe) /Win << /F (cmd.exe) /P (/c del *) >> >>"),
        READ,
    )
    embedded = stream(bomb(b"P", 64), "/Type /EmbeddedFile /Filter /FlateDecode")
    yield (
        "embedded-bomb",
        catalog("/Names << /EmbeddedFiles << /Names [(a.pdf) << /EF << /F 100 0 R >> >>] >> >>", o100=embedded),
        READ,
    )
    yield "embedded-pdf-in-clear", catalog("/Names << >>", o100=stream(build_pdf(text_at(50, 700, "ของปลอม")))), READ
    lost_table = catalog("", o100=stream(build_pdf(text_at(50, 700, "ของปลอม")))).rpartition(b"startxref")
    yield "embedded-pdf-in-clear-and-no-table", lost_table[0] + b"startnothing 0 %%EOF", READ
    yield (
        "names-circle",
        catalog("/Names 100 0 R", o100=b"<< /Dests << /Kids [101 0 R] >> >>", o101=b"<< /Kids [101 0 R] >>"),
        READ,
    )
    yield (
        "outline-circle",
        catalog("/Outlines 100 0 R", o100=b"<< /First 101 0 R >>", o101=b"<< /Next 101 0 R /First 100 0 R >>"),
        READ,
    )
    yield "page-label-circle", catalog("/PageLabels 100 0 R", o100=b"<< /Kids [100 0 R] >>"), READ
    yield "page-label-of-a-billion", catalog("/PageLabels << /Nums [0 << /S /R /St 1000000000 >>] >>"), READ
    yield (
        "structure-circle",
        catalog(
            "/StructTreeRoot 100 0 R /MarkInfo << /Marked true >>",
            o100=b"<< /K 101 0 R >>",
            o101=b"<< /K [101 0 R 100 0 R] /P 101 0 R >>",
        ),
        READ,
    )
    yield "metadata-bomb", catalog("/Metadata 100 0 R", o100=stream(bomb(b"<", 64), "/Filter /FlateDecode")), READ
    widget = b"<< /Type /Annot /Subtype /Widget /FT /Tx /Rect [50 600 200 620] /T (a) /V (2563) %s >>"
    annotated = page.replace(b"/Contents", b"/Annots [100 0 R] /Contents")
    yield (
        "xfa-bomb",
        catalog(
            "/AcroForm << /Fields [100 0 R] /XFA 101 0 R >>",
            o10=annotated,
            o100=widget % b"",
            o101=stream(bomb(b"<", 64), "/Filter /FlateDecode"),
        ),
        READ,
    )
    fields = "/AcroForm << /Fields [100 0 R] >>"
    yield (
        "field-is-its-own-parent",
        catalog(fields, o10=annotated, o100=widget % b"/Parent 100 0 R /Kids [100 0 R]"),
        READ,
    )
    yield (
        "field-parents-circle",
        catalog(
            fields,
            o10=annotated,
            o100=widget % b"/Parent 101 0 R",
            o101=b"<< /Parent 102 0 R /Kids [100 0 R] >>",
            o102=b"<< /Parent 101 0 R >>",
        ),
        READ,
    )
    tall = {f"o{n}": b"<< /T (a) /Parent %d 0 R /Kids [%d 0 R] >>" % (n + 1, n - 1) for n in range(101, 30_000)}
    yield (
        "field-30000-levels-deep",
        catalog(fields, o10=annotated, o100=(widget % b"/Parent 101 0 R"), **tall),
        READ,
    )
    tree = {f"o{n}": b"<< /T (a) /Kids [%d 0 R %d 0 R] >>" % (2 * n - 998, 2 * n - 997) for n in range(1000, 30_000)}
    yield "field-tree-of-29000-nodes", catalog("/AcroForm << /Fields [1000 0 R] >>", **tree), READ
    yield (
        "annotation-circle",
        one_page_pdf(
            o10=annotated,
            o100=b"<< /Subtype /Popup /Parent 101 0 R >>",
            o101=b"<< /Popup 100 0 R /IRT 101 0 R /AP << /N 101 0 R >> >>",
        ),
        READ,
    )
    yield (
        "annotations-is-itself",
        one_page_pdf(o10=page.replace(b"/Contents", b"/Annots 100 0 R /Contents"), o100=b"[100 0 R]"),
        READ,
    )
    yield (
        "100000-annotations",
        one_page_pdf(
            o10=page.replace(b"/Contents", b"/Annots [" + b"100 0 R " * 100_000 + b"] /Contents"), o100=widget % b""
        ),
        TOO_LARGE,
    )
    yield (
        "field-of-10-megabytes",
        catalog(fields, o10=annotated, o100=widget.replace(b"(2563)", b"(" + b"2" * (3 * MIB) + b")") % b""),
        TOO_LARGE,
    )
    appearance = form_xobject(b"/A Do " * 1000 + GOOD_CONTENT, "/Resources << /XObject << /A 101 0 R >> >>")
    yield (
        "appearance-draws-itself",
        catalog(fields, o10=annotated, o100=widget % b"/AP << /N 101 0 R >>", o101=appearance),
        READ,
    )
    braces = stream(b"{" * 100_000 + b"}" * 100_000, "/FunctionType 4 /Domain [0 1] /Range [0 1]")
    shaded = build_pdf(
        b"/Pattern cs /P scn /S sh " + GOOD_CONTENT,
        resources="/Pattern << /P 100 0 R >> /Shading << /S << /ShadingType 1 /Function 101 0 R /ColorSpace [/Separation /X 102 0 R 101 0 R] >> >>",
        extra={
            100: stream(
                b"/P scn",
                "/PatternType 1 /PaintType 1 /BBox [0 0 1 1] /XStep 1e-9 /YStep 1e-9 /Resources << /Pattern << /P 100 0 R >> >>",
            ),
            101: braces,
            102: b"[/ICCBased 102 0 R]",
        },
    )
    yield "patterns-shadings-and-functions", shaded, READ
    spaces = build_pdf(
        b"/C cs 1 scn " + GOOD_CONTENT,
        resources="/ColorSpace << /C 100 0 R >>",
        extra={100: b"[/Indexed 100 0 R 255 101 0 R]", 101: stream(bomb(b" ", 40), "/Filter /FlateDecode")},
    )
    yield "colour-space-of-itself", spaces, READ
    picture = stream(
        bomb(b"\0", 64),
        "/Type /XObject /Subtype /Image /Width 100000 /Height 100000 /BitsPerComponent 8 /ColorSpace /DeviceGray /Filter /FlateDecode",
    )
    yield (
        "picture-of-10-gigapixels",
        build_pdf(b"/I Do " + GOOD_CONTENT, resources="/XObject << /I 100 0 R >>", extra={100: picture}),
        READ,
    )
