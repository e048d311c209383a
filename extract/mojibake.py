"""Thai that an earlier program decoded with the wrong table, turned back; everything else stays as it is.

Three accidents, alone or one after the other: UTF-8 or cp874 read as Latin-1 (or its Windows superset cp1252), UTF-8
read as cp874. They befall a whole file, some of its lines, or the values that a database put into a good template.
A fourth writes each letter as `&#3585;`; in a text that has Thai besides, it is a remnant of HTML and left to others.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

MIN_THAI_SHARE = 0.9

UTF8_AS_LATIN = "UTF-8 read as Latin-1"
UTF8_AS_CP874 = "UTF-8 read as cp874"
CP874_AS_LATIN = "cp874 read as Latin-1"

THAI = re.compile("[\u0e01-\u0e3a\u0e3f-\u0e5b]+")
LINE_END = re.compile("(\r\n|\n|\r)")

_REFERENCE = re.compile("&#(?:(3[56][0-9]{2})|[xX]0?([eE][0-5][0-9a-fA-F]));")
_HIGH = re.compile("[^\x00-\x7f]+")
# é or ï of Latin-1 inside a word: a Thai mark without its letter, a Thai letter between small Latin ones
_LONE_MARK = re.compile("[^\u0e01-\u0e5b][\u0e31\u0e34-\u0e3a\u0e45\u0e47-\u0e4e]")
_IN_LATIN = re.compile("[a-z][\u0e01-\u0e30\u0e32\u0e33\u0e3f-\u0e44\u0e46\u0e4f-\u0e5b](?=[a-z])")
# Dashes, quotes and dots that cp874 has beside Thai, and what has no width: they prove nothing.
_SIGN = "\xa0\u200b-\u200d\u2060\ufeff€‘’“”•–—…"
_SIGNS = re.compile(f"[{_SIGN}]+")
_ODD = re.compile(f"[^\x00-\x7f\u0e01-\u0e3a\u0e3f-\u0e5b{_SIGN}]")

# Ordinary characters of the form; a clean text is told by this one search and the next.
_UNUSUAL = re.compile("[^\t\n\f\r -~\u0e01-\u0e3a\u0e3f-\u0e5b\xa0\u200b\ufeff–—‘’“”•…☐]")
# A second byte of UTF-8 as cp874 shows it; tables leave gaps, which programs fill with the byte's own number.
_NEXT = "[\x80-\xa0\u0e01-\u0e1f€‘’“”•–—…\ufffd]"
_PAIR = re.compile(f"เ[ธน](?={_NEXT})")
_LATIN = re.compile("[\xa1-\xff]")
# Three in a row, of which one looks like a letter: rows of dots (·····) and of other signs are themselves.
_LATIN_RUN = re.compile("(?=[\u0080-\uffff]{0,2}[À-ÖØ-öø-û])[\u0080-\uffff]{3}")


def _table(encoding: str) -> dict[int, int]:
    """The byte of each character of `encoding`; a character of Latin-1 that it lacks stands for its own number."""
    shown = ((bytes([byte]).decode(encoding, "ignore"), byte) for byte in range(0x80, 0x100))
    return {ord(character): byte for character, byte in shown if character}


_CP1252, _CP874 = _table("cp1252"), _table("cp874")
_TABLES = {UTF8_AS_LATIN: (_CP1252, "utf-8"), UTF8_AS_CP874: (_CP874, "utf-8"), CP874_AS_LATIN: (_CP1252, "cp874")}

_WINDOWS = "".join(chr(code) for code in _CP1252 if code > 0xFF)
_PART_AS_LATIN = re.compile(f"[\xa1-\xff][\x00-\xff{_WINDOWS}]*")
_PART_UTF8_AS_LATIN = re.compile(
    f"à[¸¹][\x80-\xbf{_WINDOWS}](?:[\x00-\x7f]*(?:(?:à[¸¹]|â[\x80€])[\x80-\xbf{_WINDOWS}]|Â[\xa0-\xbf]))*"
)
_PART_UTF8_AS_CP874 = re.compile(f"เ[ธน]{_NEXT}(?:[\x00-\x7f]*(?:เ[ธน]{_NEXT}|โ€{_NEXT}|ย\xa0))+")


def repair_mojibake(text: str) -> str:
    """Thai that was decoded with the wrong table, as a whole, by line or by part; everything else comes back unchanged.

    A piece is touched only if what is not ASCII in it becomes Thai, nearly all of it.

    >>> repair_mojibake("¡ÃÐ·ÃÇ§"), repair_mojibake("à¹\\x82à¸„à¸£à¸‡à¸\\x81à¸²à¸£")
    ('กระทรวง', 'โครงการ')
    >>> repair_mojibake("เธ\\x81เธฃเธฐ"), repair_mojibake("ชื่อโครงการ : »ÃÑº»ÃØ§¶¹¹")
    ('กระ', 'ชื่อโครงการ : ปรับปรุงถนน')
    >>> repair_mojibake("เธอเธอ"), repair_mojibake("café ·····"), repair_mojibake("เขตวัฒนา")
    ('เธอเธอ', 'café ·····', 'เขตวัฒนา')
    """
    return repair(text)[0]


def repair(text: str) -> tuple[str, tuple[str, ...]]:
    """As `repair_mojibake`, with notes: which accident was turned back in which lines, which lines stay doubtful."""
    if is_ordinary(text):
        return text, ()
    if not THAI.search(text) and _REFERENCE.search(text):
        return _REFERENCE.sub(_referred, text), ("Thai as HTML character references, repaired",)
    before, accidents = text, dict[str, set[int]]()
    while (again := _repaired_once(text, accidents)) != text:  # an accident can lie under another
        text = again
    if text == before:
        return text, ()
    lines = LINE_END.split(text)[::2]
    notes = [f"{in_lines(numbers, lines)}: {accident}, repaired" for accident, numbers in sorted(accidents.items())]
    doubtful = [number for number, line in enumerate(lines, 1) if _LATIN.search(line)]
    if doubtful:
        notes.append(f"{in_lines(doubtful)}: letters that are not Thai, left as they came")
    return text, tuple(notes)


def in_lines(numbers: Iterable[int], lines: Sequence[str] = ()) -> str:
    """Line numbers for a person. Where the text of all `lines` is given, those in ASCII only may stand inside a span.

    >>> in_lines([5]), in_lines([3, 7, 8, 9]), in_lines([3, 7], ["", "", "ก", "1", "", "", "ข"])
    ('line 5', 'lines 3, 7-9', 'lines 3-7')
    >>> in_lines(range(1, 99, 2))
    'lines 1, 3, 5, 7, 9, 11, 13, 15, 17, 19 and 39 more'
    """
    spans: list[tuple[int, int]] = []
    known = sorted(set(numbers))
    for number in known:
        if spans and all(at <= len(lines) and lines[at - 1].isascii() for at in range(spans[-1][1] + 1, number)):
            spans[-1] = spans[-1][0], number
        else:
            spans.append((number, number))
    shown = ", ".join(f"{first}" if first == last else f"{first}-{last}" for first, last in spans[:10])
    rest = sum(number > spans[9][1] for number in known) if len(spans) > 10 else 0
    return f"line{'s' if len(known) > 1 else ''} {shown}" + (f" and {rest} more" if rest else "")


def is_ordinary(text: str) -> bool:
    """Thai, ASCII, and the signs that the form prints: nothing that a wrong table or a damaged byte would show."""
    if _UNUSUAL.search(text) or _PAIR.search(text):
        return False
    return THAI.search(text) is not None or not _REFERENCE.search(text)


def is_mostly_thai(text: str) -> bool:
    """At least 90 % of what is neither ASCII nor a dash or quote is Thai; a short text may hold one odd character."""
    not_really = len(_LONE_MARK.findall(f"\n{text}")) + len(_IN_LATIN.findall(text))
    if not not_really and not _ODD.search(text):
        return THAI.search(text) is not None
    high = length_of(_HIGH, text) - length_of(_SIGNS, text)
    thai = length_of(THAI, text) - not_really
    odd = high - thai
    return thai > 2 * odd and odd <= max(1, (1 - MIN_THAI_SHARE) * high)


def is_wholly_thai(text: str) -> bool:
    """Whether nothing in it is neither ASCII nor Thai."""
    return length_of(THAI, text) == length_of(_HIGH, text) and is_mostly_thai(text)


def is_only_signs(text: str) -> bool:
    """ASCII and the dashes, quotes and dots that cp874 has beside Thai."""
    return length_of(_SIGNS, text) == length_of(_HIGH, text)


def is_utf8_as_cp874(text: str) -> bool:
    """Most of what is not ASCII stands in groups of three that begin with เธ or เน, as each Thai letter of UTF-8 does.

    >>> is_utf8_as_cp874("เธฃเธฐ"), is_utf8_as_cp874("เธอเธอ"), is_utf8_as_cp874("เนตร")
    (True, False, False)
    """
    pairs = len(_PAIR.findall(text))
    if not pairs or pairs * 3 < 0.6 * length_of(_HIGH, text):
        return False
    return pairs > 1 or _undone(text, UTF8_AS_CP874) is not None


def length_of(run: re.Pattern[str], text: str) -> int:
    """How many characters of `text` the matches of `run` cover."""
    return sum(map(len, run.findall(text)))


def _referred(match: re.Match[str]) -> str:
    character = chr(int(match[1]) if match[1] else int(match[2], 16))
    return character if THAI.match(character) else match[0]


def _repaired_once(text: str, accidents: dict[str, set[int]]) -> str:
    """One accident turned back, as a whole or else by line; `accidents` gets the numbers of the lines."""
    parts = LINE_END.split(text)
    lines = parts[::2]
    whole = _turned_back(text)
    if whole is not None:
        accidents.setdefault(whole[1], set()).update(n for n, line in enumerate(lines, 1) if not line.isascii())
        return whole[0]
    hits = [_turned_back(line) or _turned_back_inside(line) for line in lines]
    # a short line, or one of dashes only, is read like the line before it; the first ones like the line after them
    before = next((hit and hit[1] for hit, line in zip(hits, lines, strict=True) if hit or THAI.search(line)), None)
    for at, (hit, line) in enumerate(zip(hits, lines, strict=True)):
        if hit is None and before is not None:
            hit = _turned_back_like(before, line)
        if hit is not None:
            parts[2 * at], before = hit
            accidents.setdefault(before, set()).add(at + 1)
        elif THAI.search(line):
            before = None
    return "".join(parts)


def _turned_back(text: str) -> tuple[str, str] | None:
    """The text before its last accident, and which; None when there is no proof of one."""
    if text.isascii():
        return None
    if THAI.search(text):
        return _if_thai(text, UTF8_AS_CP874) if is_utf8_as_cp874(text) else None
    inner = _if_thai(text, UTF8_AS_LATIN)
    if inner is not None or not _LATIN_RUN.search(text):
        return inner
    thai = _undone(text, CP874_AS_LATIN)
    if thai is None or not is_mostly_thai(thai) or is_utf8_as_cp874(thai):
        return None
    # what is valid UTF-8 as well must be Thai to the last character: Â»Ã• is not Thai garbled once, but twice
    is_doubtful = _undone(text, UTF8_AS_LATIN) is not None and not is_wholly_thai(thai)
    return None if is_doubtful else (thai, CP874_AS_LATIN)


def _turned_back_inside(line: str) -> tuple[str, str] | None:
    """The line with its garbled parts turned back, the rest as it is: a value in a template that came right."""
    found: list[str] = []

    def turned(match: re.Match[str]) -> str:
        hit = _turned_back(match[0])
        found.extend(hit[1:] if hit else ())
        return hit[0] if hit else match[0]

    for part in (_PART_UTF8_AS_LATIN, _PART_UTF8_AS_CP874, _PART_AS_LATIN):
        better = part.sub(turned, line)
        if found:
            return better, found[0]
    return None


def _turned_back_like(accident: str, line: str) -> tuple[str, str] | None:
    """The line after the accident of its neighbour, where it becomes Thai, or dashes and quotes."""
    text = None if line.isascii() else _undone(line, accident)
    if text is None or text == line or not (is_mostly_thai(text) or is_only_signs(text)):
        return None
    return text, accident


def _if_thai(text: str, accident: str) -> tuple[str, str] | None:
    """The text before the accident, if it is Thai there, or a byte-order mark, or can be turned back further."""
    before = _undone(text, accident)
    if before is None or not (is_mostly_thai(before) or before == "\ufeff" or _turned_back(before)):
        return None
    return before, accident


def _undone(text: str, accident: str) -> str | None:
    shown, written = _TABLES[accident]
    try:
        return text.translate(shown).encode("latin-1").decode(written)
    except UnicodeError:
        return None
