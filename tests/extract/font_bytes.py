"""Fonts made by hand, so that each test shows the very glyphs it is about, and the PDF dictionaries around them."""

from __future__ import annotations

from io import BytesIO
from math import cos, pi, sin

from fontTools.fontBuilder import FontBuilder
from fontTools.misc.psCharStrings import T2CharString
from fontTools.pens.t2CharStringPen import T2CharStringPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._c_m_a_p import CmapSubtable
from pdfminer.pdftypes import PDFStream
from pdfminer.psparser import LIT

from extract.pdf.fonts import FontManager
from tests.extract.pdf_bytes import build_pdf, stream

EM = 1000


def circle(x, y, radius, points=24, *, clockwise=True):
    turn = -1 if clockwise else 1
    return [
        (x + radius * cos(turn * 2 * pi * k / points), y + radius * sin(turn * 2 * pi * k / points))
        for k in range(points)
    ]


def moved(shape, dx=0, dy=0, across=1.0, up=1.0):
    """A shape drawn elsewhere, wider or narrower, higher or lower."""
    return [[(x * across + dx, y * up + dy) for x, y in contour] for contour in shape]


# marks stand left of the pen, as in every Thai font
RING = [circle(-150, 720, 100), circle(-150, 720, 55, clockwise=False)]
TALL = [[(-140, 640), (-140, 850), (-100, 850), (-100, 640)]]  # mai ek
# mai tho: a loop with a tail that goes up to the right
_LOOP = [(-400, 640), (-400, 700), (-330, 760), (-400, 780), (-400, 850), (-300, 860), (-250, 800)]
_TAIL = [(-250, 720), (-60, 800), (-60, 860), (-20, 860), (-20, 760), (-220, 640)]
HOOK = [_LOOP + _TAIL, [(-360, 790), (-300, 790), (-300, 830), (-360, 830)]]
ROOF = [[(-450, 640), (-300, 760), (-60, 640), (-60, 700), (-280, 820), (-450, 700)]]  # sara i
FOOT = [[(-200, -260), (-200, -60), (-260, -60), (-260, -100), (-240, -100), (-240, -260)]]  # sara u
LETTER = [[(60, 0), (60, 550), (500, 550), (500, 0), (440, 0), (440, 490), (120, 490), (120, 0)]]
AA = [[(40, 480), (60, 550), (340, 550), (340, 0), (280, 0), (280, 480)]]
BLANK = []
GO, HIGH_HOOK, SMALL_HOOK = (LETTER, 600), (moved(HOOK, dy=220), 0), (moved(HOOK, 0, 220, 0.85, 0.8), 0)


def truetype(glyphs, characters=(), *, names=False, symbol=None, composites=None):
    """A TrueType program; `glyphs`: name → (shape, advance), `characters`: code → name, `symbol`: code → name."""
    builder = _builder(glyphs)
    drawn = {}
    for name, (shape, _) in {".notdef": (LETTER, 500), **glyphs}.items():
        pen = TTGlyphPen(None)
        _draw(shape, pen)
        drawn[name] = pen.glyph()
    for name, parts in (composites or {}).items():
        pen = TTGlyphPen(drawn)
        for part, matrix in parts:
            pen.addComponent(part, matrix)
        drawn[name] = pen.glyph()
    builder.setupGlyf(drawn, calcGlyphBounds=not composites)
    return _saved(builder, glyphs, characters, names=names, symbol=symbol)


def opentype(glyphs, characters=()):
    """An OpenType program with CFF outlines, which know their glyphs by name."""
    builder = _builder(glyphs, is_truetype=False)
    strings = {}
    for name, (shape, advance) in {".notdef": (LETTER, 500), **glyphs}.items():
        pen = T2CharStringPen(advance, None)
        _draw(shape, pen)
        strings[name] = pen.getCharString()
    builder.setupCFF("Made", {}, strings, {})
    return _saved(builder, glyphs, characters)


def cff(glyphs):
    """A CFF program alone, as most producers embed it."""
    return TTFont(BytesIO(opentype(glyphs))).getTableData("CFF ")


def subroutines(programs):
    """A CFF program whose glyph 1 calls the first of these global subroutines."""
    font = TTFont(BytesIO(opentype({"g1": (HOOK, 0)})), recalcBBoxes=False)
    fonts = font["CFF "].cff
    for code in programs:
        fonts.GlobalSubrs.append(T2CharString(program=code))
    fonts[0].CharStrings["g1"].setProgram([-107, "callgsubr", "endchar"])
    file = BytesIO()
    font.save(file)
    return TTFont(BytesIO(file.getvalue())).getTableData("CFF ")


