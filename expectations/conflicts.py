"""Conflicts between copies in words: which value, what each copy says and where, which one was taken and why.

The same pair of differing words in several reports of a project (a system that always writes สำนักงาน for สำนัก)
is one systematic substitution and is told once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import category

from expectations.catalogue import load_reasons
from expectations.doubt_rules import OCR_RULES
from expectations.words import label_of, shortened, with_unit, without_phone
from transform.addresses import report_of
from transform.confusions import classify
from transform.form import Form
from transform.records import Decision, Delivery, FormCopy, Reading
from transform.registers import Registers
from transform.thai import squash

# letters beside a difference that two places must share to be the same substitution, and that are shown
_SAME, _SHOWN, _SHORT = 6, 18, 60
_NOTHING = {"th": "(ไม่ได้พิมพ์)", "en": "(nothing printed)"}
_NO_LETTER = {"th": "(ไม่มี)", "en": "(none)"}
_KIND = {
    "likely_misprint": {"th": "ต่างกันที่ตัวอักษรที่มักสับสน", "en": "they differ in letters that are often confused:"},
    "harmless": {"th": "ต่างกันเพียงรูปเครื่องหมาย", "en": "they differ only in the shape of a sign:"},
}
_NO_TEXT = ("typed", "identity", "whole")  # policies of values that are no words


@dataclass(frozen=True)
class Variant:
    """One of the differing readings, and the copies that print it (number, reading)."""

    text: str
    printed: tuple[tuple[int, Reading], ...]


@dataclass(frozen=True)
class Conflict:
    """Decisions that differ in the same way, the first one standing for all; `places`: where they stand among all."""

    decisions: tuple[Decision, ...]
    places: tuple[int, ...]
    variants: tuple[Variant, ...]

    @property
    def first(self) -> Decision:
        """The decision shown."""
        return self.decisions[0]


@dataclass(frozen=True, slots=True)
class Said:
    """A conflict in words: the places of its decisions among all of the delivery, and one line by language."""

    places: tuple[int, ...]
    words: Mapping[str, str]


def conflicts_of(delivery: Delivery) -> list[Conflict]:
    """Every conflict of a delivery, in the order of its decisions, systematic substitutions folded.

    Without those that only pictures make: they are told with the copy that is one.
    """
    numbers = copy_numbers(delivery)
    folded: dict[tuple[object, ...], list[int]] = {}
    for place, decision in enumerate(delivery.decisions):
        if decision.is_conflict and decision.rule not in OCR_RULES:
            folded.setdefault(_fold_key(decision), []).append(place)
    groups = [(tuple(delivery.decisions[place] for place in places), tuple(places)) for places in folded.values()]
    return [Conflict(decisions, places, _variants(decisions[0], numbers)) for decisions, places in groups]


def said_of(delivery: Delivery, form: Form, registers: Registers | None = None) -> tuple[Said, ...]:
    """Every conflict of a delivery in words, in the order of its decisions."""
    copies = {copy.copy_id: copy for copy in delivery.copies}
    return tuple(
        Said(found.places, {x: told(found, copies, form, x, registers) for x in ("th", "en")})
        for found in conflicts_of(delivery)
    )


def copy_numbers(delivery: Delivery) -> dict[str, int]:
    """Number of each copy as a person counts them: by file, then by place in it, from 1."""
    printed = sorted(delivery.copies, key=lambda copy: (copy.uri, copy.ordinal))
    return {copy.copy_id: number for number, copy in enumerate(printed, start=1)}


def told(
    conflict: Conflict, copies: Mapping[str, FormCopy], form: Form, language: str, registers: Registers | None = None
) -> str:
    """One conflict as one line: the value, what each copy says and where, what was taken and why.

    Where the copies differ only in letters that the registers know to be confused, that is said too.
    """
    thai = language == "th"
    field = conflict.first.field
    texts = [without_phone(field, text, form) for text in _excerpts([v.text for v in conflict.variants])]
    several_files = len({copies[r.copy_id].uri for v in conflict.variants for _, r in v.printed}) > 1
    said = []
    for variant, excerpt in zip(conflict.variants, texts, strict=True):
        for text, printed in _as_printed(variant, field, form) or [(excerpt, [*variant.printed])]:
            places = ", ".join(_place(n, r, copies, thai, several_files) for n, r in printed)
            said.append(f"{places} “{text}”" if text else f"{places} {_NOTHING[language]}")
    label = _label(conflict, form, language)
    kind = _kind(conflict, form, language, registers) if registers is not None else ""
    return f"{label}: {' / '.join(said)} → {_taken(conflict, texts, form, language)}{kind}"


def _as_printed(variant: Variant, field: str, form: Form) -> list[tuple[str, list[tuple[int, Reading]]]]:
    """The words in which copies print a number, a day or an amount, each with its copies; of a text none.

    Who looks for it in the form, or writes it into a correction, needs what stands there.
    """
    if form.field_of(field).policy != "typed":
        return []
    by_words: dict[str, list[tuple[int, Reading]]] = {}
    for number, reading in variant.printed:
        by_words.setdefault(_one_line(" ".join(reading.evidence.raw.split())), []).append((number, reading))
    return [(without_phone(field, words, form), printed) for words, printed in by_words.items()]


def _kind(conflict: Conflict, form: Form, language: str, registers: Registers) -> str:
    """What kind of difference it is, as a clause; nothing where it is one of substance, or no text."""
    first, *others = [v.text for v in conflict.variants]
    if form.field_of(conflict.first.field).policy in _NO_TEXT or not (first and all(others)):
        return ""
    found = [classify(first, other, registers) for other in others]
    pairs = dict.fromkeys(pair for difference in found for pair in difference.pairs)
    if not pairs or any(difference.kind == "substantive" for difference in found):
        return ""
    kind = "harmless" if all(difference.kind == "harmless" for difference in found) else "likely_misprint"
    letters = ", ".join("/".join(_letter(side, language) for side in pair) for pair in pairs)
    return f" – {_KIND[kind][language]} {letters}"


def _letter(text: str, language: str) -> str:
    """Letters to be read alone: a mark on the circle that holds its place."""
    return f"◌{text}" if text and category(text[0]) == "Mn" else text or _NO_LETTER[language]


def _taken(conflict: Conflict, texts: list[str], form: Form, language: str) -> str:
    decision, thai = conflict.first, language == "th"
    reason = load_reasons().get(decision.rule, {}).get(language, decision.rule)
    if decision.value is None:
        return f"ยังไม่มีค่า ({reason})" if thai else f"no value ({reason})"
    if form.field_of(decision.field).policy == "typed":
        text = with_unit(decision.field, decision.value, form, language)
    else:
        text = _chosen(conflict, texts) or without_phone(decision.field, _one_line(decision.value), form)
    return f"ใช้ “{text}” ({reason})" if thai else f"taken “{text}” ({reason})"


def _chosen(conflict: Conflict, texts: list[str]) -> str | None:
    """The variant that was taken; of a long text the only excerpt that the merged value contains."""
    taken = squash(conflict.first.value or "")
    keys = [squash(v.text.strip("…")) for v in conflict.variants]
    same = [text for text, key in zip(texts, keys, strict=True) if key == taken]
    within = [text for text, key in zip(texts, keys, strict=True) if key and key in taken]
    return same[0] if same else within[0] if len(within) == 1 else None


def _label(conflict: Conflict, form: Form, language: str) -> str:
    """Name of the value; of a substitution, of all the reports it stands in."""
    label = label_of(conflict.first.field, form, language)
    rows = [row for d in conflict.decisions if (row := report_of(d.field)) is not None]
    if len(conflict.decisions) == 1 or len(rows) != len(conflict.decisions):
        return label
    numbers = ", ".join(str(number) for number, _ in rows)
    name = label_of(f"reports.{conflict.first.field.rsplit('.', 1)[-1]}", form, language)
    return f"{name} ของรายงานครั้งที่ {numbers}" if language == "th" else f"{name}, reports {numbers}"


def _place(number: int, reading: Reading, copies: Mapping[str, FormCopy], thai: bool, with_file: bool) -> str:
    where = reading.evidence
    file = f"{copies[reading.copy_id].uri.rsplit('/', 1)[-1]} " if with_file else ""
    lines = f"{where.line_first}–{where.line_last}" if where.line_last > where.line_first else f"{where.line_first}"
    if thai:
        return f"สำเนาที่ {number} ({file}หน้า {where.page} บรรทัด {lines})"
    return f"copy {number} ({file}page {where.page} line {lines})"


def _variants(decision: Decision, numbers: Mapping[str, int]) -> tuple[Variant, ...]:
    """The alternatives with the copies that print them.

    Reconciling shows one alternative for each distinct reading, in order; where it shows pieces instead (a bullet
    that a line wrap parted) there is one for each copy.
    """
    by_key: dict[str, list[Reading]] = {}
    for reading in decision.readings:
        key = squash(reading.evidence.raw if reading.problem else reading.value or "")
        by_key.setdefault(key, []).append(reading)
    groups: Iterable[list[Reading]] = by_key.values()
    if len(by_key) != len(decision.alternatives):
        one_each = len(decision.readings) == len(decision.alternatives)
        groups = [[r] for r in decision.readings] if one_each else [[] for _ in decision.alternatives]
    return tuple(
        Variant(text, tuple((numbers[r.copy_id], r) for r in readings))
        for text, readings in zip(decision.alternatives, groups, strict=True)
    )


def _fold_key(decision: Decision) -> tuple[object, ...]:
    if report_of(decision.field) is None or len(decision.alternatives) != 2:
        return (decision.field,)
    left, right = decision.alternatives
    start, end = _common(left, right)
    before, after = left[max(0, start - _SAME) : start], left[len(left) - end :][:_SAME]
    differing = left[start : len(left) - end], right[start : len(right) - end]
    copies = tuple(r.copy_id for r in decision.readings)
    return decision.field.rsplit(".", 1)[-1], before, differing, after, copies, decision.rule, decision.confidence


def _common(left: str, right: str) -> tuple[int, int]:
    """Lengths of the common beginning and of the common end, which do not overlap."""
    shorter = min(len(left), len(right))
    start = next((i for i in range(shorter) if left[i] != right[i]), shorter)
    end = next((i for i in range(shorter - start) if left[-1 - i] != right[-1 - i]), shorter - start)
    return start, end


def _excerpts(texts: list[str]) -> list[str]:
    """Texts of a conflict short enough to compare: around their difference when they are long."""
    if all(len(text) <= _SHORT for text in texts) or len(texts) < 2:
        return [_one_line(text) for text in texts]
    start = min(_common(texts[0], other)[0] for other in texts[1:])
    end = min(_common(texts[0], other)[1] for other in texts[1:])
    return [_one_line(_around(text, start, end)) for text in texts]


def _around(text: str, start: int, end: int) -> str:
    first, last = max(0, start - _SHOWN), min(len(text), len(text) - end + _SHOWN)
    while first and category(text[first]) == "Mn":  # a mark does not stand without its consonant
        first -= 1
    return ("…" if first else "") + text[first:last] + ("…" if last < len(text) else "")


def _one_line(text: str) -> str:
    return (shortened(text) or "").replace("\n", " ")
