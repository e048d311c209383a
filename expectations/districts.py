"""Districts that a text speaks of, and whether one of them is not its own.

The same programme runs in fifty districts with the same sentences, so equal texts prove nothing; a sentence about
another district does. Only the word เขต before a name of the registers makes a district: a name alone may be a road.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from expectations.catalogue import Vocabulary
from transform.thai import normalize

_OFFICE = "สำนักงานเขต"
# letters after a name that make another word of it: a dependent vowel or mark; เขตบางรักษา…, เขตพระนครศรีอยุธยา
_GOES_ON = "(?![ะ-ฺ็-๎]|ษา|ศรีอยุธยา|เหนือ|ใต้)"
_BEFORE_NAME = re.compile(r"\s*(?:(?:ใน)?พื้นที่|ใน)?\s*$")


class Districts:
    """The districts of the registers, prepared for finding them in texts."""

    def __init__(self, agencies: Iterable[str], vocabulary: Vocabulary):
        offices = (normalize(agency) for agency in agencies)
        names = {office.removeprefix(_OFFICE) for office in offices if office.startswith(_OFFICE)} - {""}
        any_name = "|".join(re.escape(name) for name in sorted(names, key=lambda name: (-len(name), name))) or "(?!)"
        self._names = frozenset(names)
        self._named = re.compile(any_name)
        self._district = re.compile(rf"(?P<office>สำนักงาน\s*)?เขต\s*(?P<name>{any_name}){_GOES_ON}")
        self._list_goes_on = re.compile(rf"\s*(?:และ|หรือ|กับ|[,/])?\s*(?:เขต\s*)?(?:{any_name})")
        self._excused = (*vocabulary.beside_a_district, *vocabulary.districts_of_others)

    def of(self, agency: str) -> str | None:
        """The district of an agency's name, None where it is no district office of the registers."""
        name = normalize(agency).replace(" ", "").removeprefix(_OFFICE)
        return name if name in self._names else None

    def other(self, text: str, own: str, *, with_offices: bool = True) -> str | None:
        """The one other district that a text speaks of in place of `own` (เขต…), None in doubt.

        In doubt: its own name stands there too, several districts are named, or the other one is beside or beyond.
        `with_offices` False: an office (สำนักงานเขต…) is only spoken to.

        >>> from expectations.catalogue import load_vocabulary
        >>> known = Districts(["สำนักงานเขตวัฒนา", "สำนักงานเขตบางนา"], load_vocabulary())
        >>> known.other("ชุมชนในพื้นที่เขตบางนา", "วัฒนา")
        'เขตบางนา'
        >>> known.other("ร่วมกับเขตบางนา", "วัฒนา") is None
        True
        """
        if "เขต" not in text or own in self._named.findall(text):
            return None
        mentions = list(self._district.finditer(text))
        if not mentions or len({mention["name"] for mention in mentions}) > 1:
            return None
        for mention in mentions:
            before = _BEFORE_NAME.sub("", text[: mention.start()])
            is_spoken_to = mention["office"] is not None and not with_offices
            if is_spoken_to or before.endswith(self._excused) or self._list_goes_on.match(text, mention.end()):
                return None
        return f"เขต{mentions[0]['name']}"