def table(*entries):
    """A ToUnicode table of (code, text) pairs."""
    rows = b"\n".join(b"<%04X> <%s>" % (code, text.encode("utf-16-be").hex().encode()) for code, text in entries)
    return b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n%d beginbfchar\n%s\nendbfchar\n" % (
        len(entries),
        rows,
    )


def cid_font(program=None, to_unicode=None, *, widths=(), places=None, kind="CIDFontType2", outer=None, **entries):
    """The dictionary of a Type 0 font; `widths`: its W array, `places`: its CIDToGIDMap."""
    inner = {
        "Type": LIT("Font"),
        "Subtype": LIT(kind),
        "BaseFont": LIT("Made"),
        "CIDSystemInfo": {"Registry": b"Adobe", "Ordering": b"Identity", "Supplement": 0},
        "FontDescriptor": _descriptor(program),
        "DW": 500,
        "W": list(widths),
        **entries,
    }
    if places is not None:
        inner["CIDToGIDMap"] = PDFStream({}, b"".join(glyph.to_bytes(2, "big") for glyph in places))
    spec = {"Type": LIT("Font"), "Subtype": LIT("Type0"), "Encoding": LIT("Identity-H"), "DescendantFonts": [inner]}
    if to_unicode is not None:
        spec["ToUnicode"] = PDFStream({}, to_unicode)
    return spec | (outer or {})


def pdf(codes, program, to_unicode, *, widths="[]", places=None):
    """A PDF of one line that draws these codes of a font with this program."""
    extra = {
        4: b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Made /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) "
        b"/Supplement 0 >> /FontDescriptor 6 0 R /DW 500 /W " + widths.encode(),
        6: b"<< /Type /FontDescriptor /FontName /Made /FontBBox [0 -300 1000 1000] /Flags 4 /ItalicAngle 0 /Ascent 800 "
        b"/Descent -200 /StemV 80 /FontFile2 100 0 R >>",
        100: stream(program, packed=True),
    }
    if places is not None:
        extra[4] += b" /CIDToGIDMap 101 0 R"
        extra[101] = stream(b"".join(glyph.to_bytes(2, "big") for glyph in places))
    extra[4] += b" >>"
    content = b"BT /F1 12 Tf 50 700 Td <" + b"".join(b"%04X" % code for code in codes) + b"> Tj ET"
    return build_pdf(content, to_unicode=to_unicode, extra=extra)


def simple_font(program=None, to_unicode=None, *, kind="TrueType", **entries):
    """The dictionary of a font of 256 codes."""
    spec = {
        "Type": LIT("Font"),
        "Subtype": LIT(kind),
        "BaseFont": LIT("Made"),
        "FirstChar": 0,
        "Widths": [500] * 256,
        "FontDescriptor": _descriptor(program),
        **entries,
    }
    if to_unicode is not None:
        spec["ToUnicode"] = PDFStream({}, to_unicode)
    return spec


def _descriptor(program):
    descriptor = {"Type": LIT("FontDescriptor"), "FontName": LIT("Made"), "Flags": 4, "FontBBox": [0, -300, 1000, 1000]}
    if program is not None:
        key = "FontFile2" if program[:4] == b"\0\1\0\0" else "FontFile3"
        descriptor[key] = PDFStream({}, program)
    return descriptor


def _draw(shape, pen):
    for contour in shape:
        start, *rest = [(round(x), round(y)) for x, y in contour]
        pen.moveTo(start)
        for point in rest:
            pen.lineTo(point)
        pen.closePath()


def _builder(glyphs, *, is_truetype=True):
    builder = FontBuilder(EM, isTTF=is_truetype)
    builder.setupGlyphOrder([".notdef", *glyphs])
    return builder


def _saved(builder, glyphs, characters, *, names=False, symbol=None):
    builder.setupCharacterMap(dict(characters))
    advances = {".notdef": 500, **{name: advance for name, (_, advance) in glyphs.items()}}
    builder.setupHorizontalMetrics({name: (advance, 0) for name, advance in advances.items()})
    builder.setupHorizontalHeader(ascent=900, descent=-300)
    builder.setupPost(keepGlyphNames=names)
    if symbol is not None:
        extra = CmapSubtable.newSubtable(4)
        extra.platformID, extra.platEncID, extra.language, extra.cmap = 3, 0, 0, dict(symbol)
        builder.font["cmap"].tables = [extra]
    file = BytesIO()
    builder.font.recalcTimestamp = False
    builder.save(file)
    return file.getvalue()


def meanings(spec, codes, *, checked=True):
    """What the codes of a font mean, with None for what is not known."""
    fonts = FontManager()
    fonts.claims_are_checked = checked
    font = fonts.get_font(None, spec)
    return [fonts.glyph_text(font, code) for code in codes]


def meaning(spec, code, **options):
    return meanings(spec, [code], **options)[0]
