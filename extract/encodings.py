"""Bytes of a text dump → text, by a rule of one's own: detectors take a short cp874 file for Chinese or UTF-16.

cp874 stands for TIS-620 and ISO-8859-11 too: it is their superset, and they turn – “ ” … into control characters
without an error.
"""

from __future__ import annotations

import codecs
import re

MIN_THAI_SHARE = 0.9

_CUT = "\ufffd"
_CP874_AS_UTF8 = re.compile("[\u0100-\u0dff\u0e80-\u0fff]")
_HIGH_RUN = re.compile("[\u0080-\uffff]{3}")
# é or ï of Latin-1 inside a word: a Thai mark without its letter, a Thai sign between small Latin letters
_NOT_REALLY_THAI = re.compile(
    "(?<![\u0e01-\u0e5b])[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]|(?<=[a-z])[\u0e01-\u0e5b](?=[a-z])"
)
_THAI_AS_UTF8_AS_CP874 = re.compile("เ[ธน]")


def decode(data: bytes) -> tuple[str, str]:
    """Text and the name of its encoding: utf-8, utf-8-sig, utf-16-le, utf-16-be or cp874; never with its BOM.

    Text that an earlier program had decoded wrongly is repaired. A character that the end of the file cuts in two
    becomes U+FFFD. Raises ValueError when no rule applies.

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
    text, encoding = decode_once(data)
    return repair_mojibake(text), encoding


def decode_once(data: bytes) -> tuple[str, str]:
    """As `decode`, without repairing text that arrives wrongly decoded."""
    if data.startswith(codecs.BOM_UTF8):
        text = _utf8(data[3:])
        if text is None:
            raise _unknown(data)
        return text, "utf-8-sig"
    for bom, name in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if data.startswith(bom):
            return _utf16(data[2:], name), name
    wide = _utf16_by_parity(data)
    if wide is not None:
        return _utf16(data, wide), wide
    text = _utf8(data)
    if text is not None and not (_CP874_AS_UTF8.search(text) and not _has_thai(text)):
        return text, "utf-8"
    thai = _cp874(data)
    if thai is not None:
        return thai, "cp874"
    if text is not None:
        return text, "utf-8"
    raise _unknown(data)


def repair_mojibake(text: str) -> str:
    """Thai that was decoded with the wrong table, as a whole or line by line; everything else comes back unchanged.

    Three accidents: cp874 read as Latin-1, UTF-8 read as Latin-1, UTF-8 read as cp874. A line is touched only if
    what is not ASCII in it becomes Thai, nearly all of it.

    >>> repair_mojibake("¡ÃÐ·ÃÇ§"), repair_mojibake("à¹\\x82à¸„à¸£à¸‡à¸\\x81à¸²à¸£")
    ('กระทรวง', 'โครงการ')
    >>> repair_mojibake("เธ\\x81เธฃเธฐ·".replace("·", ""))
    'กระ'
    >>> repair_mojibake("เธอเธอ"), repair_mojibake("café"), repair_mojibake("เขตวัฒนา")
    ('เธอเธอ', 'café', 'เขตวัฒนา')
    """
    if text.isascii():
        return text
    whole = _repaired(text)
    return whole if whole != text else "\n".join(_repaired(line) for line in text.split("\n"))


def _repaired(line: str) -> str:
    if line.isascii():
        return line
    if _has_thai(line):
        pairs = len(_THAI_AS_UTF8_AS_CP874.findall(line))
        if not pairs or pairs * 3 < 0.6 * sum(character > "\x7f" for character in line):
            return line
        return _thai_or(line, _bytes_of(line, "cp874"), "utf-8")
    raw = _bytes_of(line, "cp1252")
    repaired = _thai_or(line, raw, "utf-8")
    if repaired != line:
        return repaired
    return _thai_or(line, raw, "cp874") if _HIGH_RUN.search(line) else line


def _thai_or(line: str, raw: bytes | None, encoding: str) -> str:
    if raw is None:
        return line
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        return line
    return text if _is_mostly_thai(text) else line


def _bytes_of(line: str, encoding: str) -> bytes | None:
    """The bytes `line` was wrongly decoded from; tables leave gaps, which programs fill with the byte's own number."""
    result = bytearray()
    for character in line:
        if character < "\x80":
            result.append(ord(character))
            continue
        try:
            result += character.encode(encoding)
        except UnicodeEncodeError:
            if character > "\xff":
                return None
            result.append(ord(character))
    return bytes(result)


def _utf16_by_parity(data: bytes) -> str | None:
    """UTF-16 without BOM: Thai and ASCII characters have 0x0E or 0x00 as their high byte, always on the same side."""
    if len(data) < 2:
        return None
    even, odd = data[0::2], data[1::2]
    even_share = (even.count(0) + even.count(0x0E)) / len(even)
    odd_share = (odd.count(0) + odd.count(0x0E)) / len(odd)
    if odd_share >= 0.7 and even_share <= 0.2:
        return "utf-16-le"
    if even_share >= 0.7 and odd_share <= 0.2:
        return "utf-16-be"
    return None


def _utf16(data: bytes, name: str) -> str:
    whole = len(data) - len(data) % 2
    text = data[:whole].decode(name, "replace")
    return text + _CUT if whole < len(data) else text


def _utf8(data: bytes) -> str | None:
    """Strict UTF-8, except that the very last character may be cut; None when it is something else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.end < len(data) or error.reason != "unexpected end of data":
            return None
        text = data[: error.start].decode("utf-8")
        # the last byte of a cp874 file may look like the start of a UTF-8 character
        return text + _CUT if _has_thai(text) else None


def _cp874(data: bytes) -> str | None:
    try:
        text = data.decode("cp874")
    except UnicodeDecodeError:
        return None
    return text if _is_mostly_thai(text) else None


def _is_mostly_thai(text: str) -> bool:
    """At least 90 % of what is not ASCII is Thai; one odd character, such as a dash, is allowed in a short text."""
    high = sum(character > "\x7f" and character != "\xa0" for character in text)
    thai = sum("\u0e01" <= character <= "\u0e5b" for character in text) - len(_NOT_REALLY_THAI.findall(text))
    odd = high - thai
    return thai > 2 * odd and odd <= max(1, (1 - MIN_THAI_SHARE) * high)


def _has_thai(text: str) -> bool:
    return any("\u0e01" <= character <= "\u0e5b" for character in text)


def _unknown(data: bytes) -> ValueError:
    at = next((index for index, byte in enumerate(data) if byte > 0x7F), 0)
    return ValueError(
        f"{len(data):,} bytes are neither UTF-8, UTF-16 nor cp874 (first byte above 0x7F: 0x{data[at]:02X} at {at}); "
        "expected a text dump in one of them; save it again as UTF-8"
    )
