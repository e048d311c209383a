"""What PDF producers do to Thai glyphs, undone; every rule is one row of the catalogue in docs and counts what it did.

These are faults of the text layer, not of the form: a Line of a PDF holds the repaired text. Damage that the text
layer does not determine (`ส านักงาน`, a wrong letter in ToUnicode) is left as it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable

UNMAPPED = "\uf8ff"
"""Stands where a glyph is mapped to no text at all: WeasyPrint's nikhahit, the first half of sara am."""

TONES = "\u0e48-\u0e4b"
MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
"""Thai characters that stand above or below the one before them."""

_CONSONANTS = "\u0e01-\u0e2e"
_ABOVE_BELOW = "\u0e31\u0e34-\u0e39"

# Windows fonts of the 1990s keep shifted copies of marks, and ฐ ญ without their foot, in the private-use area
_PRIVATE_USE = dict(
    zip(
        range(0xF700, 0xF71B),
        "ฐ\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4cญ"
        "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a",
        strict=True,
    )
)
_INVISIBLE = "\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_SPACES = "\t\u00a0\u2000-\u200a\u202f\u205f\u3000"

_TRIPS = re.compile(
    f"[{UNMAPPED}\uf700-\uf71a{_INVISIBLE}{_SPACES}\u0e4d]|\u0e33[\u0e32{TONES}]|[ {_SPACES}][{MARKS}\u0e32\u0e33]"
    f"|[\u0e47-\u0e4c](?:[{_ABOVE_BELOW}]|(?=[{TONES}]))|\u0e40\u0e40"
)

_Rule = tuple[str, re.Pattern[str], str | Callable[[re.Match[str]], str]]

_RULES: tuple[_Rule, ...] = (
    ("private_use", re.compile("[\uf700-\uf71a]"), lambda m: _PRIVATE_USE[ord(m.group())]),
    ("invisible", re.compile(f"[{_INVISIBLE}]"), ""),
    ("space", re.compile(f"[{_SPACES}]"), " "),
    # น้ำ as น + unmapped + ้ + า
    ("unmapped_nikhahit", re.compile(f"(?<=[{_CONSONANTS}])([{TONES}]?){UNMAPPED}([{TONES}]?)\u0e32"), "\\1\\2\u0e33"),
    ("unmapped", re.compile(UNMAPPED), ""),
    ("space_before_mark", re.compile(f"(?<=[{_CONSONANTS}{MARKS}]) +(?=[{MARKS}])"), ""),
    ("mark_order", re.compile(f"([\u0e47-\u0e4c])([{_ABOVE_BELOW}])"), "\\2\\1"),  # พันธ์ุ for พันธุ์
    ("nikhahit_aa", re.compile(f"\u0e4d([{TONES}]?)\u0e32"), "\\1\u0e33"),
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
    >>> repair("1,234,567.\\u200b50"), repair("ท\\uf70aี"), repair("ส\\uf8ffานัก")
    ('1,234,567.50', 'ที่', 'สำนัก')
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
