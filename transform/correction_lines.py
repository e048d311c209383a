"""What a line of data/reference/corrections.csv must hold to be a reviewed correction; anything less is refused.

Two shapes: project, field and the reading that is wrong; or a copy's id with the field project_code, which says of
which project this very copy is. A line made by `kaona review` is refused until a person has finished it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import combinations

from extract.encodings import LOST
from transform.form import load_form
from transform.thai import squash
from transform.values import code, correct

# stands where a person must write what is right
TO_FILL_IN = "?"

_CODE = re.compile(r"[0-9]{8}-[0-9]{4}")
_COPY = re.compile(r"[0-9a-f]{16}(~[1-9][0-9]*)?-[1-9][0-9]*")
_LIST_ITEM = re.compile(r"\[[1-9]\d*\]")
_ROW_ITEM = re.compile(r"reports\[[1-9]\d*(#[1-9]\d*)?\]\.[a-z_]+")
# kinds that values.correct takes as they stand, and what their columns hold
_PLAIN_KINDS = {"integer": re.compile(r"[0-9]{1,4}"), "dotted": re.compile(r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}")}

Row = Mapping[str, str]


def check_line(place: str, row: Row) -> None:
    """Raise ValueError naming the place unless a filled line names a project and a value, or a copy and its project."""
    right = row["right"]
    if LOST in right or (right and set(right) <= {TO_FILL_IN}):
        raise ValueError(f"{place}: right is {right!r}; write what is meant there, every letter of it")
    if _COPY.fullmatch(row["project_code"]):
        _check_copy(place, row["field"], right)
        return
    if not _CODE.fullmatch(row["project_code"]):
        raise ValueError(
            f"{place}: {row['project_code']!r} is no project code; expected 8 digits, a dash and 4 digits, "
            "or the id of a copy"
        )
    _check_right(place, row["field"], right)


class Contradiction(ValueError):
    """Two lines that cannot both be right; `lines` are their numbers."""

    def __init__(self, message: str, lines: tuple[int, int]):
        super().__init__(message)
        self.lines = lines


def refuse_contradictions(lines: Sequence[tuple[int, Row]], name: str) -> None:
    """Raise Contradiction for two lines of which each says that the other's reading is right, or that place one copy.

    `lines` are numbers and rows of the file of this name.
    """
    about: dict[tuple[str, str], list[tuple[int, Row]]] = {}
    for line in lines:
        about.setdefault((line[1]["project_code"], line[1]["field"]), []).append(line)
    for (_, field), own in about.items():
        for (number, first), (other, second) in combinations(own, 2):
            if field == "project_code":
                is_contradiction = code(first["right"]) != code(second["right"])
            else:
                wrong, right = _meant(field, first["printed"]), _meant(field, first["right"])
                turned = _meant(field, second["right"]), _meant(field, second["printed"])
                is_contradiction = wrong != right and (wrong, right) == turned
            if is_contradiction:
                raise Contradiction(
                    f"data/reference/{name} lines {number} and {other}: {first['right']!r} and "
                    f"{second['right']!r} cannot both be right; keep one of the lines",
                    (number, other),
                )


def _meant(address: str, text: str) -> str:
    """The comparing key of what a text says there; of what is no value, of the text itself."""
    try:
        return squash(correct(load_form().field_of(address).kind, text) or "")
    except ValueError:
        return squash(text)


def _check_copy(place: str, field: str, right: str) -> None:
    if field != "project_code":
        raise ValueError(f"{place}: a line about a copy says its project_code, not {field}; name the project's code")
    try:
        code(right)
    except ValueError as error:
        raise ValueError(f"{place}: project_code: {error}") from None


def _check_right(place: str, address: str, right: str) -> None:
    """Raise ValueError unless the address is a value that can be corrected, and `right` is one of its kind."""
    form = load_form()
    try:
        field = form.field_of(address)
    except KeyError as error:
        raise ValueError(f"{place}: {error.args[0]}") from None
    if field.policy in ("identity", "whole"):
        remedy = f"correct its parts ({field.field}.…)" if field.policy == "whole" else "correct the source document"
        raise ValueError(f"{place}: {address} as a whole cannot be corrected here; {remedy}")
    if field.field.startswith("reports.") and not _ROW_ITEM.fullmatch(address):
        raise ValueError(
            f"{place}: {address!r} names no report; expected for example reports[3].{field.field.split('.')[1]}"
        )
    base = next((f.field for f in form.fields.values() if f.is_list and field.field.startswith(f.field)), None)
    if base is not None and not _LIST_ITEM.match(address.removeprefix(base)):
        raise ValueError(f"{place}: {address!r} names no item of a list; expected for example {base}[1]")
    try:
        value = correct(field.kind, right)
    except ValueError as error:
        raise ValueError(f"{place}: {address}: {error}") from None
    shape = _PLAIN_KINDS.get(field.kind)
    if shape is not None and value is not None and not shape.fullmatch(value):
        raise ValueError(f"{place}: {address}: {right!r} is no number; expected digits such as 7 or 7.2")
