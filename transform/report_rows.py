"""Which report rows a project has, when its copies print different ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from transform.alignment import row_keys
from transform.candidates import confidence_of
from transform.doubts import files_of, is_ocr
from transform.records import Confidence, FormCopy

Printed = tuple[list[str], bool]  # the rows of one copy, and whether it is cut


class Rows(NamedTuple):
    """Keys of the rows in printed order, the rule that chose them, and each differing list as a person writes it."""

    keys: tuple[str, ...]
    rule: str
    confidence: Confidence
    alternatives: tuple[str, ...]


def choose_rows(copies: Sequence[FormCopy], keys: Sequence[str]) -> Rows:
    """The rows of the fullest copy, and in their place those only another copy prints; `keys` are all of them in order.

    A row that only pictures show is a number misread, where a complete copy of text prints its own.
    """
    text = [copy for copy in copies if not copy.is_ocr]
    if len(text) == len(copies):
        return _rows(_printed(copies), keys)
    listed = {key for copy in text for key in row_keys(copy)}
    if not listed or not any(row_keys(copy) and not copy.is_truncated for copy in text):
        return _recognised(copies, keys)
    rows = _rows(_printed(text), [key for key in keys if key in listed])
    alternatives = tuple(dict.fromkeys((*rows.alternatives, *_shown(_printed(copies), rows.keys))))
    if len(alternatives) == 1:
        return _rows(_printed(copies), rows.keys)
    if len(rows.alternatives) > 1:
        return rows._replace(alternatives=alternatives)
    return Rows(rows.keys, "text_over_ocr", "resolved", alternatives)


def _recognised(copies: Sequence[FormCopy], keys: Sequence[str]) -> Rows:
    """Rows that pictures show, and no complete copy of text."""
    rows = _rows(_printed(copies), keys)
    numbers = [r for c in copies for r in c.readings if r.field.endswith("].seq") and not r.is_cut and is_ocr(r)]
    is_alike = len(rows.alternatives) == 1 and files_of(numbers) > 1
    rule = "ocr_agreed" if is_alike else "ocr_only"
    return rows._replace(rule=rule, confidence=confidence_of(rule))


def _printed(copies: Sequence[FormCopy]) -> list[Printed]:
    return [(row_keys(copy), copy.is_truncated) for copy in copies]


def _rows(printed: Sequence[Printed], keys: Sequence[str]) -> Rows:
    whole = [listed for listed, is_truncated in printed if not is_truncated]
    fullest = max(whole, key=len, default=list(keys))
    alternatives = _shown(printed, fullest) or (",".join(keys),)
    if len(alternatives) == 1 and (not whole or fullest == list(keys)):
        rule = "agreed" if len([listed for listed, _ in printed if listed]) > 1 else "single"
        return Rows(tuple(keys), rule, confidence_of(rule), alternatives)
    in_order = all(listed == [k for k in keys if k in listed] for listed, _ in printed)
    is_decided = list(keys) == fullest and in_order
    return Rows(tuple(keys), "most_rows", "resolved" if is_decided else "contested", alternatives)


def _shown(printed: Sequence[Printed], fullest: Sequence[str]) -> tuple[str, ...]:
    """Each distinct list of rows; a cut copy says nothing about rows it lacks, but the rows it prints exist."""
    shown = [",".join(listed) for listed, is_truncated in printed if not is_truncated]
    shown += [
        ",".join([*listed, "…"]) for listed, is_truncated in printed if is_truncated and not set(listed) <= set(fullest)
    ]
    return tuple(dict.fromkeys(shown))
