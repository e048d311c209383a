"""What PDF producers do to Thai glyphs, undone; every rule is one row of the catalogue in docs and counts what it did.

These are faults of the text layer, not of the form: a Line of a PDF holds the repaired text. What the text layer does
not determine is not guessed: a glyph whose meaning is lost becomes U+FFFD, and damage that cannot be told from good
text (`ส านักงาน`, a wrong letter in ToUnicode) is left as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

from extract.encodings import LOST

UNMAPPED = "\uf8ff"
"""Stands where a mark above or below a letter is drawn that is said to be no text at all."""

UNDEFINED = "\uf8fe"
"""Stands where nothing is known of a glyph."""

REST = "\uf8fd"
"""Stands where a glyph is drawn whose letters are in the entry of a glyph before it: the rest of a syllable."""

TONES = "\u0e48-\u0e4b"
MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
"""Thai characters that stand above or below the one before them."""

_CONSONANTS = "\u0e01-\u0e2e"
_ABOVE_BELOW = "\u0e31\u0e34-\u0e39"

# Windows fonts of the 1990s keep shifted copies of marks, and ฐ ญ without their foot, in the private-use area; later
# ones added three; the fonts of the Macintosh kept theirs elsewhere
PRIVATE_USE = {
    chr(first + index): letter
    for first, letters in (
        (0xF700, "ฐ\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4cญ"),
        (0xF710, "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a"),
        (0xF71E, "\u0e4d\u0e47\u0e4e"),
        (
            0xF884,
            "\u0e31\u0e34\u0e35\u0e36\u0e37\u0e47"
            + "".join(3 * tone for tone in "\u0e48\u0e49\u0e4a\u0e4b\u0e4c")
            + "\u0e4d",
        ),
    )
    for index, letter in enumerate(letters)
}
"""Thai letters by the private characters that stand for them in old fonts."""

PRIVATE_MARKS = "\uf701-\uf70e\uf710-\uf71a\uf71e-\uf720\uf884-\uf899"
"""Those of them that stand above or below the one before them."""
UNREAD = f"{UNMAPPED}{UNDEFINED}{REST}"
"""All that stands for glyphs without text until `repair` has seen them."""
_PRIVATE = f"\uf700\uf70f{PRIVATE_MARKS}"
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACES = "\t\u00a0\u2000-\u200a\u202f\u205f\u3000"

_TRIPS = re.compile(
    f"[{UNREAD}{_PRIVATE}{_INVISIBLE}{_SPACES}\u0e4d]|\u0e33[\u0e32{TONES}]|[ {_SPACES}][{MARKS}\u0e32\u0e33]"
    f"|[\u0e47-\u0e4c](?:[{_ABOVE_BELOW}]|(?=[{TONES}]))|\u0e40\u0e40"
)


def _with_rest(match: re.Match[str]) -> str:
    """A syllable without the glyphs after its first, as far as it has parts for them to draw."""
    syllable, rest = match.groups()
    parts = len(syllable) + syllable.count("\u0e33")  # ำ is drawn as a ring and า
    return syllable + UNDEFINED * (len(rest) - max(0, min(len(rest), parts - 1)))


_Rule = tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]

_RULES: tuple[_Rule, ...] = (
    ("private_use", re.compile(f"[{_PRIVATE}]"), lambda m: PRIVATE_USE[m.group()]),
    ("invisible", re.compile(f"[{_INVISIBLE}]"), ""),
    ("space", re.compile(f"[{_SPACES}]"), " "),
    # fpdf2 gives a whole syllable to the first of its glyphs
    ("rest_of_syllable", re.compile(f"([{_CONSONANTS}]?[{MARKS}]*[\u0e32\u0e33]?)({REST}+)"), _with_rest),
    # น้ำ as น + ้ + mark + า: beside a tone no other mark can stand before า; alone it might be a tone itself
    (
        "unmapped_nikhahit",
        re.compile(f"(?<=[{_CONSONANTS}])(?:([{TONES}]){UNMAPPED}|{UNMAPPED}([{TONES}]))\u0e32"),
        "\\1\\2\u0e33",
    ),
    ("lost letters", re.compile(f"[{UNREAD}]"), LOST),
    ("space_before_mark", re.compile(f"(?<=[{_CONSONANTS}{MARKS}]) +(?=[{MARKS}])"), ""),
    ("mark_order", re.compile(f"([\u0e47-\u0e4c])([{_ABOVE_BELOW}])"), "\\2\\1"),  # พันธ์ุ for พันธุ์
    ("nikhahit_aa", re.compile(f"\u0e4d([{TONES}]?)[\u0e32\u0e33]"), "\\1\u0e33"),  # pdfkit draws the ring twice
    ("am_before_tone", re.compile(f"\u0e33([{TONES}])\u0e32?"), "\\1\u0e33"),
    ("am_aa", re.compile("\u0e33\u0e32"), "\u0e33"),
    ("space_before_aa", re.compile(f"(?<=[{_CONSONANTS}{MARKS}]) +(?=[\u0e32\u0e33])"), ""),
    ("double_e", re.compile("\u0e40\u0e40"), "\u0e41"),
    # pdfkit maps nikhahit, drawn first, to a tone too: ต้่ำ for ต่ำ, น้้ำ for น้ำ
    ("nikhahit_as_tone", re.compile(f"[{TONES}]+([{TONES}])(?=\u0e33)"), "\\1"),
    # ผู้รับ printed as ผ้้รับ: LibreOffice maps sara uu under a tone to a second tone
    ("doubled_tone", re.compile(f"(?<=[{_CONSONANTS}])([{TONES}])\\1(?!\u0e33)"), "\u0e39\\1"),
    ("repeated_tone", re.compile(f"([{TONES}])\\1+"), "\\1"),
)


def repair(text: str, counts: Counter[str] | None = None) -> str:
    """`text` with the glyph faults of PDF producers undone; `counts` gains the number of repairs by rule.

    >>> repair("สํานักงาน"), repair("น้ําตาล"), repair("นํ้าตาล"), repair("สำานัก")
    ('สำนักงาน', 'น้ำตาล', 'น้ำตาล', 'สำนัก')
    >>> repair("เริ ่มต้น"), repair("เป้ าหมาย"), repair("ผ้้รับ"), repair("เเผน")
    ('เริ่มต้น', 'เป้าหมาย', 'ผู้รับ', 'แผน')
    >>> repair("1,234,567.\\u200b50"), repair("ท\\uf70aี"), repair("น้\\uf8ffา"), repair("ส\\uf8ffานัก")
    ('1,234,567.50', 'ที่', 'น้ำ', 'ส\ufffdานัก')
    >>> repair("ตั้งแต่ปี พ.ศ. ๒๕๕๐")
    'ตั้งแต่ปี พ.ศ. ๒๕๕๐'
    """
    if not _TRIPS.search(text):
        return text
    for name, pattern, replacement in _RULES:
        text, changed = pattern.subn(replacement, text)
        if changed and counts is not None:
            counts[name] += changed
    return text
