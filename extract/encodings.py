"""Bytes of a text dump → text, by a rule of one's own: detectors take a short cp874 file for Chinese or UTF-16.

cp874 stands for TIS-620 and ISO-8859-11 too: it is their superset, and they turn – “ ” … into control characters
without an error.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from extract.mojibake import (
    LINE_END,
    THAI,
    in_lines,
    is_mostly_thai,
    is_only_signs,
    is_ordinary,
    is_utf8_as_cp874,
    is_wholly_thai,
    length_of,
    repair,
    repair_mojibake,
)

__all__ = ["LOST", "Decoded", "decode", "read_text", "repair_mojibake"]

LOST = "\ufffd"
"""Stands where a character was cut or damaged. No value may be read across it: `18` U+FFFD `,000` is none."""

MIN_THAI_PER_LOST = 10
MAX_DAMAGED_LINES_SHARE = 0.1
MAX_SPLICES = 8

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # it begins like that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NARROW = ("utf-8", "cp874")
_CP874_AS_UTF8 = re.compile("[\u0100-\u0dff\u0e80-\u0fff]")
# What UTF-16 shows where another encoding was appended or a byte is missing, and cp874 where it is valid UTF-8.
_FOREIGN = re.compile("[\u0400-\u0dff\u0e80-\u1fff\u2c00-\u2dff\u3040-\ud7ff\uf900-\ufaff\ufffe]")
_SELDOM = re.compile("[^\x00-\xff\u0e01-\u0e5b\u200b\ufeff€–—‘’“”•…☐]")
_NO_TEXT = re.compile("[\x01-\x08\x0e-\x19\x1b-\x1f\x7f-\x84\x86-\x9f\u0e00\u0e3b-\u0e3e\u0e5c-\u0e7f]")


class Decoded(NamedTuple):
    """Text, the name of its encoding, and what a reader should know beyond that, in words, by line."""

    text: str
    encoding: str
    notes: tuple[str, ...] = ()


class _Piece(NamedTuple):
    """Text and its encoding; `others` are the numbers of the lines that are in another one."""

    text: str
    encoding: str
    others: Mapping[int, str] = MappingProxyType({})
    is_cut: bool = False


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: utf-8, utf-8-sig, utf-16-le, utf-16-be, cp874 or UTF-32; never with its BOM.

    Text that an earlier program had decoded wrongly is repaired. A character that is damaged, or that the end of the
    file cuts in two, becomes U+FFFD. Lines of a second encoding, as where two files were put together, are decoded as
    theirs. Raises ValueError when no rule applies.

    >>> decode("ปีงบประมาณ พ.ศ. : ๒๕๖๓".encode("cp874"))
    ('ปีงบประมาณ พ.ศ. : ๒๕๖๓', 'cp874')
    >>> decode("รหัสโครงการ".encode("utf-16"))
    ('รหัสโครงการ', 'utf-16-le')
    >>> decode("เขต".encode("cp874"))  # E0 A2 B5 is valid UTF-8 as well
    ('เขต', 'cp874')
    >>> decode("รายงานครั้งที่ 1".encode()[:-3])
    ('รายงานครั้งที\ufffd', 'utf-8')
    >>> decode("สํานัก".encode("cp874").decode("latin-1").encode())
    ('สํานัก', 'utf-8')
    >>> decode(bytes(range(128, 256)))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: 128 bytes are neither UTF-8, UTF-16 nor cp874 (first byte above 0x7F: 0x80 at 0); ...
    """
    text, encoding, _ = read_text(data)
    return text, encoding


def read_text(data: bytes) -> Decoded:
    """As `decode`, with notes for the file: lines decoded otherwise, a cut end, repairs.

    >>> read_text("รหัสโครงการ\\n".encode() + "ปีงบประมาณ\\n".encode("cp874")).notes
    ('line 2: cp874, the other lines: utf-8',)
    """
    piece = _piece(data, MAX_SPLICES)
    if is_ordinary(piece.text) and not piece.others and not piece.is_cut:
        return Decoded(piece.text, piece.encoding)
    notes = []
    lines = LINE_END.split(piece.text)[::2]
    for encoding in sorted(set(piece.others.values())):
        numbers = [number for number, name in piece.others.items() if name == encoding]
        notes.append(f"{in_lines(numbers, lines)}: {encoding}, the other lines: {piece.encoding}")
    if piece.is_cut:
        notes.append("the file ends inside a character")
    text, repairs = repair(piece.text)
    notes += repairs
    for strange, words in ((_FOREIGN, "letters of another script"), (_NO_TEXT, "characters that stand for nothing")):
        numbers = [number for number, line in enumerate(LINE_END.split(text)[::2], 1) if strange.search(line)]
        if numbers:
            notes.append(f"{in_lines(numbers)}: {words}, left as they came")
    return Decoded(text, piece.encoding, tuple(notes))


