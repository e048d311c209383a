"""What a PDF says of the codes of a font: texts, widths, and which glyph of the embedded program each draws."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pdfminer.encodingdb import name2unicode
from pdfminer.pdffont import PDFCIDFont, PDFSimpleFont, PDFType3Font, PDFUnicodeNotDefined
from pdfminer.pdftypes import PDFStream, int_value, list_value, resolve1
from pdfminer.psparser import PSLiteral

from extract.pdf.code_map import MappedFont
from extract.pdf.programs import Effort, FontProgram, read_program
from extract.pdf.streams import Damaged, open_stream
from extract.pdf.unicode_map import LazyUnicodeMap

_SYMBOLIC = 4


@dataclass(frozen=True, slots=True)
class FontTables:
    """What a PDF says of a font: functions of the codes that are drawn.

    `claim`: the text of a code, None when nothing is said, UNMAPPED when it is said to be nothing. `codes_of`: codes
    that may claim a letter. `chooses_codes`: the font has its own table from codes to glyphs, so that one glyph can
    have a code for each of its meanings. `has_clusters`: a code can stand for a syllable of several glyphs.
    """

    claim: Callable[[int], str | None]
    codes_of: Callable[[str], Iterable[int]]
    glyph_of: Callable[[FontProgram, int], int | None]
    width: Callable[[int], float]
    program: Callable[[], FontProgram | None]
    chooses_codes: bool = False
    has_clusters: bool = False


def cid_tables(
    font: PDFCIDFont, spec: dict[str, Any], descriptor: dict[str, Any], table: LazyUnicodeMap | None, effort: Effort
) -> FontTables:
    """Of a font of CIDs, which are the numbers of glyphs unless it has a CIDToGIDMap of its own."""
    places = resolve1(spec.get("CIDToGIDMap"))
    numbers: list[bytes] = []

    def cid_of(code: int) -> int:
        return font.code_map.cid(code) if isinstance(font, MappedFont) else code

    def glyph_of(program: FontProgram, code: int) -> int | None:
        cid = cid_of(code)
        if not isinstance(places, PDFStream):
            return program.glyph_of_cid(cid)
        if not numbers:
            numbers.append(data_of(places) or b"")
        return int.from_bytes(numbers[0][2 * cid : 2 * cid + 2], "big")

    def claim(code: int) -> str | None:
        try:
            return font.to_unichr(code if table is not None else cid_of(code))
        except (PDFUnicodeNotDefined, LookupError, ValueError, OverflowError):
            return None

    return FontTables(
        claim=claim,
        codes_of=table.codes_of if table is not None else lambda letter: (),
        glyph_of=glyph_of,
        width=font.char_width,
        program=lambda: _program(descriptor, effort),
        chooses_codes=isinstance(places, PDFStream),
        has_clusters=table is not None and table.has_clusters,
    )


def simple_tables(
    font: PDFSimpleFont, spec: dict[str, Any], descriptor: dict[str, Any], table: LazyUnicodeMap | None, effort: Effort
) -> FontTables:
    """Of a font of 256 codes, whose letters are named by an encoding, or known to its program alone."""
    encoding = resolve1(spec.get("Encoding"))
    names = _differences(encoding)
    by_program = encoding is None and ("FontFile3" in descriptor or (table is not None and "FontFile2" in descriptor))
    # Latin, the default, says nothing of codes that were numbered as they came
    letters = {} if by_program or isinstance(font, PDFType3Font) else dict(font.cid2unicode)
    letters |= {code: _letters(name) for code, name in names.items()}
    font.cid2unicode = letters

    def glyph_of(program: FontProgram, code: int) -> int | None:
        if code in names:
            return program.glyph_of_name(names[code])
        is_symbolic = encoding is None or int_value(descriptor.get("Flags", 0)) & _SYMBOLIC
        return program.glyph_of_code(code) if is_symbolic else None

    def claim(code: int) -> str | None:
        try:
            return font.to_unichr(code) or None
        except (PDFUnicodeNotDefined, LookupError, ValueError, OverflowError):
            return None

    def codes_of(letter: str) -> Iterable[int]:
        said = table.codes_of(letter) if table is not None else []
        return [*said, *(code for code, text in letters.items() if text == letter)]

    return FontTables(
        claim=claim,
        codes_of=codes_of,
        glyph_of=glyph_of,
        width=font.char_width,
        program=lambda: _program(descriptor, effort),
    )


def _differences(encoding: object) -> dict[int, str]:
    """The names of glyphs by code, where an encoding differs from the one it is based on."""
    names: dict[int, str] = {}
    code = 0
    for item in list_value(encoding.get("Differences", [])) if isinstance(encoding, dict) else ():
        if isinstance(item, int):
            code = item
        elif isinstance(item, PSLiteral):
            names[code] = name_of(item)
            code += 1
    return names


def _letters(name: str) -> str:
    """What the name of a glyph says; nothing, when it is only a number (`g41`)."""
    try:
        return name2unicode(name)
    except (KeyError, ValueError):
        return ""


def _program(descriptor: dict[str, Any], effort: Effort) -> FontProgram | None:
    data = data_of(descriptor.get("FontFile2")) or data_of(descriptor.get("FontFile3"))
    return read_program(data, effort) if data else None


def data_of(reference: object) -> bytes | None:
    """What is in a stream on which no text depends for certain; None when it is damaged or no stream."""
    stream = resolve1(reference)
    if not isinstance(stream, PDFStream):
        return None
    try:
        open_stream(stream)
    except Damaged:
        return None
    return stream.get_data()


def name_of(value: object) -> str:
    """The text of a PDF name; nothing for anything else."""
    value = resolve1(value)
    return value.name if isinstance(value, PSLiteral) and isinstance(value.name, str) else ""
