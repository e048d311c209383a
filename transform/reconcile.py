"""The copies of one delivery → one decision for each field: the value, the rule that chose it, how sure it is.

Fixed order of rules (transform/rules.py): a reviewed correction first, then equality after lossless normalisation,
then the rules that weigh evidence; where only the order of the copies is left, the value is contested. All
readings stay on the decision. Long text is decided for each differing span.

What a complete copy leaves out inside something it prints (the telephone of a person, a part of a path, an item of a
list) is a reading of nothing, so that the difference shows. A label that it does not print at all is no reading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as default
from typing import Literal

from transform.addresses import field_base, report_of
from transform.alignment import Item, align, match_rows, printed_items
from transform.answers import Answer, answer, by_place
from transform.arithmetic import supported_keys
from transform.candidates import (
    candidates_of,
    confidence_of,
    form_order,
    in_fixed_order,
    joined_reading,
    nothing_beside,
    reading_key,
    shown_as,
)
from transform.corrections import Corrected, after_pieces, corrected_readings, corrected_value
from transform.doubts import is_ocr, with_voice
from transform.form import Field, Form
from transform.known import facts_of
from transform.lacking import lacking_parts
from transform.past import Past
from transform.records import CONFIDENCE_ORDER, Confidence, Decision, Delivery, FormCopy, Reading
from transform.registers import Registers
from transform.report_rows import choose_rows
from transform.rules import Candidate, Question
from transform.spans import differing_spans, excerpt
from transform.text_model import TextModel
from transform.thai import squash
from transform.weighing import least_damaged, rule_alone, weigh, without_misread_rows

Corpus = Mapping[tuple[str, str], Collection[str]]


@dataclass(frozen=True)
class Context:
    """The witnesses outside the delivery: the registry, the registers, what other projects of the night print, what
    earlier nights printed, and the letter statistics of the night's texts."""

    form: Form
    registers: Registers
    corpus: Corpus
    past: Past = default(default_factory=Past.nothing)
    language: TextModel | None = None


def reconcile(copies: Sequence[FormCopy], context: Context) -> Delivery:
    """Decide every field that any copy prints. `copies` are of one project and night; their order does not matter."""
    ordered = in_fixed_order(copies)
    code = ordered[0].project_code
    if code is None:
        raise ValueError(f"{ordered[0].uri}: a copy without a project code cannot be reconciled")
    matched, keys = match_rows(ordered)
    work = _Work(code, f"{code}@{ordered[0].night.isoformat()}", matched, context)
    work.decide_identity()
    work.decide_rows(keys)
    work.decide_lists()
    work.decide_people()
    work.decide_fields()
    work.decide_wholes()
    decisions = tuple(sorted(work.decisions.values(), key=lambda d: form_order(context.form, d.field)))
    rows = (work.decisions["reports"].value or "").split(",") if "reports" in work.decisions else []
    final = tuple(_with_addresses(c, work.addresses) for c in work.copies)
    return Delivery(code, ordered[0].night, final, decisions, tuple(f"reports[{k}]" for k in rows if k))


def _with_addresses(copy: FormCopy, addresses: Mapping[int, str]) -> FormCopy:
    """The copy with its list readings under the addresses of the reconciled list."""
    if all(addresses.get(id(r), r.field) == r.field for r in copy.readings):  # nearly always
        return copy
    readings = [r.at(addresses[id(r)]) if id(r) in addresses else r for r in copy.readings]
    return replace(copy, readings=tuple(readings))