def _piece(data: bytes, splices: int) -> _Piece:
    for bom, name in _BOMS:
        if data.startswith(bom):
            body = data[len(bom) :]
            return _narrow(body, name, splices) if name == "utf-8-sig" else _wide(body, name, splices)
    wide = _utf16_by_parity(data)
    return _wide(data, wide, splices) if wide is not None else _narrow(data, "utf-8", splices)


def _joined(head: _Piece, tail: _Piece) -> _Piece:
    """Two files that were put together; the line they share counts as one of the second."""
    before = len(LINE_END.findall(head.text))
    others = {number: name for number, name in head.others.items() if number <= before}
    for number in range(1, len(LINE_END.findall(tail.text)) + 2):
        name = tail.others.get(number, tail.encoding)
        if name != head.encoding:
            others[before + number] = name
    return _Piece(head.text + tail.text, head.encoding, others, tail.is_cut)


# --- UTF-8 and cp874 --------------------------------------------------------------------------------------------


def _narrow(data: bytes, utf8: str, splices: int) -> _Piece:
    """UTF-8 under the name `utf8`, else cp874, else both by line, else what stands on both sides of a BOM of UTF-16."""
    piece = _utf8(data, utf8)
    if piece is not None and (utf8 == "utf-8-sig" or _is_no_cp874(piece.text)):
        return piece
    thai = _cp874(data)
    if thai is not None and (piece is None or is_wholly_thai(thai)):
        return _Piece(thai, "cp874")
    piece = piece or _before_utf16(data, utf8, splices) or _by_line(data, utf8)
    if piece is None:
        raise _unknown(data)
    return piece


def _is_no_cp874(text: str) -> bool:
    """Thai, or nothing but Latin letters and signs: not what cp874 shows where it is valid UTF-8 too."""
    return THAI.search(text) is not None or not _CP874_AS_UTF8.search(text)


def _utf8(data: bytes, name: str) -> _Piece | None:
    """Strict UTF-8, except that the very last character may be cut; None when it is something else."""
    try:
        return _Piece(data.decode("utf-8"), name)
    except UnicodeDecodeError as error:
        if error.end < len(data) or error.reason != "unexpected end of data":
            return None
        text = data[: error.start].decode("utf-8")
        # the last byte of a cp874 file may look like the start of a UTF-8 character
        return _Piece(text + LOST, name, is_cut=True) if THAI.search(text) else None


def _cp874(data: bytes) -> str | None:
    try:
        text = data.decode("cp874")
    except UnicodeDecodeError:
        return None
    return text if is_mostly_thai(text) and not is_utf8_as_cp874(text) else None


def _by_line(data: bytes, utf8: str) -> _Piece | None:
    """Each line in UTF-8 or cp874, a few of them damaged; None when too much is."""
    lines = data.splitlines(keepends=True)
    names = [_encoding_of(line) for line in lines]
    before = next((name for name in names if name in _NARROW), "utf-8")
    texts = []
    for at, line in enumerate(lines):
        if names[at] == "unknown":
            names[at] = _less_lost(line, before)
        before = names[at] if names[at] in _NARROW else before
        texts.append(line.decode(names[at], "replace"))
    text = "".join(texts)
    is_damaged = text.count(LOST) * MIN_THAI_PER_LOST > length_of(THAI, text)
    if is_damaged or sum(LOST in line for line in texts) > max(1, MAX_DAMAGED_LINES_SHARE * len(lines)):
        return None
    if not is_mostly_thai(text.replace(LOST, "")):
        return None
    main = max(_NARROW, key=names.count)
    shown = {"utf-8": utf8, "cp874": "cp874"}
    others = {number: shown[name] for number, name in enumerate(names, 1) if name in _NARROW and name != main}
    return _Piece(text, shown[main], others)


def _encoding_of(line: bytes) -> str:
    """`ascii`, `utf-8`, `cp874`, or `unknown`: damaged, or too short to tell."""
    if line.isascii():
        return "ascii"
    utf8, thai = line.decode("utf-8", "replace"), line.decode("cp874", "replace")
    if LOST not in utf8:
        return "cp874" if not _is_no_cp874(utf8) and is_wholly_thai(thai) else "utf-8"
    is_proof = LOST not in thai and length_of(THAI, thai) > 1 and is_mostly_thai(thai)
    return "cp874" if is_proof and not is_utf8_as_cp874(thai) else "unknown"


