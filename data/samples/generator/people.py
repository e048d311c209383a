"""Invented people and the ways the form prints them. Nobody here exists."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

MEN = (
    "กวินภพ", "คชาธร", "จิรเมธ", "ชยากร", "ฐิติกานต์", "ณภัทร", "ดนัยเทพ", "ตฤณกร", "ทีปกร", "ธาวิน",
    "นนทพัทธ์", "บวรทัต", "ปุณณวิช", "พชรดนย์", "ภูริภัทร", "เมธัส", "รชต", "วรากร", "ศิวกร", "อคิราห์",
)  # fmt: skip
WOMEN = (
    "กมลพรรณ", "ขวัญฤทัย", "จิดาภา", "ชนัญชิดา", "ญาณิน", "ฐิตาภรณ์", "ดลพร", "ทักษอร", "ธัญชนก", "นลินทิพย์",
    "บุณยวีร์", "ปาณิสรา", "พิมพ์ลภัส", "ภคมน", "มนัสนันท์", "รมิดา", "วริศรา", "ศศิกานต์", "สุพิชญา", "อัญชิสา",
)  # fmt: skip
# Each family name carries a consonant that a scan confuses with another: ด/ต ค/ศ ช/ซ บ/ป ถ/ภ อ/ธ.
FAMILIES = (
    "ธารารุ่งวัฒน์", "ธนูทองกุล", "ธีรพงศ์เมธี", "ธรรมรักษากุล", "อรุณทิวากร", "อุดมเมฆินทร์", "อินทรประเสริฐ",
    "เดชสุริยวงศ์", "ดำรงธนากุล", "ดวงแก้วมณี", "ตันติบุษบา", "ตะวันฉายแสง", "คงเมฆาสกุล", "คชวงศ์ไพศาล",
    "ศรีวารินทร์", "ศิลาทองคำ", "ศุภโชคอนันต์", "ชลธารสวัสดิ์", "ชัยภูผา", "ชื่นเมืองแมน", "บุญเรืองรอง",
    "บัวหลวงทอง", "บรรพตนาวี", "ปัญญาวรกิจ", "ปิ่นมณีโชติ", "ประทุมธารา", "ถนอมดวงใจ", "ถาวรพนา", "ภูผาดำรง",
    "ภักดีนคร", "ภิรมย์สายชล", "วงศ์ตะวัน", "มณีธาราสิทธิ์", "รัตนคีรี", "สุวรรณบรรพต", "กาญจนชัยกุล",
)  # fmt: skip

CANONICAL_TITLE = {"น.ส.": "นางสาว", "นางสาว": "นางสาว", "นาง": "นาง", "นาย": "นาย"}


@dataclass(frozen=True)
class Party:
    """Who stands behind a project: one person, or (`unit` set) a unit in place of a person.

    `title` is as printed (น.ส. or นางสาว), `phone` without โทร.
    """

    title: str = ""
    name: str = ""
    unit: str | None = None
    phone: str | None = None

    def printed(self) -> str:
        """The line's value as the form prints it.

        >>> Party("น.ส.", "ญาณิน ชัยภูผา", phone="6012").printed()
        'น.ส.ญาณิน ชัยภูผา โทร.6012'
        """
        who = self.unit if self.unit is not None else f"{self.title}{self.name}"
        return f"{who} โทร.{self.phone}" if self.phone else who

    def expected(self, *, raw: str | None = None) -> dict[str, object]:
        """The party in the shape of `check --json`."""
        people = [] if self.unit is not None else [{"title": CANONICAL_TITLE[self.title], "name": self.name}]
        return {"raw": raw or self.printed(), "people": people, "unit": self.unit, "phone": self.phone}


def invent_person(rng: Random) -> Party:
    """A person with a title, two names and an internal extension."""
    man = rng.randrange(2) == 0
    title = "นาย" if man else rng.choice(("นาง", "นางสาว", "น.ส."))
    name = f"{rng.choice(MEN if man else WOMEN)} {rng.choice(FAMILIES)}"
    return Party(title, name, phone=str(rng.randrange(1100, 7900)))
