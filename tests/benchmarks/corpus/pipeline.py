"""All that the benchmark asks of kaona's core, in one place."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from extract.document import SourceFile
from extract.read import read_bytes
from flows.settings import Settings
from transform import night as nights
from transform.addresses import list_addresses
from transform.candidates import UNDECIDED, reading_key
from transform.form import load_form
from transform.identity import recognise_sightings
from transform.known_projects import Known, KnownProject, heads_of
from transform.marks import BESIDE_THE_CODE, marks_from
from transform.past import Past, asked_of
from transform.reconcile import Context, reconcile
from transform.records import Decision, Delivery, FormCopy
from transform.registers import read_registers
from transform.rules import field_base
from transform.sightings import Sighting, is_detail, sighting_of
from transform.text_model import TextModel, to_learn_from
from transform.thai import squash
from transform.witnesses import texts_to_learn

__all__ = [
    "FORM",
    "UNDECIDED",
    "Decision",
    "Delivery",
    "FormCopy",
    "Memory",
    "Pipeline",
    "TextModel",
    "Votes",
    "comparing_key",
    "list_addresses",
    "same_text",
    "texts_to_learn",
    "to_learn_from",
]

FORM = load_form()
_VOTING = ("text", "register", "status", "name", "item")


comparing_key = squash


def same_text(a: str, b: str) -> bool:
    """Equal after lossless normalisation."""
    return squash(a) == squash(b)


class Pipeline:
    """kaona without its warehouse: read, recognise, reconcile."""

    def __init__(self) -> None:
        self.registers = replace(read_registers(Settings().registers()), contacts=())

    def read(self, uri: str, night: date, text: str) -> tuple[FormCopy, ...]:
        """The copies that are found in a dump."""
        data = text.encode()
        source = SourceFile(hashlib.sha256(data).hexdigest(), uri, night, len(data))
        return nights.read_file(read_bytes(source, data), FORM).copies

    def sightings(self, copies: Sequence[FormCopy]) -> list[Sighting]:
        """What grouping needs of the copies of one file."""
        return [sighting_of(copy) for copy in copies]

    def recognise(
        self, sightings: Iterable[Sighting], copy_of: Callable[[str], FormCopy], known: Memory
    ) -> dict[str, tuple[str | None, str | None]]:
        """Copy id → (project, note)."""
        found = recognise_sightings(
            sightings, copy_of, self.registers, Known(known.projects, known.agencies, known.heads)
        )
        return {**found}

    def reconcile(
        self, copies: Sequence[FormCopy], code: str, votes: Votes, texts: TextModel | None, known: Memory
    ) -> Delivery:
        """One project on one night."""
        own = nights._with_truncation([replace(c, project_code=code) for c in copies])
        past = known.past_of({code: own})
        return reconcile(own, Context(FORM, self.registers, votes, past, texts))


class Memory:
    """What nights before know, as load/past.py finds it in the warehouse."""

    def __init__(self) -> None:
        self.projects: dict[str, KnownProject] = {}
        self.heads: Counter[str] = Counter()
        self.agencies: dict[str, Counter[str]] = {}
        self._own: dict[str, dict[str, set[str]]] = {}

    def add(self, delivery: Delivery) -> None:
        values = {d.field: d.value for d in delivery.decisions if d.field in BESIDE_THE_CODE and d.value is not None}
        details = {d.field: d.value for d in delivery.decisions if is_detail(d.field) and d.value is not None}
        code, marks = delivery.project_code, marks_from(values)
        if code not in self.projects:
            self.heads.update(heads_of(code))
            if marks.district:
                self.agencies.setdefault(code[:4], Counter())[marks.district] += 1
        self.projects[code] = KnownProject(marks, delivery.night.isoformat(), details)
        own: dict[str, set[str]] = {}
        for d in delivery.decisions:
            if (
                d.value is not None
                and d.confidence != "contested"
                and FORM.field_of(d.field).policy in (*_VOTING, "long_text")
            ):
                own.setdefault(field_base(d.field), set()).add(squash(d.value))
        self._own[delivery.project_code] = own

    def past_of(self, groups: Mapping[str, Sequence[FormCopy]]) -> Past:
        if not any(code in self._own for code in groups):
            return Past.nothing()
        asked = asked_of(groups, FORM)
        return Past(own={(c, base): tuple(sorted(self._own.get(c, {}).get(base, ()))) for c, base in asked.own})


class Votes(Mapping[tuple[str, str], Any]):
    """How many projects print each text; one code stands alone, several in a tuple's place in a set."""

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], str | set[str]] = {}

    def add(self, code: str, copy: FormCopy) -> None:
        for reading in copy.readings:
            if reading.value is None or FORM.field_of(reading.field).policy not in _VOTING:
                continue
            key = field_base(reading.field), reading_key(reading)
            before = self._codes.get(key)
            if before is None:
                self._codes[key] = code
            elif isinstance(before, set):
                before.add(code)
            elif before != code:
                self._codes[key] = {before, code}

    def __getitem__(self, key: tuple[str, str]) -> dict[str, int]:
        codes = self._codes[key]
        return {codes: 1} if isinstance(codes, str) else dict.fromkeys(codes, 1)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._codes)

    def __len__(self) -> int:
        return len(self._codes)