def _less_lost(line: bytes, before: str) -> str:
    """The encoding of the line before; the other if that one loses more than it reads and the other next to nothing."""
    text, other = line.decode(before, "replace"), next(name for name in _NARROW if name != before)
    if text.count(LOST) <= length_of(THAI, text):
        return before
    text = line.decode(other, "replace")
    is_proof = length_of(THAI, text) > 1 and not is_utf8_as_cp874(text)
    is_whole = text.count(LOST) * MIN_THAI_PER_LOST <= length_of(THAI, text)
    return other if is_whole and (is_proof or is_only_signs(text)) else before


def _before_utf16(data: bytes, utf8: str, splices: int) -> _Piece | None:
    """What stands before and after a byte-order mark of UTF-16; None without one, or when a side is not Thai."""
    at = min((at for bom in _UTF16_MARKS if (at := data.find(bom)) > 0), default=0)
    if not at or not splices:
        return None
    try:
        head, tail = _narrow(data[:at], utf8, 0), _piece(data[at:], splices - 1)
    except ValueError:
        return None
    return _joined(head, tail) if is_mostly_thai(head.text) and is_mostly_thai(tail.text) else None


# --- UTF-16 and UTF-32 ------------------------------------------------------------------------------------------


def _utf16_by_parity(data: bytes) -> str | None:
    """UTF-16 without BOM: Thai and ASCII characters have 0x0E or 0x00 as their high byte, always on the same side."""
    if not (0x00 in data or 0x0E in data):
        return None
    unpadded = len(data.rstrip(b"\x00"))
    even, odd = data[: unpadded + unpadded % 2 : 2], data[1 : unpadded + unpadded % 2 : 2]
    if not odd:
        return None
    even_share = (even.count(0) + even.count(0x0E)) / len(even)
    odd_share = (odd.count(0) + odd.count(0x0E)) / len(odd)
    if odd_share >= 0.7 and even_share <= 0.2:
        return "utf-16-le"
    if even_share >= 0.7 and odd_share <= 0.2:
        return "utf-16-be"
    return None


def _wide(data: bytes, name: str, splices: int) -> _Piece:
    width = 4 if name.startswith("utf-32") else 2
    whole = len(data) - len(data) % width
    text = data[:whole].decode(name, "replace")
    piece = _Piece(text + LOST, name, is_cut=True) if whole < len(data) else _Piece(text, name)
    foreign = _FOREIGN.search(text)
    if foreign is None:
        return piece
    start = foreign.start()
    while start and _SELDOM.match(text[start - 1]):
        start -= 1
    head = text[:start]
    at = len(head.encode(name, "surrogatepass"))
    appended = _appended(data[at:], text[start:], splices) if at else None
    if appended is not None:
        return _joined(_Piece(head, name), appended)
    if length_of(_FOREIGN, text) * MIN_THAI_PER_LOST > length_of(THAI, text):
        line = len(LINE_END.findall(head)) + 1
        raise ValueError(
            f"{len(data):,} bytes of {name} hold other letters than Thai from line {line} on (a byte is missing, or "
            "another encoding follows); expected a text dump in one encoding; save it again as UTF-8"
        )
    return piece


def _appended(tail: bytes, wide: str, splices: int) -> _Piece | None:
    """What another program appended to a UTF-16 file, which read it as `wide`; None when that is no better."""
    try:
        piece = _piece(tail, splices - 1) if splices else None
    except ValueError:
        return None
    # UTF-16 without a mark of its own is this file's a byte later, where each letter takes the script of another
    is_out_of_step = piece is not None and piece.encoding.startswith("utf-16") and not tail.startswith(_UTF16_MARKS)
    if piece is None or is_out_of_step or _FOREIGN.search(piece.text):
        return None
    thai = length_of(THAI, piece.text)
    return piece if thai >= MIN_THAI_PER_LOST and thai * 2 >= length_of(_FOREIGN, wide) else None


def _unknown(data: bytes) -> ValueError:
    at = next((index for index, byte in enumerate(data) if byte > 0x7F), 0)
    return ValueError(
        f"{len(data):,} bytes are neither UTF-8, UTF-16 nor cp874 (first byte above 0x7F: 0x{data[at]:02X} at {at}); "
        "expected a text dump in one of them; save it again as UTF-8"
    )
