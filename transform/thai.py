"""Thai text as printed → the same text in one spelling, and the keys under which two printings are the same.

Only what is lossless in meaning is repaired; letters are never guessed: a ำ that lost its circle
("ดาเนินการ"), a `?` and a space inside a word stay as printed. NFKC is never used: it decomposes ำ.

Cost follows damage: a line is repaired only when one character-class search says it may need it.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from html.entities import html5

_THAI_DIGITS = tuple(zip("๐๑๒๓๔๕๖๗๘๙", "0123456789", strict=True))
_FOREIGN_DIGIT = re.compile("[๐-๙\uff10-\uff19]")


def to_arabic_digits(text: str) -> str:
    """Thai (๐-๙) and full-width digits become 0-9; everything else stays.

    >>> to_arabic_digits("ด้านที่ ๗.๒ ปี ๒๕64")
    'ด้านที่ 7.2 ปี 2564'
    """
    if not _FOREIGN_DIGIT.search(text):
        return text
    for foreign, arabic in _THAI_DIGITS:
        text = text.replace(foreign, arabic)
    for number in range(10):
        text = text.replace(chr(0xFF10 + number), str(number))
    return text


# --- the repairs ------------------------------------------------------------------------------------------------

# A consonant carries its marks in this order: vowel (or ็ ฺ), nikhahit, then tone or ์.
_VOWEL, _NIKHAHIT, _TONE = "\u0e31\u0e34-\u0e3a\u0e47", "\u0e4d", "\u0e48-\u0e4c\u0e4e"
_MARK = f"{_VOWEL}{_NIKHAHIT}{_TONE}"
_RANK = {chr(c): 0 for c in (0x0E31, *range(0x0E34, 0x0E3B), 0x0E47)} | {"\u0e4d": 1}

# Glyph variants of old Thai fonts (Windows private-use assignments): descender-less, shifted left, lowered.
_PRIVATE_USE = dict(
    zip(
        map(chr, range(0xF700, 0xF71B)),
        "\u0e10\u0e34\u0e35\u0e36\u0e37\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e0d"
        "\u0e31\u0e4d\u0e47\u0e48\u0e49\u0e4a\u0e4b\u0e4c\u0e38\u0e39\u0e3a",
        strict=True,
    )
)
_BLOCK_TAGS = "br|hr|p|h[1-6]|div|tr|li|ul|ol|table"
_INLINE_TAGS = "b|i|u|em|strong|span|font|td|th|small|sub|sup|a"
_Match = re.Match[str]
_Rule = tuple[re.Pattern[str], str | Callable[[_Match], str]]


def _entity(match: _Match) -> str:
    """The character an HTML entity stands for; the entity itself when it stands for none."""
    name: str = match[1]
    if not name.startswith("#"):
        return html5.get(f"{name};", match[0])
    digits = name[1:]
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    if code in (10, 13):
        return "\n" if code == 10 else ""
    if code in (9, 160):
        return " "
    printable = 32 <= code < 0x110000 and not 0x7F <= code < 0xA0 and not 0xD800 <= code < 0xE000
    return chr(code) if printable and code not in (0x2028, 0x2029) else match[0]


def _ordered_marks(match: _Match) -> str:
    marks = sorted(match[0], key=lambda mark: _RANK.get(mark, 2))  # a stable sort: equals keep their order
    return "".join(mark for at, mark in enumerate(marks) if at == 0 or mark != marks[at - 1])


_NEWLINE: _Rule = (re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]"), "\n")
_REPAIRS: tuple[_Rule, ...] = (
    (re.compile(r"&(?:amp;|#0{0,5}38;|#[xX]0{0,5}26;)+"), "&"),
    (re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});"), _entity),
    (re.compile(r"<!--[^\n]*?-->"), ""),
    (re.compile(rf"</?(?:{_BLOCK_TAGS})(?:\s[^<>\n]*)?\s?/?>", re.IGNORECASE), "\n"),
    (re.compile(rf"</?(?:{_INLINE_TAGS})(?:\s[^<>\n]*)?>", re.IGNORECASE), ""),
    (
        re.compile(
            "[\x00-\x08\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]+"
        ),
        "",
    ),
    (re.compile("[\uf700-\uf71a]"), lambda match: _PRIVATE_USE[match[0]]),
    (re.compile("[\uff01-\uff5e]"), lambda match: chr(ord(match[0]) - 0xFEE0)),
    (re.compile("เเ"), "แ"),
    (re.compile(f"[{_MARK}]{{2,}}"), _ordered_marks),
    (re.compile(f"\u0e4d([{_TONE}]*)[\u0e32\u0e33]"), "\\1\u0e33"),
    (re.compile("\u0e33([\u0e48-\u0e4b]+)"), "\\1\u0e33"),
    (re.compile("\u0e33[\u0e32\u0e33]+"), "\u0e33"),
    (re.compile(r"[^\S\n]+"), " "),
    (re.compile(r"^ | $", re.MULTILINE), ""),
)
_PASSES = 12  # one repair can uncover another (an entity inside an entity); real text needs one or two

# Ordinary characters of the form. Anything else may be damage and sends its line to the repairs.
_UNUSUAL = re.compile("[^\n !-%'-;=-~\u0e01-\u0e3a\u0e3f-\u0e5b–—…“”‘’•☐]")
# Marks that may be out of order, doubled, or spell out a sara am; เเ. A vowel and then a tone is how Thai is written.
_DISORDER = re.compile(
    f"[{_MARK}\u0e33เ](?=[{_MARK}\u0e32\u0e33เ])"
    f"(?:(?<=[{_VOWEL}])[{_VOWEL}\u0e4d]|(?<=[{_TONE}])[{_MARK}]|(?<=\u0e4d).|(?<=\u0e33)[\u0e48-\u0e4b\u0e32\u0e33]|(?<=เ)เ)"
)


def _is_clean(text: str) -> bool:
    if "  " in text or text[:1] == " " or text[-1:] == " " or _UNUSUAL.search(text) or _DISORDER.search(text):
        return False
    return "\n" not in text or not (" \n" in text or "\n " in text)


def normalize(text: str) -> str:
    """The same text in one spelling: marks in order, ำ and แ whole, no invisible characters, single spaces.

    Newlines and Thai digits stay. Applying it twice changes nothing more.

    >>> normalize("สํานักงานเขตหนองเเขม")
    'สำนักงานเขตหนองแขม'
    >>> normalize("ดำาเนินงาน") == normalize("ดําเนินงาน") == "ดำเนินงาน"
    True
    >>> normalize("นํ้า") == normalize("น้ํา") == normalize("นำ้") == "น้ำ"
    True
    >>> normalize("  R&amp;D&nbsp;\\u200b:  （๑๒） ")
    'R&D : (๑๒)'
    >>> normalize("ดาเนินการ ? ส านักงาน")  # letters are never guessed
    'ดาเนินการ ? ส านักงาน'
    """
    if _is_clean(text):
        return text
    return "\n".join(line if _is_clean(line) else _repaired(line) for line in _NEWLINE[0].sub("\n", text).split("\n"))


def _repaired(line: str) -> str:
    spaced = line.replace("\t", " ").replace("\xa0", " ")
    if not _UNUSUAL.search(spaced):  # spaces are what most lines need, and all that most lines need
        line = " ".join(spaced.split())
        if not _DISORDER.search(line):
            return line
    for _ in range(_PASSES):
        before = line
        for pattern, replacement in _REPAIRS:
            line = pattern.sub(replacement, line)
        if line == before:
            break
    return line


# --- comparison keys --------------------------------------------------------------------------------------------

# An en dash that the export lost shows as `?` between two spaces: "ด้านที่ ๗ ? การบริหาร…".
_LOST_DASH: _Rule = (re.compile(r"(?<=\S )\?(?= \S)"), "-")
_DASHES: _Rule = (re.compile("[\u2010-\u2015\u2212\ufe58\ufe63]"), "-")
_DRESSING: _Rule = (re.compile(r"[\s*\\]+"), "")
_UNDRESSED = re.compile(r"[^ \t\n*\\]+")
_SQUASHING: tuple[_Rule, ...] = (
    _LOST_DASH,
    (re.compile("[๐-๙]"), lambda match: to_arabic_digits(match[0])),
    _DRESSING,
    _DASHES,
    (re.compile("[A-Z]|[^\x00-\x7f\u0e00-\u0e7f]"), lambda match: match[0].casefold()),
)
_MARKS = re.compile(f"[{_MARK}]+")
_MARK_SET = frozenset(map(chr, (0x0E31, *range(0x0E34, 0x0E3B), *range(0x0E47, 0x0E4F))))
_BLINDING: tuple[_Rule, ...] = (
    (_MARKS, ""),
    (re.compile("\u0e33"), "\u0e32"),
    (re.compile("เเ"), "แ"),
)


@lru_cache(maxsize=8192)  # a project asks of its own texts again and again, of those of the others seldom
def squash(text: str) -> str:
    """The key under which two printings are equal after lossless normalisation.

    Spaces, markdown dressing, digits, dashes, marks order and Latin case do not count.

    >>> squash("**ด้านที่ ๗ ? การ บริหาร : Management**") == squash("ด้านที่ 7 – การบริหาร: management")
    True
    >>> squash("สำนักการศึกษา") == squash("สำนักงานการศึกษา")
    False
    """
    for _ in range(_PASSES):
        before = text
        text = to_arabic_digits(normalize(text))
        if " ? " in text:
            text = _LOST_DASH[0].sub("-", text)
        text = _DASHES[0].sub("-", "".join(text.split()).replace("*", "").replace("\\", "")).casefold()
        if text == before or _is_clean(text):
            break
    return text


@lru_cache(maxsize=65536)
def skeleton(text: str) -> str:
    """The mark-blind key: `squash` without tone marks and upper or lower vowels, ำ as า.

    Recognises labels and headings in damaged text; never a proof that two values are equal.

    >>> skeleton("ผู้ประสานงาน สยป") == skeleton("ผ้ประสานงานสยป")
    True
    >>> skeleton("งบประมาณที่ได้รับ")
    'งบประมาณทไดรบ'
    """
    bare = _MARKS.sub("", squash(text)).replace("\u0e33", "\u0e32")
    bare = bare.replace("เเ", "แ") if "เเ" in bare else bare
    return skeleton(bare) if "&" in bare and squash(bare) != bare else bare  # a mark stood inside an entity


def squash_with_map(text: str) -> tuple[str, list[int]]:
    """`squash(text)` and, for each of its characters, the index in `text` it was read from (never decreasing).

    >>> squash_with_map("ปี ๒๕")
    ('ปี25', [0, 1, 3, 4])
    """
    if not _UNUSUAL.search(text.replace("\t", " ")) and not _DISORDER.search(text):
        kept = [at for stretch in _UNDRESSED.finditer(text) for at in range(*stretch.span())]
        key = squash(text)
        if len(key) == len(kept):  # nothing but dropping and one-to-one changes happened
            return key, kept
    origin = list(range(len(text)))
    for _ in range(_PASSES):
        before = text
        text, origin = _normalized_traced(text, origin)
        text, origin = _traced(text, origin, _SQUASHING)
        if text == before or _is_clean(text):
            break
    return text, origin


def skeleton_with_map(text: str) -> tuple[str, list[int]]:
    """`skeleton(text)` and, for each of its characters, the index in `text` it was read from (never decreasing).

    >>> skeleton_with_map("รหัส :")
    ('รหส:', [0, 1, 3, 5])
    """
    key, origin = squash_with_map(text)
    bare = skeleton(text)
    kept = [at for character, at in zip(key, origin, strict=True) if character not in _MARK_SET]
    if len(bare) == len(kept):
        return bare, kept
    key, origin = _traced(key, origin, _BLINDING)
    for _ in range(_PASSES):
        if key == bare:
            break
        key, source = squash_with_map(key)
        key, origin = _traced(key, [origin[at] for at in source], _BLINDING)
    return key, origin


def _normalized_traced(text: str, origin: list[int]) -> tuple[str, list[int]]:
    """`normalize` with its map, line by line like the original, so that both always agree."""
    if _is_clean(text):
        return text, origin
    text, origin = _traced(text, origin, (_NEWLINE,))
    lines: list[str] = []
    sources: list[int] = []
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if lines:
            sources.append(origin[start - 1])
        piece, source = line, origin[start:end]
        if not _is_clean(line):
            for _ in range(_PASSES):
                before = piece
                piece, source = _traced(piece, source, _REPAIRS)
                if piece == before:
                    break
        lines.append(piece)
        sources.extend(source)
        start = end + 1
    return "\n".join(lines), sources


def _traced(text: str, origin: list[int], rules: tuple[_Rule, ...]) -> tuple[str, list[int]]:
    """`rules` applied in order; `origin[i]` stays the place where character i of the result came from."""
    for pattern, replacement in rules:
        if not pattern.search(text):
            continue
        pieces: list[str] = []
        sources: list[int] = []
        done = 0
        for match in pattern.finditer(text):
            start, end = match.span()
            new = match.expand(replacement) if isinstance(replacement, str) else replacement(match)
            pieces += (text[done:start], new)
            sources += origin[done:start]
            sources += [origin[min(start + at, end - 1)] for at in range(len(new))]
            done = end
        pieces.append(text[done:])
        sources += origin[done:]
        text, origin = "".join(pieces), sources
    return text, origin


_PLACEHOLDER = re.compile(r"[-.\u2026\u00b7_]*|\(ไม่ได้ตั้ง\)|\(notset\)")


def is_placeholder(text: str) -> bool:
    """Whether the text stands for "nothing printed here": blank, dashes, dots, (ไม่ได้ตั้ง), (not set).

    >>> [is_placeholder(text) for text in ("", " - ", "–", ".......", "…", "(ไม่ได้ตั้ง)", "(not set)")]
    [True, True, True, True, True, True, True]
    >>> [is_placeholder(text) for text in ("0", "ไม่มี", "**** ภารกิจงานประจำของหน่วยงาน ****", "- บาท")]
    [False, False, False, False]
    """
    if text.lstrip(" \t\n*\\")[:1].isalnum():  # no placeholder begins with a letter or digit
        return False
    return _PLACEHOLDER.fullmatch(squash(text)) is not None
