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
    """What tonight's copies differ on: (field, key) → its spellings, and (project, field) in the order of both."""

    spellings: Mapping[tuple[str, str], tuple[str, ...]]
    own: tuple[tuple[str, str], ...]


def asked_of(groups: Mapping[str, Sequence[FormCopy]], form: Form) -> Asked:
    """The texts on which the copies of one project differ. `groups` are the copies of each project, by code."""
    spellings: dict[tuple[str, str], set[str]] = defaultdict(set)
    own: list[tuple[str, str]] = []
    for code in sorted(groups):
        if len({copy.witness for copy in groups[code]}) > 1:
            for base, keys in _differing(groups[code], form).items():
                own.append((code, base))
                for key, values in keys.items():
                    spellings[base, key] |= values
    return Asked({place: tuple(sorted(values)) for place, values in sorted(spellings.items())}, tuple(own))


def _differing(copies: Iterable[FormCopy], form: Form) -> dict[str, dict[str, set[str]]]:
    """Field without ordinals → key → spellings, of the fields of language that not all copies print alike.

    Of long text only the field counts: it is decided span by span.
    """
    by_copy: list[dict[str, dict[str, str]]] = []
    for copy in copies:
        printed: dict[str, dict[str, str]] = defaultdict(dict)
        for reading in copy.readings:
            if reading.value is not None and not reading.is_cut:
                printed[reading.field][squash(reading.value)] = reading.value
        by_copy.append(printed)
    found: dict[str, dict[str, set[str]]] = {}
    addresses = sorted({address for printed in by_copy for address in printed})
    policies = {address: form.field_of(address).policy for address in addresses}
    differing = {a for a in addresses if len({frozenset(printed[a]) for printed in by_copy if a in printed}) > 1}
    asked = {a for a in differing if policies[a] in LANGUAGE or policies[a] == "long_text"}
    moving = {field_base(a) for a in asked if policies[a] == "item"}
    for address in addresses:  # an item can stand at another place of another copy's list
        if address not in asked and not (policies[address] == "item" and field_base(address) in moving):
            continue
        base = found.setdefault(field_base(address), {})
        for printed in by_copy if policies[address] != "long_text" else ():
            for key, value in printed.get(address, {}).items():
                base.setdefault(key, set()).add(value)
    return found
