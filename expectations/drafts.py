"""A finding before it is one: what it is about, then where it stands and in which words it is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from expectations.catalogue import load_catalogue
from expectations.lifecycle import Finding
from expectations.words import label_of, shortened, spoken, without_phone
from transform.brief import ValuePlaces, places_of
from transform.form import Form
from transform.records import Night

Place: TypeAlias = tuple[str, int | None, int | None]  # uri, page, line
Nowhere: TypeAlias = tuple[str | None, int | None, int | None]


@dataclass(frozen=True)
class Draft:
    """A finding before it has an id, a place and words. `of` tells files apart where there is no project."""

    rule: str
    project_code: str | None = None
    report_no: int | None = None
    occurrence: int | None = None
    field: str | None = None
    value: str | None = None
    against: str | None = None
    of: str = ""
    place: Place | None = None
    detail: Mapping[str, str] | None = None
    label: str | None = None
    severity: str | None = None

    @property
    def finding_id(self) -> str:
        """The same finding keeps its id every night: it does not depend on the value, the night or the messages."""
        parts = (self.rule, self.project_code, self.field, self.report_no, self.occurrence, self.of)
        return hashlib.sha256("|".join("" if p is None else str(p) for p in parts).encode()).hexdigest()[:16]


class Places:
    """Where each value of each project stands, and where its first copy begins."""

    def __init__(self, night: Night):
        self._deliveries = {delivery.project_code: delivery for delivery in night.deliveries}
        self._places: dict[str, ValuePlaces] = {}

    def of(self, project_code: str | None, field: str | None) -> Place | None:
        """Place of a value; else of what stands around it; else the beginning of the form."""
        delivery = self._deliveries.get(project_code or "")
        if delivery is None:
            return None
        places = self._places.get(delivery.project_code) or places_of(delivery)
        self._places[delivery.project_code] = places
        for address in _around(field):
            found = places.of(address)
            if found is not None:
                copy, page, line = found
                return delivery.copies[copy].uri, page, line
        first = delivery.copies[0]
        return first.uri, first.page_first, first.line_first


def _around(field: str | None) -> Iterator[str]:
    if field is None:
        return
    yield field
    head = field.rpartition(".")[0]
    if head:
        yield f"{head}.seq"
        yield head


def finding_of(draft: Draft, places: Places, night: date, form: Form) -> Finding:
    """The finding, as one that this night found for the first time."""
    rule = load_catalogue()[draft.rule]
    place = draft.place or places.of(draft.project_code, draft.field)
    uri, page, line = place or (None, None, None)
    words = {language: _words(draft, (uri, page, line), form, language) for language in ("th", "en")}
    return Finding(
        finding_id=draft.finding_id, rule=rule.id, dimension=rule.dimension, severity=draft.severity or rule.severity,
        project_code=draft.project_code, report_no=draft.report_no, field=draft.field, value=shortened(draft.value),
        uri=uri, page=page, line=line,
        message_th=rule.message_th.format(**words["th"]), message_en=rule.message_en.format(**words["en"]),
        first_seen=night, last_seen=night,
    )  # fmt: skip


def _words(draft: Draft, place: Nowhere, form: Form, language: str) -> dict[str, str]:
    uri, page, line = place
    return {
        "report": "-" if draft.report_no is None else str(draft.report_no),
        "label": draft.label or label_of(draft.field, form, language),
        "value": without_phone(draft.field, spoken(shortened(draft.value), language), form),
        "against": without_phone(draft.field, _compared(draft, form, language), form),
        "file": (uri or "-").rsplit("/", 1)[-1],
        "page": "-" if page is None else str(page),
        "line": "-" if line is None else str(line),
        "detail": (draft.detail or {}).get(language, ""),
    }


def _compared(draft: Draft, form: Form, language: str) -> str:
    """What a value was compared with; ways to add up disbursed amounts and fields of one text are named."""
    if draft.rule in ("placeholder_text", "value_missing_beside") and draft.against is not None:
        return ", ".join(label_of(field, form, language) for field in draft.against.split(", "))
    if draft.rule != "spent_unreconciled_with_reports" or draft.against is None:
        return spoken(draft.against, language)
    total, highest, last = (spoken(amount, language) for amount in draft.against.split("/"))
    if language == "th":
        return f"ยอดรวม {total} บาท สูงสุด {highest} บาท ครั้งสุดท้าย {last} บาท"
    return f"sum {total}, highest {highest}, last {last}"
