"""What the codes of all projects say of one code: its agency, and whether codes like it are used at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from transform.known_projects import Known, heads_of
from transform.marks import DISTRICT_SAME, district_of, is_like
from transform.registers import Registers
from transform.sightings import Sighting

_CODE_PREFIX = 4
_FAR = 10_000


class Codes:
    """The codes of a night and of the nights before; counted only when somebody asks.

    Code prefix → district: the verified ones of the register, else the one that most projects print.
    """

    def __init__(self, by_code: Mapping[str, Sequence[Sighting]], registers: Registers, known: Known):
        self._by_code = by_code
        self._known = known
        self._verified = {a.prefix: district_of(a.agency) for a in registers.agency_codes if a.status == "VERIFIED"}
        self._learned: dict[str, str] | None = None
        self._heads: Counter[str] | None = None
        self._numbers: dict[str, list[str]] | None = None

    def agency_of(self, code: str) -> str | None:
        """The district that a code's prefix stands for; None where nothing tells."""
        prefix = code[:_CODE_PREFIX]
        if prefix in self._verified:
            return self._verified[prefix]
        if self._learned is None:
            self._learned = self._learn()
        return self._learned.get(prefix)

    def is_at_home(self, code: str, group: Iterable[Sighting]) -> bool:
        """Whether a copy prints the agency that the code's prefix stands for."""
        return any(self.is_home_of(code, one.marks.district) for one in group)

    def is_home_of(self, code: str, district: str | None) -> bool:
        """Whether a district is the one that the code's prefix stands for."""
        agency = self.agency_of(code)
        return agency is not None and is_like(district, agency, DISTRICT_SAME)

    def like(self, code: str) -> tuple[int, int]:
        """How many other codes there are of its unit, and of its unit and block of running numbers."""
        known = self._known.projects
        if self._heads is None:
            new = (other for other in self._by_code if other not in known)  # the others count among those known
            self._heads = Counter(head for other in new for head in heads_of(other))
            self._heads.update(self._known.heads)
        unit, block = heads_of(code)
        own = code in self._by_code or code in known
        return max(0, self._heads[unit] - own), max(0, self._heads[block] - own)

    def distance(self, code: str, rival: str) -> int:
        """How far the running number is from the nearest other one of its unit: units number their projects in turn."""
        if self._numbers is None:
            self._numbers = defaultdict(list)
            for other in sorted(self._by_code):
                self._numbers[heads_of(other)[0]].append(other)
        others = [o for o in self._numbers[heads_of(code)[0]] if o not in (code, rival)]
        return min((abs(int(code[-4:]) - int(o[-4:])) for o in others), default=_FAR)

    def _learn(self) -> dict[str, str]:
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for code, printed in self._by_code.items():
            votes[code[:_CODE_PREFIX]].update({s.marks.district for s in printed if s.marks.district})
        for prefix, counted in self._known.agencies.items():
            votes[prefix].update(counted)
        learned = {}
        for prefix, counts in votes.items():
            best, most = max(counts.items(), key=lambda vote: (vote[1], vote[0]), default=("", 0))
            if most > 1 and 2 * most > sum(counts.values()):  # one code alone may be misread itself
                learned[prefix] = best
        return learned