class _Work:
    """One delivery being decided."""

    def __init__(self, code: str, delivery_id: str, copies: Sequence[FormCopy], context: Context):
        self.code = code
        self.delivery_id = delivery_id
        self.copies = copies
        self.witnesses = {copy.copy_id: copy.witness for copy in copies}
        self.place = {copy.copy_id: place for place, copy in enumerate(copies)}
        self.context = context
        self.form = context.form
        self.decisions: dict[str, Decision] = {}
        self.addresses: dict[int, str] = {}
        self.rewritten: set[str] = set()
        self.by_field: dict[str, list[Reading]] = {}
        for copy in copies:
            for reading in copy.readings:
                if not reading.is_cut:
                    self.by_field.setdefault(reading.field, []).append(reading)
        self.items = [[r for r in copy.readings if r.field[-1:] == "]" and not r.is_cut] for copy in copies]

    # ------------------------------------------------------------ what is compared with what

    def decide_identity(self) -> None:
        """The code: recognised before (transform/identity.py); copies that print another one are a conflict."""
        readings = self.by_field.pop("project_code", [])
        candidates = candidates_of(readings)
        shown = tuple(shown_as(c) for c in candidates)
        notes = [copy.identity_note for copy in self.copies if copy.identity_note]
        if len(candidates) < 2:
            if candidates and candidates[0].value == self.code:
                self._put_only("project_code", candidates[0], readings, shown)
            elif candidates or notes:
                self._put(
                    "project_code", self.code, "recognised", "resolved", readings, shown, "\n".join(notes) or None
                )
            return
        rule, winner = weigh(self._question("project_code", tuple(candidates)))
        if winner.value != self.code:
            rule = "first_complete_copy"
        self._put("project_code", self.code, rule, confidence_of(rule), readings, shown)

    def decide_rows(self, keys: Sequence[str]) -> None:
        """Which report rows there are: those of the fullest copy, and in their place those only another copy prints."""
        if keys:
            rows = choose_rows(self.copies, keys)
            readings = self.by_field.get("reports", [])
            self._put("reports", ",".join(rows.keys), rows.rule, rows.confidence, readings, rows.alternatives)

    def decide_lists(self) -> None:
        """Objectives, targets, indicators: items are aligned first, split bullets joined."""
        for field, dependents in self.form.lists:
            lists = [printed_items(own, field.field) for own in self.items]
            rows, misread = without_misread_rows(align(lists), lists, [copy.is_truncated for copy in self.copies])
            for ordinal, row in enumerate(rows, start=1):
                address = f"{field.field}[{ordinal}]"
                items = [item for item in row if item is not None]
                lacking = [
                    nothing_beside(printed[0], address)
                    for copy, item, printed in zip(self.copies, row, lists, strict=True)
                    if item is None and printed and not copy.is_truncated
                ]
                self._decide_item(address, items, lacking)
                for dependent in dependents:
                    self._decide_beside(items, field.field, address, dependent.field.removeprefix(field.field))
                self._readdress_row(items, field.field, address, dependents)
            for ordinal, row in enumerate(misread, start=len(rows) + 1):  # no value, but an address of their own
                items = [item for item in row if item is not None]
                self._readdress_row(items, field.field, f"{field.field}[{ordinal}]", dependents)
            for dependent in dependents:
                self._readdress_strays(field.field, dependent.field, len(rows) + len(misread))

    def _readdress_strays(self, base: str, dependent: str, used: int) -> None:
        """What stands beside no item of its copy gets an address behind all items, not that of another one's."""
        there = [a for a in self.by_field if a.startswith(base) and self.form.field_of(a).field == dependent]
        strays = [r for a in there for r in self.by_field[a] if id(r) not in self.addresses]
        strays.sort(key=lambda r: (self.place[r.copy_id], r.evidence.place))
        for ordinal, reading in enumerate(strays, start=used + 1):
            self._readdress([reading], f"{base}[{ordinal}]{dependent.removeprefix(base)}")

    def _readdress_row(self, items: Sequence[Item], base: str, address: str, dependents: Sequence[Field]) -> None:
        for item in items:
            self._readdress(item.pieces, address)
            for suffix in (dependent.field.removeprefix(base) for dependent in dependents):
                self._readdress(self._beside(item, suffix), address + suffix)

    def _decide_beside(self, items: Sequence[Item], base: str, address: str, suffix: str) -> None:
        """What stands with a list item (the dimension of an indicator)."""
        found = {item: self._beside(item, suffix) for item in items}
        if any(found.values()):
            there = address + suffix
            readings = [
                r.at(there) for item, own in found.items() for r in own or [nothing_beside(item.pieces[0], there)]
            ]
            self._decide(there, readings)

    def _beside(self, item: Item, suffix: str) -> list[Reading]:
        """What stands with an item, or with any piece of it."""
        places = dict.fromkeys((piece.field + suffix, piece.copy_id) for piece in item.pieces)
        return [r for address, copy_id in places for r in self.by_field.get(address, []) if r.copy_id == copy_id]

    def _readdress(self, readings: Iterable[Reading], address: str) -> None:
        for reading in readings:
            self.addresses[id(reading)] = address

    def decide_people(self) -> None:
        """Who stands in a person's field. Copies that disagree on whether that is nobody, a unit, one person or
        several are decided as a whole first; the parts are then those of the copies that print the chosen kind."""
        for field in self.form.fields.values():
            if field.policy != "whole" or field.field == "reports" or field.field not in self.by_field:
                continue
            readings = self.by_field[field.field]
            parts = [a for a in self.by_field if a.startswith((f"{field.field}.name", f"{field.field}.unit"))]
            printed = [(a, {r.copy_id for r in self.by_field[a]}) for a in sorted(parts)]
            kinds: dict[tuple[str, ...], list[Reading]] = {}
            for reading in readings:
                # what one copy prints there: the addresses of its names and unit; () for a placeholder
                kind = tuple([a for a, copies in printed if reading.copy_id in copies])
                kinds.setdefault(kind, []).append(reading)
            if len(kinds) < 2:
                continue
            candidates = tuple(
                Candidate("|".join(kind), own[0].value if kind else None, tuple(own)) for kind, own in kinds.items()
            )
            rule, winner = weigh(self._question(field.field, candidates))
            shown = tuple(shown_as(c) for c in candidates_of(readings))
            self._put(field.field, winner.value, rule, confidence_of(rule), readings, shown)
            kept = {r.copy_id for kind, own in kinds.items() if "|".join(kind) == winner.key for r in own}
            for address in [a for a in self.by_field if a.startswith(f"{field.field}.")]:
                self.by_field[address] = [r for r in self.by_field[address] if r.copy_id in kept]

    def decide_fields(self) -> None:
        """Everything else, address by address."""
        lacking = lacking_parts(self.form, self.copies, self.by_field)
        for address in sorted(self.by_field):
            field = self.form.field_of(address)
            readings = self.by_field[address]
            if field.policy in ("item", "whole") or address in self.decisions or not readings:
                continue
            if field.field.startswith("strategy.indicators"):
                continue
            if address in lacking:
                readings = sorted([*readings, *lacking[address]], key=lambda r: self.place[r.copy_id])
            if self._put_alike(address, readings):
                continue
            if field.policy == "long_text":
                self._decide_long(address, readings)
            else:
                self._decide(address, readings)

    def decide_wholes(self) -> None:
        """The printed whole of a composite field: that of the first copy whose parts were all chosen."""
        for address in sorted(self.by_field):
            if self.form.field_of(address).policy != "whole" or address == "reports":
                continue
            readings = self.by_field[address]
            before = self.decisions.get(address)
            best = readings[0]
            if any(r.value != best.value for r in readings):
                best = max(readings, key=lambda r: (self._parts_chosen(address, r), -readings.index(r)))
            if before is not None:
                if before.value is not None:
                    self.decisions[address] = before._replace(value=best.value)
                continue
            if len({reading_key(r) for r in readings}) == 1:
                rule = rule_alone(candidates_of(readings)[0])
                confidence = confidence_of(rule)
            else:
                rule = "parts"
                parts = [d.confidence for a, d in self.decisions.items() if a.startswith(f"{address}.")]
                confidence = max(parts, key=CONFIDENCE_ORDER.index, default="contested")
            self._put(address, best.value, rule, confidence, readings, (best.value or "",))

    def _parts_chosen(self, address: str, whole: Reading) -> int:
        parts = [
            r
            for f, rs in self.by_field.items()
            if f.startswith(f"{address}.")
            for r in rs
            if r.copy_id == whole.copy_id
        ]
        return sum(1 for r in parts if r.field in self.decisions and self.decisions[r.field].value == r.value)

    # ------------------------------------------------------------ deciding

    def _put_alike(self, address: str, readings: Sequence[Reading]) -> bool:
        """Decide what nearly every field is: one value, as every copy spells it, that nobody doubts or corrects."""
        value = readings[0].value
        for reading in readings:
            if reading.value != value or reading.problem is not None or reading.doubt is not None:
                return False
        if (self.code, address) in self.context.registers.corrections_by_place:
            return False
        is_agreed = readings[-1].copy_id != readings[0].copy_id
        shown = value if value is not None else shown_as(candidates_of(readings)[0])
        rule: Literal["agreed", "single"] = "agreed" if is_agreed else "single"
        self._put(address, value, rule, rule, readings, (shown,))
        return True

    def _decide(self, address: str, readings: Sequence[Reading]) -> None:
        candidates = candidates_of(readings)
        self._choose(address, readings, candidates, tuple(shown_as(c) for c in candidates))

    def _decide_item(self, address: str, items: Sequence[Item], lacking: Sequence[Reading]) -> None:
        """A list item; a reading that had to be joined from pieces shows the pieces."""
        is_whole = not lacking and all(len(i.pieces) == 1 for i in items)
        if is_whole and self._put_alike(address, [joined_reading(i, address) for i in items]):
            return
        printed = [(joined_reading(i, address), " | ".join(p.value or "" for p in i.pieces)) for i in items]
        printed += [(r, "") for r in lacking]
        printed.sort(key=lambda pair: self.place[pair[0].copy_id])
        in_pieces = {i.key for i in items if len(i.pieces) > 1}
        joined = frozenset(i.key for i in items if len(i.pieces) == 1 and i.key in in_pieces)
        whole = {i.key: i.value for i in reversed(items) if len(i.pieces) == 1}
        readings = [r for r, _ in printed]
        candidates = [replace(c, value=whole.get(c.key, c.value)) for c in candidates_of(readings)]
        shown: dict[str, str] = {}
        for _, text in printed:
            shown.setdefault(squash(text), text)
        self._choose(address, readings, candidates, tuple(shown.values()), joined)

    def _decide_long(self, address: str, readings: Sequence[Reading]) -> None:
        """Long text: the base is the first complete copy; each differing span is a question of its own."""
        candidates = candidates_of(readings)
        good = [c for c in candidates if c.value and c.is_value]
        spans = differing_spans([c.value or "" for c in good]) if len(good) > 1 else []
        if not spans:
            self._choose(address, readings, candidates, tuple(shown_as(c) for c in candidates))
            return
        shown = tuple(excerpt(good[0].value or "", spans, n) for n in range(len(good)))
        heard = [c for c in candidates_of(with_voice(readings)) if c.value and c.is_value]
        is_alone = len(heard) < 2 or any(is_ocr(r) for c in heard for r in c.readings)
        if is_alone or self._corrected(address, readings):
            self._choose(address, readings, candidates, shown)
            return
        spans = spans if len(heard) == len(good) else differing_spans([c.value or "" for c in heard])
        self._put_answer(address, by_place(self._question(address, tuple(heard)), heard, spans), readings, shown)

    def _choose(
        self, address: str, readings: Sequence[Reading], candidates: Sequence[Candidate], shown: tuple[str, ...],
        joined: frozenset[str] = frozenset(),
    ) -> None:  # fmt: skip
        corrected = self._corrected(address, readings)
        if corrected:
            self._put(address, *corrected, readings, shown)
            return
        if not any(c.is_value for c in candidates) and self._put_damaged(address, candidates, readings, shown):
            return
        if len(candidates) == 1 and candidates[0].key not in joined:
            self._put_only(address, candidates[0], readings, shown)
            return
        if not any(c.is_value for c in candidates):
            self._put(address, None, "none_well_formed", "contested", readings, shown)
            return
        self._put_answer(address, answer(self._question(address, tuple(candidates), joined)), readings, shown)

    def _put_only(self, address: str, only: Candidate, readings: Sequence[Reading], shown: tuple[str, ...]) -> None:
        """All copies that print it say the same."""
        rule = rule_alone(only)
        self._put(address, only.value, rule, confidence_of(rule), readings, shown)

    def _put_damaged(
        self, address: str, candidates: Sequence[Candidate], readings: Sequence[Reading], shown: tuple[str, ...]
    ) -> bool:
        """A text that lost letters in every copy: the status word that fits it, or the text that lost fewest."""
        words = self.context.registers.status_words.get(field_base(address), ())
        found = least_damaged(candidates, words if self.form.field_of(address).policy == "status" else ())
        if found is not None:
            rule, text = found
            self._put(address, text, rule, confidence_of(rule), readings, shown)
        return found is not None

    def _question(
        self, address: str, candidates: tuple[Candidate, ...], joined: frozenset[str] = frozenset()
    ) -> Question:
        rows = (self.decisions["reports"].value or "").split(",") if "reports" in self.decisions else []
        supported = supported_keys(address, candidates, self.by_field, rows)
        given = self.context
        return Question(
            self.code, address, self.form.field_of(address).policy, candidates, given.registers, given.corpus,
            supported, joined, self.witnesses, given.past, given.language, facts_of(self.decisions, self.by_field),
        )  # fmt: skip

    def _corrected(self, address: str, readings: Sequence[Reading]) -> Corrected | None:
        """What the reviewed corrections make of a field; None without one that fits (transform/corrections.py)."""
        lines = self.context.registers.corrections_by_place.get((self.code, address), ())
        if not lines or address in self.rewritten:
            return None
        field = self.form.field_of(address)
        whole = corrected_value(lines, readings, field)
        rewritten = corrected_readings(lines, readings, field) if whole is None else None
        if rewritten is None:
            return whole
        self.rewritten.add(address)  # decided once more, on what the readings are once their pieces are corrected
        (self._decide_long if field.policy == "long_text" else self._decide)(address, rewritten)
        self.rewritten.discard(address)
        return after_pieces(self.decisions.pop(address))

    def _put_answer(self, address: str, given: Answer, readings: Sequence[Reading], shown: tuple[str, ...]) -> None:
        self._put(address, given.value, given.rule, confidence_of(given.rule), readings, shown, given.grounds)

    def _put(
        self, address: str, value: str | None, rule: str, confidence: Confidence, readings: Sequence[Reading],
        shown: tuple[str, ...], grounds: str | None = None,
    ) -> None:  # fmt: skip
        report = report_of(address)
        self.decisions[address] = Decision(
            self.code, self.delivery_id, address, report[0] if report else None, value, rule, confidence,
            confidence != "contested", tuple(readings), shown, grounds,
        )  # fmt: skip
