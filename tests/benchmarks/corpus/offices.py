"""Who runs projects: all agencies of the table, and invented people of each. Nobody here exists."""

from __future__ import annotations

import csv
from functools import lru_cache
from random import Random

from data.samples.generator.agencies import AGENCY_TABLE, Agency
from data.samples.generator.people import FAMILIES, MEN, WOMEN, Party
from tests.benchmarks.corpus.phrases import DIVISIONS

_HEADS = (
    "ธนู", "อรุณ", "เดช", "ตันติ", "คง", "ศรี", "ชล", "บุญ", "ปัญญา", "ถาวร", "ภักดี", "มณี", "รัตน์", "สุวรรณ", "วงศ์", "กาญจน",
    "ทองแท้", "ปิ่น", "ชื่น", "ดวง", "อุดม", "ศิลา", "บรรพต", "ภูมิ",
)  # fmt: skip
_TAILS = (
    "ธารา", "อารี", "เดชากร", "ตระการ", "คีรี", "ศิริวัฒน์", "ชัยภูผา", "บุรินทร์", "ปรีดา", "ถนอมวงศ์", "ภิรมย์", "มงคล", "รุ่งเรือง",
    "สายธาร", "วารี", "ไพศาล", "เมธี", "อนันต์", "พนาไพร", "โชติกุล",
)  # fmt: skip
_COORDINATORS, _STAFF = 3, 24
_UNIT_IN_PLACE, _NO_PHONE = 0.12, 0.3


@lru_cache(maxsize=1)
def agencies() -> tuple[Agency, ...]:
    """Every agency of the register, by code prefix: the fifty districts and the departments."""
    with AGENCY_TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(Agency(row["prefix"], row["agency"]) for row in csv.DictReader(lines, delimiter="\t"))


@lru_cache(maxsize=256)
def coordinators(seed: int, prefix: str) -> tuple[Party, ...]:
    """The few people who coordinate all projects of an agency."""
    rng = Random(f"{seed} coordinators {prefix}")
    return tuple(_person(rng, 1.0) for _ in range(_COORDINATORS))


@lru_cache(maxsize=256)
def staff(seed: int, prefix: str) -> tuple[Party, ...]:
    """Those who are responsible for projects of an agency: people, or a unit in place of one."""
    rng = Random(f"{seed} staff {prefix}")
    people = []
    for _ in range(_STAFF):
        person = _person(rng, 1 - _NO_PHONE)
        if rng.random() < _UNIT_IN_PLACE:
            person = Party(unit=rng.choice(DIVISIONS)[1], phone=person.phone)
        people.append(person)
    return tuple(people)


def _person(rng: Random, with_phone: float) -> Party:
    is_man = rng.randrange(2) == 0
    title = "นาย" if is_man else rng.choice(("นาง", "นางสาว", "น.ส."))
    family = rng.choice(FAMILIES) if rng.random() < 0.3 else rng.choice(_HEADS) + rng.choice(_TAILS)
    phone = str(rng.randrange(1100, 7900)) if rng.random() < with_phone else None
    return Party(title, f"{rng.choice(MEN if is_man else WOMEN)} {family}", phone=phone)
