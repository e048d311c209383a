"""Readings as the rules see them: in the order of their copies, equal ones together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby

from transform.addresses import report_of
from transform.alignment import Item
from transform.form import Form
from transform.records import OCR, Confidence, FormCopy, Reading
from transform.rules import Candidate
from transform.spans import Span
from transform.thai import is_placeholder, squash

# rules that show a value, or none, and decide nothing
UNDECIDED = frozenset({"first_complete_copy", "none_well_formed", "lost_letters", "second_reader", "ocr_only"})
_UNDISPUTED: Mapping[str, Confidence] = {"agreed": "agreed", "single": "single"}
# letters around a differing span in which the name of an agency is looked for
_CONTEXT = 60


def reading_key(reading: Reading) -> str:
    """The key under which two readings are equal after lossless normalisation."""
    return squash(reading.value) if reading.value is not None else ""


def copy_order(copy: FormCopy) -> tuple[bool, bool, bool, str, int]:
    """Fixed order of copies: complete before truncated, text before pictures, dumps before PDFs; by file and place.

    Files go by the hash of their bytes: under another name, or read on a second run, they are the same witnesses.
    """
    return copy.is_truncated, copy.is_ocr, copy.media_type != "text/plain", copy.source_sha256, copy.ordinal


def in_fixed_order(copies: Iterable[FormCopy]) -> list[FormCopy]:
    """Copies of one delivery, the first complete one first; a repeated printing moves none of the others.

    Complete before truncated, text before pictures, dumps before PDFs; then by place among the printings of a file,
    and by what is printed. Names and hashes of files come last: a file put together anew tells the same.
    """
    listed = sorted(copies, key=lambda c: (c.source_sha256, c.ordinal))
    places: dict[str, int] = {}
    for _, of_file in groupby(listed, key=lambda c: c.source_sha256):
        for place, witness in enumerate(dict.fromkeys(c.witness for c in of_file)):
            places[witness] = max(places.get(witness, 0), place)

    def order(copy: FormCopy) -> tuple[bool, bool, bool, int, str, str, int]:
        truncated, ocr, other_media, sha, ordinal = copy_order(copy)
        return truncated, ocr, other_media, places[copy.witness], copy.witness, sha, ordinal

    return sorted(listed, key=order)


@lru_cache(maxsize=4096)
def form_order(form: Form, address: str) -> tuple[int, tuple[int, int], int, str]:
    """Fields in the order of the form, rows and items by number."""
    item = next((int(n) for n in address.replace("]", "[").split("[")[1:2] if n.isdigit()), 0)
    return form.places[form.field_of(address).field], report_of(address) or (0, 0), item, address


def confidence_of(rule: str) -> Confidence:
    """The class of a value that a rule chose; what no evidence decides is contested."""
    return "contested" if rule in UNDECIDED else _UNDISPUTED.get(rule, "resolved")


def nothing_beside(beside: Reading, address: str) -> Reading:
    """The reading of a copy that prints nothing for an address, at the place where it would stand."""
    report = report_of(address)
    doubt = OCR if beside.doubt == OCR else None  # recognising loses words; another reader doubts only what it sees
    return Reading(beside.copy_id, address, report[0] if report else None, beside.evidence, None, doubt=doubt)


def joined_reading(item: Item, address: str) -> Reading:
    """The reading of a list item; of several pieces it carries the first one's place, the joined text, any doubt."""
    first = item.pieces[0]
    problem = next((r.problem for r in item.pieces if r.problem), None)
    doubt = next((r.doubt for r in item.pieces if r.doubt), None)
    return Reading(first.copy_id, address, None, first.evidence, item.value, problem, doubt=doubt)


def span_options(base: str, span: Span, texts: Sequence[Candidate]) -> tuple[Candidate, ...]:
    """The distinct texts that copies print at one place of a longer text, with what stands around them."""
    before, after = base[max(span.start - _CONTEXT, 0) : span.start], base[span.end : span.end + _CONTEXT]
    options: dict[str, Candidate] = {}
    for text, printed in zip(texts, span.printed, strict=True):
        key = squash(printed)
        known = options.get(key)
        if known is None:
            options[key] = Candidate(
                key, printed, text.readings, context=before + printed + after, around=(before, after)
            )
        else:
            options[key] = replace(known, readings=known.readings + text.readings)
    return tuple(options.values())


def candidates_of(readings: Sequence[Reading]) -> list[Candidate]:
    """One candidate for each distinct reading, in the order of the copies; its value is the first printed spelling."""
    if not readings:
        return []
    first = readings[0]
    for reading in readings:
        if reading.value != first.value or reading.problem is not None:
            break
    else:  # nearly always
        return [Candidate(reading_key(first), first.value, tuple(readings))]
    found: dict[tuple[str, str | None], Candidate] = {}
    for reading in readings:
        problem_text = squash(reading.evidence.raw) if reading.problem else None
        key = reading_key(reading)
        before = found.get((key, problem_text))
        found[key, problem_text] = Candidate(
            key,
            before.value if before else reading.value,
            (*before.readings, reading) if before else (reading,),
            before.problem if before else reading.problem,
        )
    return list(found.values())


def shown_as(candidate: Candidate) -> str:
    """A candidate as a person reads it: the value, the damaged text, the placeholder, or nothing."""
    if candidate.value is not None:
        return candidate.value
    raw = candidate.readings[0].evidence.raw
    return raw if candidate.problem or is_placeholder(raw) else ""
