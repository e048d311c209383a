"""Recognised Thai → lines of text: spaces where the print has them, sara am and tones as the picture shows them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain, pairwise
from typing import NamedTuple

from extract.encodings import LOST

_MARKS = "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
_TONES = "\u0e48-\u0e4b"
_NO_SPACE_BEFORE = re.compile(f"[{_MARKS}\u0e30\u0e32\u0e33\u0e45,.]")
_LEADING_VOWEL = re.compile("[\u0e40-\u0e44]")
_IN_NUMBER = re.compile("[0-9\u0e50-\u0e59.,/:-]")
_NUMBER = re.compile("[0-9\u0e50-\u0e59][0-9\u0e50-\u0e59.,/:-]*")
_DIGIT = re.compile("[0-9\u0e50-\u0e59]")
_SARA_AM = re.compile(f"([\u0e31{_TONES}\u0e4d]*[{_TONES}\u0e4d])\u0e32")

_SPACE = 0.42
"""Of the height of a consonant: wider gaps are spaces. Letters stand 0.1 to 0.25 apart, words 0.5 to 0.8."""
_SPACE_IN_NUMBER = 0.58
"""A 1 stands far from its neighbours in many fonts: 0.45."""
_REACH = 1.2
_COLUMN_GAP = 1.1
SURE_OF_DIGIT = 70.0
"""Chosen on eight scans: of 400 numbers 8 right and 6 wrong ones were below it; wrong ones above it exist."""
_MAI_EK_WIDTH, _MAI_THO_WIDTH = 0.6, 0.8
_MAI_EK, _MAI_THO = "\u0e48", "\u0e49"


def _without_its_point(code: re.Match[str]) -> str:
    return code[0].replace(".", "") if code[0].count(".") == 1 else code[0]


# what only one reading explains; anything else stays as it was read
_CERTAIN_MISREADINGS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = (
    # the unit after an amount: English "um" for บาท, whose letters look like it at the size of a scan
    (re.compile(r"(?<=\d) (?:um|uw|Um)(?=$| )"), " บาท"),
    # a project code has eight and four digits; one point among them is a speck, two may be a date
    (re.compile(r"(?<![\d.,])(?:\d\.?){7}\d-(?:\d\.?){3}\d(?!\S)"), _without_its_point),
    # a separator or a rule's remains can be no colon twice over
    (re.compile(r"(?<=:)[#;|](?=:)"), ""),
)

_LETTER = "\u0e01-\u0e2e\u0e2f-\u0e3a\u0e40-\u0e45\u0e47-\u0e4e"
_SYLLABLE_EDGE = re.compile(f"(?<=[{_LETTER}])(?<![\u0e40-\u0e44])( ?)(?=[\u0e01-\u0e2e\u0e40-\u0e44])")
_GAP = re.compile(f"(?<=[{_LETTER}]) (?=[{_LETTER}])")
_GAP_AROUND_POINT = re.compile(
    f"(?<=[{_LETTER}]) (?=\\.)|(?<=[{_LETTER}]\\.) (?=[{_LETTER}])|(?<=[{_LETTER}] \\.) (?=[{_LETTER}])"
)
_GAPPED_DIGITS = re.compile("(?<![\u0e50-\u0e59])[\u0e50-\u0e59](?: ?\\.? ?[\u0e50-\u0e59](?![\u0e50-\u0e59]))+")
_GAPPED_SHARE = 0.35


class Sign(NamedTuple):
    """One recognised sign, its columns in the line picture, and the confidence (0 to 100) of it or of its word."""

    text: str
    left: float
    right: float
    confidence: float


class Mark(NamedTuple):
    """A piece of ink above the consonants of a line; rows count from the top of the consonants, above is negative."""

    left: float
    right: float
    top: float
    bottom: float


class Segment(NamedTuple):
    """Text without a wide gap inside, and the column of the page where it begins."""

    left: float
    text: str


def segments(
    signs: Sequence[Sign], gaps: Sequence[tuple[float, float]], marks: Sequence[Mark], letter: float, left: float = 0
) -> list[Segment]:
    """One line, cut at gaps as wide as between columns. `letter`: height of a consonant; `left`: of the picture.

    Spaces stand where the picture has gaps, not where Tesseract supposes them; doubtful digits become U+FFFD.
    """
    signs = _without_doubtful_digits(signs)
    spaces = _places_of_spaces(signs, gaps, letter)
    cuts = [0, *(index for index, width in sorted(spaces.items()) if width >= _COLUMN_GAP * letter), len(signs)]
    found = []
    for start, end in pairwise(cuts):
        text, places = "", []
        for index in range(start, end):
            if index in spaces and index > start:
                text += " "
                places.append(index)
            text += signs[index].text
            places.append(index)

        def as_pictured(match: re.Match[str], places: list[int] = places) -> str:
            return _sara_am(match[1], signs[places[match.end() - 1]], marks, letter)

        if text.strip():
            found.append(Segment(signs[start].left + left, _corrected(_SARA_AM.sub(as_pictured, text)).strip()))
    return found


def undivided(line: Sequence[Segment]) -> list[Segment]:
    """A line of a ruled cell: whatever its gaps, it is one."""
    return [Segment(line[0].left, " ".join(segment.text for segment in line))] if line else []


def in_cells(lines: Sequence[Sequence[Segment]], letter: float) -> list[str]:
    """The lines of a page with the cells of tables without rules read one by one.

    A line continues the cells above it when each of its segments stands under one of theirs and holds no colon: every
    label and every cell of the form has one. Cells side by side are lines of their own where they hold a colon.

    >>> row = [Segment(100, ":: 15.50 % งบประมาณที่เบิกใช้"), Segment(700, ": เป็นไปตาม")]
    >>> in_cells([row, [Segment(101, "(ครั้งที่ 1) = 0 บาท"), Segment(699, "แผน")]], 32)
    [':: 15.50 % งบประมาณที่เบิกใช้', '(ครั้งที่ 1) = 0 บาท', ': เป็นไปตาม', 'แผน']
    """
    texts: list[str] = []
    row: list[tuple[float, list[str]]] = []

    def close_row() -> None:
        cells = [cell for _, cell in row]
        if any(len(cell) > 1 for cell in cells):
            texts.extend(chain.from_iterable(cells))
            return
        for index, cell in enumerate(cells):
            if index and ":" not in cell[0]:
                texts[-1] += " " + cell[0]
            else:
                texts.append(cell[0])

    for line in lines:
        above = [_above(segment, row, letter) for segment in line]
        if len(row) > 1 and line and None not in above and not any(":" in segment.text for segment in line):
            for cell, segment in zip(above, line, strict=True):
                if cell is not None:
                    cell.append(segment.text)
            continue
        if row:
            close_row()
        row = [(segment.left, [segment.text]) for segment in line]
    if row:
        close_row()
    return texts


def _above(segment: Segment, row: Sequence[tuple[float, list[str]]], letter: float) -> list[str] | None:
    return next((cell for left, cell in row if abs(left - segment.left) <= letter), None)


def _corrected(text: str) -> str:
    for pattern, right in _CERTAIN_MISREADINGS:
        text = pattern.sub(right, text)
    return text


def number_confidences(signs: Sequence[Sign], least: float = 0, below: float = 101) -> list[float]:
    """For each number in a line the confidence of its least certain sign, where that is within the limits."""
    text = "".join(sign.text for sign in signs)
    found = [min(sign.confidence for sign in signs[slice(*number.span())]) for number in _NUMBER.finditer(text)]
    return [confidence for confidence in found if least <= confidence < below]


def _without_doubtful_digits(signs: Sequence[Sign]) -> list[Sign]:
    """A number with a doubtful sign must not become a value: the sign is marked as lost."""
    kept = list(signs)
    for number in _NUMBER.finditer("".join(sign.text for sign in signs)):
        for index in range(*number.span()):
            if signs[index].confidence < SURE_OF_DIGIT:
                kept[index] = signs[index]._replace(text=LOST)
    return kept


def _places_of_spaces(signs: Sequence[Sign], gaps: Sequence[tuple[float, float]], letter: float) -> dict[int, float]:
    """Before which signs a space stands, and how wide: the boundary whose neighbours reach least into the gap."""
    found: dict[int, float] = {}
    for start, end in gaps:
        if end - start < _SPACE * letter:
            continue
        best = None
        for index in range(1, len(signs)):
            before, after = signs[index - 1], signs[index]
            cost = max(0.0, before.right - start) + max(0.0, end - after.left)
            if abs((before.right + after.left - start - end) / 2) > _REACH * letter:
                continue
            if _NO_SPACE_BEFORE.match(after.text) or _LEADING_VOWEL.match(before.text):
                continue
            if best is None or cost < best[0]:
                best = cost, index
        if best is not None and not (
            _DIGIT.match(signs[best[1]].text)
            and _IN_NUMBER.match(signs[best[1] - 1].text)
            and signs[best[1] - 1].text != ":"
            and end - start < _SPACE_IN_NUMBER * letter
        ):
            found[best[1]] = end - start
    return found


def _sara_am(read: str, aa: Sign, marks: Sequence[Mark], letter: float) -> str:
    """Tones and nikhahit before า, as the picture shows them: น้า has one mark above, น้ำ two, one over the other.

    Tesseract was taught ำ as nikhahit and า and reads น้ำ as น้้า, น้า or นํา. Two tones over one letter exist in no
    word; in the other cases the marks are counted, and a tone that was not read is told by its shape.
    """
    tones, has_ring = re.sub("[\u0e31\u0e4d]", "", read), "\u0e4d" in read
    if len(tones) > 1:
        return tones[0] + "\u0e33"
    if has_ring and tones:
        return tones + "\u0e33"
    upper = _upper_of_two(aa, marks, letter)
    if has_ring:
        return _tone_by_shape(upper) + "\u0e33"
    return tones + ("\u0e33" if upper is not None else "\u0e32")


def _upper_of_two(aa: Sign, marks: Sequence[Mark], letter: float) -> Mark | None:
    """The upper one of two marks that stand over each other just before า."""
    middle = (aa.left + aa.right) / 2
    near = [m for m in marks if middle - 1.3 * letter < (m.left + m.right) / 2 < middle + 0.3 * letter]
    for upper in near:
        for lower in near:
            overlap = min(upper.right, lower.right) - max(upper.left, lower.left)
            narrow = min(upper.right - upper.left, lower.right - lower.left)
            if upper.bottom <= lower.top + 0.1 * letter and upper is not lower and overlap > 0.3 * narrow:
                return upper
    return None


def _tone_by_shape(mark: Mark | None) -> str:
    if mark is None:
        return ""
    width = (mark.right - mark.left) / max(1.0, mark.bottom - mark.top)
    if width < _MAI_EK_WIDTH:
        return _MAI_EK
    return _MAI_THO if width > _MAI_THO_WIDTH else ""


def close_gaps(text: str) -> str:
    """A line of somebody's OCR layer without the gaps that recognition leaves between the letters of a Thai word.

    OCR programs put a space after nearly every Thai letter, so a space between two of them says nothing: the one
    between first and last name is lost with the others. Lines with few gaps were written by a better program and stay.

    >>> close_gaps("เริ่ ม ต้ น โค ร ง กา ร : 2020-11-15 00:00:00")
    'เริ่มต้นโครงการ : 2020-11-15 00:00:00'
    >>> close_gaps("น . ส . ญา ณิ ศา ฟุ้ ง เฟื อ ง โท ร .1533")
    'น.ส.ญาณิศาฟุ้งเฟืองโทร.1533'
    >>> close_gaps("นางสาวญาณิศา ฟุ้งเฟื่องศิลป์")
    'นางสาวญาณิศา ฟุ้งเฟื่องศิลป์'
    """
    edges = _SYLLABLE_EDGE.findall(text)
    if not edges or edges.count(" ") <= _GAPPED_SHARE * len(edges):
        return text
    text = _GAP.sub("", text)
    text = _GAP_AROUND_POINT.sub("", text)
    return _GAPPED_DIGITS.sub(lambda match: match[0].replace(" ", ""), text)
