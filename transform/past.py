"""What earlier nights printed, as far as tonight's copies raise a question about it.

Values only; `load/past.py` reads them from the warehouse. Only nights before the one being decided count, so a night
is decided alike whenever it is loaded.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from transform.addresses import field_base
from transform.form import Form
from transform.records import FormCopy
from transform.thai import squash

# how the fields are reconciled about which other projects and earlier deliveries may be asked: language, never digits
LANGUAGE = frozenset({"text", "register", "status", "name", "item"})


@dataclass(frozen=True)
class Past:
    """What is known of texts before tonight.

    `votes`: (field, key) → how many projects that are not delivered tonight have it. `own`: (project, field) → the keys
    of the values that its last delivery was decided to have. Fields are without ordinals.
    """

    votes: Mapping[tuple[str, str], int] = field(default_factory=dict)
    own: Mapping[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def nothing(cls) -> Past:
        """What is known before the first night."""
        return cls()


@dataclass(frozen=True)
class Asked:
    """What tonight's copies differ on: (field, key) → its spellings, and (project, field); both in order."""

    spellings: Mapping[tuple[str, str], tuple[str, ...]]
    own: tuple[tuple[str, str], ...]


class Asking:
    """Gathers what is asked, project by project."""

    def __init__(self, form: Form):
        self._form = form
        self._spellings: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._own: list[tuple[str, str]] = []

    def add(self, code: str, copies: Sequence[FormCopy]) -> None:
        """The texts on which the copies of one project differ."""
        if len({copy.witness for copy in copies}) > 1:
            for base, keys in _differing(copies, self._form).items():
                self._own.append((code, base))
                for key, values in keys.items():
                    self._spellings[base, key] |= values

    def asked(self) -> Asked:
        """All of it, in a fixed order."""
        spellings = {place: tuple(sorted(values)) for place, values in sorted(self._spellings.items())}
        return Asked(spellings, tuple(sorted(self._own)))


def asked_of(groups: Mapping[str, Sequence[FormCopy]], form: Form) -> Asked:
    """The texts on which the copies of one project differ. `groups` are the copies of each project, by code."""
    asking = Asking(form)
    for code, copies in groups.items():
        asking.add(code, copies)
    return asking.asked()


def _differing(copies: Iterable[FormCopy], form: Form) -> dict[str, dict[str, set[str]]]:
    """Field without ordinals → key → spellings, of the fields of language that not all copies print alike.

    Of long text only the field counts: it is decided span by span.
    """
    by_copy: list[dict[str, list[str]]] = []
    values: dict[str, set[str]] = defaultdict(set)
    for copy in copies:
        said: dict[str, list[str]] = defaultdict(list)
        for _, address, _, _, value, _, is_cut, *_ in copy.readings:
            if value is not None and not is_cut:
                said[address].append(value)
                values[address].add(value)
        by_copy.append(said)
    policies = {a: form.field_of(a).policy for a in values}
    asked = {
        a
        for a, different in values.items()
        if len(different) > 1  # seldom
        and (policies[a] in LANGUAGE or policies[a] == "long_text")
        and len({frozenset(map(squash, said[a])) for said in by_copy if a in said}) > 1
    }
    if not asked:
        return {}
    found: dict[str, dict[str, set[str]]] = {}
    moving = {field_base(a) for a in asked if policies[a] == "item"}
    for address in sorted(values):  # an item can stand at another place of another copy's list
        if address not in asked and not (policies[address] == "item" and field_base(address) in moving):
            continue
        base = found.setdefault(field_base(address), {})
        for said in by_copy if policies[address] != "long_text" else ():
            for key, value in {squash(text): text for text in said.get(address, ())}.items():
                base.setdefault(key, set()).add(value)
    return found
