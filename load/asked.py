"""Which project and addresses a person means: `targets[1]`, `coordinator`, `reports[3]`, `budget_received_baht`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date

import duckdb

from transform.form import Field, Form

_NUMBERS = re.compile(r"\[[^\]]*\]")


def project_of(con: duckdb.DuckDBPyConnection, code: str) -> tuple[str | None, date]:
    """Name of a project and the night of its latest delivery.

    Raises ValueError with the nearest codes when there is no such project.
    """
    row = con.execute("SELECT project_name, last_seen FROM main.dim_project WHERE project_code = ?", [code]).fetchone()
    if row is not None:
        return row[0], row[1]
    near = con.execute(
        "SELECT project_code FROM main.dim_project ORDER BY levenshtein(project_code, ?), project_code LIMIT 3", [code]
    ).fetchall()
    known = ", ".join(n[0] for n in near) or "none: no project was published yet"
    raise ValueError(f"{code}: no such project; expected a full code such as 50390000-3367. Nearest: {known}")


def addresses_of(form: Form, asked: str | None, decided: Iterable[str]) -> tuple[str, ...]:
    """Addresses among `decided` that a word means, in the order of the form; all for None.

    The word itself where the form has such a value and nothing was printed. Raises ValueError with the nearest words.
    """
    ordered = sorted(decided, key=lambda address: _order(form, address))
    if asked is None:
        return tuple(ordered)
    columns = sorted({f.field for f in form.fields.values() if f.column == asked})
    words = columns or [asked]
    found = tuple(address for address in ordered if any(_is_meant(address, word) for word in words))
    if found:
        return found
    known = [word for word in words if _base(word) in form.fields or word in form.fields]
    if known:
        return tuple(known)
    names = {*form.fields, *ordered, *(f.column for f in form.fields.values() if f.column)}
    near = difflib.get_close_matches(asked, sorted(names), n=3, cutoff=0.5)
    raise ValueError(
        f"{asked}: the form has no such value; expected an address (targets[1]), a group (coordinator, reports[3]) "
        f"or a published column. Nearest: {', '.join(near) or 'none, `kaona why CODE` lists all'}"
    )


def _is_meant(address: str, word: str) -> bool:
    """Whether an address is the word, lies within it, or is one of a repeated value (`reports.date`)."""
    if address == word or address.startswith((f"{word}.", f"{word}[")):
        return True
    if word.endswith("]") and address.startswith(f"{word[:-1]}#"):  # the second row that prints the same number
        return True
    return "[" not in word and (_base(address) == word or _base(address).startswith(f"{word}."))


def _base(address: str) -> str:
    return _NUMBERS.sub("", address)


def field_of(form: Form, address: str) -> Field | None:
    """Return the registry's field behind an address, None when the form no longer has it."""
    try:
        return form.field_of(address)
    except KeyError:
        return None


def _order(form: Form, address: str) -> tuple[int, tuple[int, ...], int, str]:
    """Printed order: by field of the form, but the values of one report or item together."""
    places = list(form.fields)
    field = field_of(form, address)
    place = places.index(field.field) if field else len(places)
    if "[" not in address or address in form.fields:
        return place, (), place, address
    group = _base(address).split(".")[0] if address.startswith("reports[") else _base(address.partition("]")[0] + "]")
    first = next((i for i, name in enumerate(places) if name == group or name.startswith(f"{group}.")), place)
    return first, tuple(int(n) for n in re.findall(r"\d+", address)), place, address
