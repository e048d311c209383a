"""Doubts in words: one finding for a copy that is a picture, one for all texts of a project that lost letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from expectations.doubt_rules import is_typed
from expectations.words import hide_phones, label_of, spoken, without_phone
from extract.encodings import LOST
from transform.doubts import is_ocr
from transform.form import Form
from transform.records import Decision, Delivery, FormCopy, Reading

# values and texts named in one finding, letters shown of each, and letters around the first lost one
_NAMED, _SHOWN, _AROUND = 20, 60, 18
Words = Mapping[str, str]


class Told(NamedTuple):
    """A finding about a copy: where to look, what to say in each language; `is_confirmed`: nothing is open."""

    copy: FormCopy
    place: tuple[str, int, int]
    words: Words
    is_confirmed: bool = False


def pictures(delivery: Delivery, form: Form) -> Iterator[Told]:
    """Each copy of a delivery that was read from a picture: which of its values no other copy confirms."""
    for copy in sorted(delivery.copies, key=lambda c: (c.uri, c.ordinal)):
        if copy.is_ocr:
            unconfirmed = [d for d in delivery.decisions if d.rule == "ocr_only" or is_unread_picture(d)]
            own = [(d, _first(d, copy)) for d in unconfirmed if _is_part(d, form) and not d.field.endswith("].seq")]
            open_values = [(d, r) for d, r in own if r is not None]
            typed = [(d, r) for d, r in open_values if is_typed(d.field)]
            texts = len(open_values) - len(typed)
            yield Told(copy, _start(copy), {x: _picture(typed, texts, form, x) for x in ("th", "en")}, not open_values)


def not_found(fields: Sequence[str], form: Form, language: str) -> str:
    """The values that were not recognised in a picture, by name."""
    names = ", ".join(label_of(field, form, language) for field in fields[:_NAMED])
    more = len(fields) - _NAMED
    if language == "th":
        return f"อ่านจากภาพไม่พบ: {names}" + (f" และอีก {more} ค่า" if more > 0 else "")
    return f"Not recognised in the picture: {names}" + (f" and {more} more" if more > 0 else "")


def is_unread_picture(decision: Decision) -> bool:
    """Whether something was recognised for a value, in pictures only, and is none."""
    return decision.rule == "none_well_formed" and all(map(is_ocr, decision.readings))


def _is_part(decision: Decision, form: Form) -> bool:
    """Whether a decision is about a value itself: a field with parts is told by its parts."""
    return form.field_of(decision.field).policy != "whole"


def _picture(typed: list[tuple[Decision, Reading]], texts: int, form: Form, language: str) -> str:
    thai = language == "th"
    if not typed and not texts:
        return "ทุกค่าตรงกับสำเนาอื่น" if thai else "Another copy confirms every value"
    lines = []
    if typed:
        lines.append(
            "ตัวเลข รหัส และวันที่ที่ยังไม่มีสำเนาอื่นยืนยัน:" if thai else "Numbers, codes and dates that no other copy confirms:"
        )
        lines += [_value(d, r, form, language) for d, r in typed[:_NAMED]]
        lines += _more(len(typed) - _NAMED, thai)
    if texts:
        lines.append(f"และข้อความอีก {texts} ช่องที่ยังไม่ยืนยัน" if thai else f"and {texts} texts that are not confirmed")
    return "\n".join(lines)


def _value(decision: Decision, reading: Reading, form: Form, language: str) -> str:
    where = reading.evidence
    text = spoken(decision.value, language) if decision.value is not None else _short(reading.evidence.raw)
    shown = without_phone(decision.field, text, form)
    place = f"หน้า {where.page}" if language == "th" else f"page {where.page}"
    return f"• {label_of(decision.field, form, language)}: “{shown}” ({place})"


def losses(delivery: Delivery, form: Form) -> Told | None:
    """The texts of a delivery that lost letters, each with its line; None where none did."""
    copies = {copy.copy_id: copy for copy in delivery.copies}
    found = [
        (d, next((r for r in d.readings if r.value == d.value), d.readings[0]))
        for d in delivery.decisions
        if d.readings and LOST in (d.value or "") and _is_part(d, form)
    ]
    if not found:
        return None
    first = found[0][1]
    place = copies[first.copy_id].uri, first.evidence.page, first.evidence.line_first
    words = {
        x: "\n".join([*(_loss(d, r, form, x) for d, r in found[:_NAMED]), *_more(len(found) - _NAMED, x == "th")])
        for x in ("th", "en")
    }
    return Told(copies[first.copy_id], place, words)


def _loss(decision: Decision, reading: Reading, form: Form, language: str) -> str:
    where, count = reading.evidence, (decision.value or "").count(LOST)
    text = hide_phones(_around(decision.value or ""))
    label = label_of(decision.field, form, language)
    if language == "th":
        return f"• {label}: “{text}” ขาด {count} ตัว (หน้า {where.page} บรรทัด {where.line_first})"
    return f"• {label}: “{text}” lacks {count} (page {where.page} line {where.line_first})"


def overlooked(copy: FormCopy) -> Words:
    """What another reader sees on the pages of a copy, a line for each."""
    seen = [line.split(" ", 1) for line in (copy.overlooked or "").split("\n") if " " in line]
    told = {}
    for language, page in (("th", "หน้า"), ("en", "page")):
        lines = [f"• {page} {number}: “{_short(other)}”" for number, other in seen[:_NAMED]]
        told[language] = "\n".join([*lines, *_more(len(seen) - _NAMED, language == "th")])
    return told


def _first(decision: Decision, copy: FormCopy) -> Reading | None:
    return next((r for r in decision.readings if r.copy_id == copy.copy_id), None)


def _start(copy: FormCopy) -> tuple[str, int, int]:
    return copy.uri, copy.page_first, copy.line_first


def _more(count: int, thai: bool) -> list[str]:
    return [f"• และอีก {count} แห่ง" if thai else f"• and {count} more"] if count > 0 else []


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= _SHOWN else plain[:_SHOWN] + "…"


def _around(text: str) -> str:
    """A text around the first letter it lost."""
    plain = " ".join(text.split())
    if len(plain) <= _SHOWN:
        return plain
    first = max(0, plain.index(LOST) - _AROUND)
    last = first + _SHOWN
    return ("…" if first else "") + plain[first:last] + ("…" if last < len(plain) else "")
