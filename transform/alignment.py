"""Which list item or report row of one copy is which of another, when a line wrap split one or a copy lost one.

Adjacent bullets that together read like one bullet of another copy are one bullet. Joining drops the letters that
the wrap printed twice ("…ปฏิบัติการ" + "การพัฒนา…").
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rapidfuzz import fuzz

from transform.addresses import list_addresses, row_key, split_row_key
from transform.doubts import is_ocr
from transform.records import FormCopy, Reading
from transform.thai import normalize, squash

# likeness (0-100) at which joined bullets are one bullet of another copy, and at which two bullets are the same item
JOINED_LIKENESS = 90
SAME_ITEM_LIKENESS = 60
_LONGEST_REPEAT = 20
# vowels, tones and marks that belong to the letter before them
_ON_THE_LETTER_BEFORE = frozenset(map(chr, (*range(0x0E31, 0x0E3B), *range(0x0E47, 0x0E4F))))


@dataclass(frozen=True, slots=True)
class Item:
    """One list item of one copy: the pieces it was printed in, and the text they make."""

    pieces: tuple[Reading, ...]
    value: str

    @property
    def key(self) -> str:
        """For comparing."""
        return squash(self.value)


def join_pieces(left: str, right: str, like: str | None = None) -> str:
    """Return two pieces of one sentence as one, without what both print at the seam.

    With `like`, the reading of another copy, the repeated letters are dropped where that gives exactly its text.

    >>> join_pieces("นำไปสู่การปฏิบัติการ", "การพัฒนาคุณภาพ", "นำไปสู่การปฏิบัติการพัฒนาคุณภาพ")
    'นำไปสู่การปฏิบัติการพัฒนาคุณภาพ'
    """
    candidates = [left + right, f"{left} {right}"]
    for n in _repeats(left, right):
        candidates.insert(0, left + right[n:])
    if like is not None:
        wanted = squash(like)
        for candidate in candidates:
            if squash(candidate) == wanted:
                return normalize(candidate)
    return normalize(candidates[0])


def printed_items(items: Sequence[Reading], base: str) -> list[Reading]:
    """Items of a list of one copy in printed order, whatever addresses an earlier reconciling gave them."""
    addresses = set(list_addresses(base, [r.field for r in items]))
    return sorted([r for r in items if r.field in addresses], key=lambda r: r.evidence.place)


def align(lists: Sequence[Sequence[Reading]]) -> list[list[Item | None]]:
    """Rows of items: one row for each item of the list, one column for each copy (None where a copy lacks it).

    Shape: rows × len(lists). The result depends on the copies' fixed order only. Lists that were recognised in pictures
    follow the others: they join no bullets of theirs, and their rows come between.
    """
    follows = [any(map(is_ocr, readings)) for readings in lists]
    columns = [[Item((r,), r.value or "") for r in readings if r.value is not None] for readings in lists]
    apart: set[tuple[tuple[str, ...], ...]] = set()  # most copies print the same list: looked at once
    for n, column in enumerate(columns):
        for m, other in enumerate(columns):
            if m != n and len(column) > 1 and (follows[n] or not follows[m]):
                pair = tuple(i.value for i in column), tuple(i.value for i in other)
                if pair not in apart:
                    column = _joined(column, other)
                    if len(column) == len(pair[0]):
                        apart.add(pair)
        columns[n] = column
    order = sorted(
        range(len(columns)), key=lambda n: (follows[n], -sum(len(i.key) for i in columns[n]), len(columns[n]), n)
    )
    rows: list[list[Item | None]] = []
    for n in order:
        rows = _merged(rows, columns[n], n, len(columns))
    return rows


def _joined(items: list[Item], other: Sequence[Item]) -> list[Item]:
    """The items with those runs joined that together read like one item of the other copy."""
    result: list[Item] = []
    position = 0
    while position < len(items):
        best = items[position]
        for length in (2, 3):
            run = items[position : position + length]
            whole = _same_as_run(run, other) if len(run) == length else None
            if whole is not None:
                best = whole
        result.append(best)
        position += len(best.pieces) if best is not items[position] else 1
    return result


def _same_as_run(run: Sequence[Item], other: Sequence[Item]) -> Item | None:
    letters = _letters_of(run)
    for item in other:
        if letters is not None and 200 * min(letters, size := len(item.key)) < JOINED_LIKENESS * (letters + size):
            continue  # however alike, one of them is too long
        alone = max(_likeness(r.key, item.key) for r in run)
        value = run[0].value
        for piece in run[1:]:
            value = join_pieces(value, piece.value, item.value if piece is run[-1] else None)
        joined = _likeness(squash(value), item.key)
        if joined >= JOINED_LIKENESS and joined > alone:
            return Item(tuple(p for r in run for p in r.pieces), value)
    return None


def _letters_of(run: Sequence[Item]) -> int | None:
    """How many letters the comparing key of a joined run has; None where that depends on how it is joined.

    A seam changes letters where both pieces print some of them, and where a mark, entity or tag may go over it.
    """
    text, keys = run[0].value, [piece.key for piece in run]
    for piece, before, key in zip(run[1:], keys, keys[1:], strict=False):
        if not before or not key or key[0] in _ON_THE_LETTER_BEFORE or before[-1] == key[0] == "เ":
            return None
        if any(_repeats(text, piece.value)):
            return None
        text += piece.value
    return None if "<" in text or "&" in text else sum(map(len, keys))


def _repeats(left: str, right: str) -> Iterator[int]:
    """The numbers of letters that one piece ends and the next one begins with, the largest first."""
    if right[:2] in left[-_LONGEST_REPEAT:]:  # seldom
        for n in range(min(_LONGEST_REPEAT, len(left), len(right)), 1, -1):
            if left.endswith(right[:n]):
                yield n


def _merged(rows: list[list[Item | None]], column: Sequence[Item], index: int, width: int) -> list[list[Item | None]]:
    """The rows with one more column, items in their printed order (longest common subsequence by likeness)."""
    if not rows:
        return [[None] * index + [item] + [None] * (width - index - 1) for item in column]
    keys = [next(item.key for item in row if item is not None) for row in rows]
    if keys == [item.key for item in column]:  # most copies print the same list
        return [[*row[:index], item, *row[index + 1 :]] for row, item in zip(rows, column, strict=True)]
    n, m = len(keys), len(column)
    score = [[0.0] * (m + 1) for _ in range(n + 1)]
    for i in range(n - 1, -1, -1):
        for j in range(m - 1, -1, -1):
            like = _likeness(keys[i], column[j].key)
            together = score[i + 1][j + 1] + like if like >= SAME_ITEM_LIKENESS else -1.0
            score[i][j] = max(together, score[i + 1][j], score[i][j + 1])
    result: list[list[Item | None]] = []
    i = j = 0
    while i < n or j < m:
        like = _likeness(keys[i], column[j].key) if i < n and j < m else 0.0
        if like >= SAME_ITEM_LIKENESS and score[i][j] == score[i + 1][j + 1] + like:
            row = list(rows[i])
            row[index] = column[j]
            i, j = i + 1, j + 1
        elif i < n and (j >= m or score[i][j] == score[i + 1][j]):
            row = rows[i]
            i += 1
        else:
            row = [None] * width
            row[index] = column[j]
            j += 1
        result.append(row)
    return result


@lru_cache(maxsize=65536)
def _likeness(a: str, b: str) -> float:
    return fuzz.ratio(a, b)


# ---------------------------------------------------------------- report rows


def row_keys(copy: FormCopy) -> list[str]:
    """Keys of the report rows of one copy in printed order (`3`, its second `3#2`); a cut number is none."""
    numbers = [r for r in copy.readings if r.field.endswith("].seq") and _is_row_number(r) and not r.is_cut]
    numbers.sort(key=_place)
    return [r.field[len("reports[") : -len("].seq")] for r in numbers]


def _place(reading: Reading) -> tuple[int, int, int]:
    return reading.evidence.place


def _is_row_number(reading: Reading) -> bool:
    return reading.field.startswith("reports[") and reading.field.endswith("].seq")


def match_rows(copies: Sequence[FormCopy]) -> tuple[list[FormCopy], list[str]]:
    """The copies, in their order, and the keys of all their rows in one printed order.

    Copies can print rows of one number in different orders, or only one of them: each row is matched with the one of
    another copy that it agrees with most, and carries the same key in all copies.
    """
    keys = [row_keys(copy) for copy in copies]
    if all(listed == keys[0] for listed in keys) and not any("#" in key for key in keys[0]):
        final = _in_printed_order(keys[0])  # nearly always: the same rows in the same order, each number once
        return list(copies), [final[k] for k in keys[0]]
    fullest_first = sorted(
        range(len(copies)), key=lambda n: (copies[n].is_ocr, copies[n].is_truncated, -len(keys[n]), n)
    )
    repeated = {split_row_key(k)[0] for listed in keys for k in listed if split_row_key(k)[1] > 1}
    known: dict[int, dict[int, dict[str, str]]] = defaultdict(dict)
    renamed: list[dict[str, str]] = [{} for _ in copies]
    for n in fullest_first:
        for number in sorted(repeated):
            own = {k: _row_values(copies[n], k) for k in keys[n] if split_row_key(k)[0] == number}
            for key, occurrence in _occurrences(own, known[number]).items():
                renamed[n][key] = row_key(number, occurrence)
                known[number].setdefault(occurrence, own[key])
    merged = merged_rows([[renamed[n].get(k, k) for k in keys[n]] for n in fullest_first])
    final = _in_printed_order(merged)
    final_of = [{k: final[new] for k, new in names.items()} for names in renamed]
    return [_with_rows(copy, names) for copy, names in zip(copies, final_of, strict=True)], [final[k] for k in merged]


def _in_printed_order(keys: Sequence[str]) -> dict[str, str]:
    """Row key → the key that says which row of its number it is in this order."""
    seen: Counter[int] = Counter()
    final: dict[str, str] = {}
    for key in keys:
        number = split_row_key(key)[0]
        seen[number] += 1
        final[key] = row_key(number, seen[number])
    return final


def _row_values(copy: FormCopy, key: str) -> dict[str, str]:
    start = f"reports[{key}]."
    return {
        r.field.removeprefix(start): squash(r.value) for r in copy.readings if r.field.startswith(start) and r.value
    }


def _occurrences(own: Mapping[str, Mapping[str, str]], known: Mapping[int, Mapping[str, str]]) -> dict[str, int]:
    """Row key of one copy → occurrence: in printed order, unless another pairing shares more values."""
    in_order = dict(zip(own, range(1, len(own) + 1), strict=True))
    shared = {
        (key, occurrence): sum(values.get(part) == text for part, text in row.items())
        for key, row in own.items()
        for occurrence, values in known.items()
    }
    found: dict[str, int] = {}
    for (key, occurrence), _ in sorted(shared.items(), key=lambda pair: -pair[1]):
        if key not in found and occurrence not in found.values():
            found[key] = occurrence
    highest = max(known, default=0)
    for key in own:
        if key not in found:
            highest += 1
            found[key] = highest

    def agreement(pairing: Mapping[str, int]) -> int:
        return sum(shared.get(pair, 0) for pair in pairing.items())

    return found if agreement(found) > agreement(in_order) else in_order


def _with_rows(copy: FormCopy, renamed: Mapping[str, str]) -> FormCopy:
    if all(key == new for key, new in renamed.items()):
        return copy
    readings = []
    for reading in copy.readings:
        key, bracket, rest = reading.field.removeprefix("reports[").partition("]")
        is_moved = reading.field.startswith("reports[") and bracket and renamed.get(key, key) != key
        readings.append(reading.at(f"reports[{renamed[key]}]{rest}") if is_moved else reading)
    return replace(copy, readings=tuple(readings))


def merged_rows(lists: Sequence[Sequence[str]]) -> list[str]:
    """One order of all rows: that of the first list, with rows only another one prints where that one prints them.

    >>> merged_rows([["1", "2", "4"], ["1", "3", "4"]])
    ['1', '2', '3', '4']
    """
    merged = list(lists[0]) if lists else []
    for listed in lists[1:]:
        after = 0
        for key in listed:
            if key in merged:
                after = merged.index(key) + 1
                continue
            while (
                after < len(merged)
                and merged[after] not in listed
                and split_row_key(merged[after]) < split_row_key(key)
            ):
                after += 1
            merged.insert(after, key)
            after += 1
    return merged
