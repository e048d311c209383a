"""People of the form: `นางชลธิชา ใจดี โทร.7037` → title, names, numbers.

A field may hold one person, several, or a unit or position in place of a person; with or without a telephone,
which may stand in parentheses beside a position. A telephone nobody can read never costs the name.
Names keep their letters as printed; titles have one spelling (`transform.titles`).
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from transform.phones import AND, FAX, LABEL, TRIM, Phone, PhoneKind, parse_phones, read_phones
from transform.thai import is_placeholder, normalize, to_arabic_digits
from transform.titles import GRADED, NAVY, NO_TITLE, OFFICES, TITLE, TITLES, UNMISTAKABLE, is_title, take_titles

__all__ = ["TITLES", "PeopleReading", "Person", "Phone", "PhoneKind", "parse_people", "parse_person", "parse_phones"]


@dataclass(frozen=True)
class Person:
    """A person as printed: canonical title, first and last name; None for what is not printed."""

    title: str | None
    first: str
    last: str | None
    phones: tuple[Phone, ...] = ()

    @property
    def name(self) -> str:
        """First and last name without title."""
        return f"{self.first} {self.last}" if self.last else self.first


@dataclass(frozen=True)
class PeopleReading:
    """All that a field about people says; `unit` stands where no person is named, `phone` is as printed."""

    people: tuple[Person, ...] = ()
    unit: str | None = None
    position: str | None = None
    phone: str | None = None
    phone_problem: str | None = None


# --- telephones beside names ------------------------------------------------------------------------------------

# digits and their signs, up to the next word; a code in parentheses and an extension in parentheses belong to them
_NUMBERS = r"(?:\((?:0|\+66)[0-9]{0,2}\)|\(\s?(?:ต่อ|กด|ext|#)[^ก-๎()]*\)|(?![A-Za-z]{3}|M[rs]|Dr)[^ก-๎()])*"
_CODE = r"\((?:0[0-9]{0,2}|\+66)\)"
_FIRST = rf"(?:\+?[0-9]|{_CODE}\s?[0-9])"
_MORE = rf"(?:[0-9 .,;/\u2013+-]|{_CODE})*"
_PHONE_AREA = re.compile(
    rf"(?P<label>{LABEL})(?P<labelled>{_NUMBERS}(?:{AND}{_NUMBERS})*)"
    rf"|(?P<fax>{FAX}{_NUMBERS})"
    rf"|(?P<plain>{_FIRST}{_MORE}[0-9](?:\s?{AND}\s?{_FIRST}{_MORE})*)",
    re.IGNORECASE,
)
_NUMBER_OF = re.compile(r"(?:ปี|พ\.ศ\.|ห้อง|ชั้น|อาคาร|เลขที่|ครั้งที่|รุ่นที่|หมู่ที่|ซอย|ถนน|หมู่|รุ่น|รหัส)\s?$")  # not of a telephone
_LIST_NUMBER = re.compile(r"\s\(?[0-9]{1,2}[.)]\s?(?=[ก-ฮเ-ไA-Z])")
_CONTACT = re.compile(
    r"[\s,/;(]*(?:E-?mail|อีเมล์?)?[\s.:]*[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\)?"
    r"|[\s,/;(]*(?:(?<![A-Za-z])Line(?![A-Za-z])|ไลน์)(?:\s?ID)?[\s.:]*[A-Za-z0-9@][A-Za-z0-9._-]+\)?",
    re.IGNORECASE,
)


def _stretches(line: str) -> list[tuple[str, str | None]]:
    """The line cut behind each telephone: what is said, and the number as printed without โทร."""
    digits = to_arabic_digits(line)
    cut: list[tuple[str, str | None]] = []
    done = 0
    for match in _PHONE_AREA.finditer(digits):
        name = "fax" if match["fax"] is not None else "labelled" if match["label"] is not None else "plain"
        if name == "plain" and (
            sum(character.isdecimal() for character in match[name]) < 3 or _NUMBER_OF.search(line, done, match.start())
        ):
            continue  # ศูนย์บริการสาธารณสุข 41, ปี 2563: a number, not a telephone
        start, end = match.span(name)
        following = _LIST_NUMBER.search(digits, start, end + 3)
        end = following.start() if following and following.start() < end else end
        phone = re.sub(rf"\s*(?:{AND})\s*$", "", line[start:end], flags=re.IGNORECASE).strip(_OUTSIDE).rstrip("&+ ")
        said = line[done : match.start()].rstrip()
        done = end
        if said.endswith("(") and line[done:].startswith(")"):
            said, done = said[:-1], done + 1
        cut.append((said, _paired(phone) if name != "fax" else None))
    return [*cut, (line[done:], None)]


_OUTSIDE = TRIM.replace("(", "").replace(")", "")


def _paired(phone: str) -> str | None:
    """Without a parenthesis that has lost its other half."""
    if phone.count("(") != phone.count(")"):
        phone = phone.strip(TRIM)
    return phone or None


# --- fields about people ----------------------------------------------------------------------------------------

_UNIT = re.compile(
    "ฝ่าย|กลุ่ม|กอง|สำนัก|สนง|ส่วน|ศูนย์|โรงเรียน|โรงพยาบาล|ร\\.?ร\\.|งาน|หน่วย|แผนก|เขต|คณะ|สถาบัน|สถานี|ทีม|กรุงเทพมหานคร|กทม|สยป"
)
_BEHIND = re.compile(rf"{_UNIT.pattern}|ห้อง|ชั้น|อาคาร|เลขที่|ซอย|ถนน|หมู่ที่|ปี$|รุ่น|รหัส|และ")  # a first and a last name
_SURE_UNIT = re.compile(r"ฝ่าย|สำนัก|สนง|กลุ่มงาน|โรงเรียน|กทม|สยป")  # begins no surname
_NO_NAME = re.compile(
    r"ทุก|ไม่|ยังไม่|ว่าง$|อยู่ระหว่าง|รอ(?:แต่งตั้ง|การ|สรรหา|บรรจุ)|โครงการ|บริษัท|หจก|ห้าง|มูลนิธิ|สมาคม|ชุมชน|องค์การ|กระทรวง|เทศบาล"
    r"|มหาวิทยาลัย|วิทยาลัย"
)
_LEADS = frozenset({"ชื่อ", "ติดต่อ", "คือ", "ได้แก่"})  # words before a name that are nothing themselves
_POSITION = re.compile(
    "ตำแหน่ง|หัวหน้า|หน\\.|ผู้|ผอ\\.?|รักษา(?:การ|ราชการ)|นัก(?:วิชา|จัดการ|วิเคราะห์|ทรัพยากร|พัฒนา|สังคม|โภชนา|บริหาร|ประชา|วิทยา|เทคนิค|กายภาพ|ผัง)"
    f"|เจ้าหน้าที่|เจ้าพนักงาน|จพง|พนักงาน|พยาบาล|{OFFICES}|{GRADED}|วิศวกร|สถาปนิก|นิติกร|เลขานุการ|รอง(?:ผู้|หัวหน้า|ปลัด|ผอ|\\s|$)|ศึกษานิเทศก์|ครู$|ปลัด"
)
_SEPARATOR = re.compile(
    rf"\s*[/,;|\n]+\s*|\s*(?:(?:และ|กับ|&|\+|(?<=\s)[-–])|\((?!คุณ))\s*(?={TITLE.pattern})"
    r"|(?:^|(?<=\s))\(?[0-9๐-๙]{1,2}[.)]\s?(?=[ก-ฮเ-ไA-Z])"
)
# A title that starts another person: after a first and a last name, or one that no surname contains.
_GLUED = re.compile(rf"(?<=[ก-๎)])\s?(?={TITLE.pattern})")
_PARENTHESES = re.compile(r"\(([^()]*)\)?")
_NOTHING = frozenset({"ไม่มี", "ไม่ระบุ", "ไม่ได้ระบุ"})
_LONGEST = 2000  # characters; what is longer is a text, and stays whole


@lru_cache(maxsize=65536)
def parse_people(text: str) -> PeopleReading:
    """Everything a field about people says; never raises, and an unreadable telephone never costs the name.

    >>> found = parse_people("ว่าที่ ร.ต.ฐาปน ปิ่นน้ำ โทร.0 2246 0000 ต่อ 3121")
    >>> found.people[0].title, found.people[0].name, found.phone
    ('ว่าที่ร้อยตรี', 'ฐาปน ปิ่นน้ำ', '0 2246 0000 ต่อ 3121')
    >>> parse_people("ฝ่ายการศึกษา โทร. 7184")
    PeopleReading(people=(), unit='ฝ่ายการศึกษา', position=None, phone='7184', phone_problem=None)
    >>> [(p.title, p.name) for p in parse_people("นายก้อง ใจดีนางสาวพิม งามตา").people]
    [('นาย', 'ก้อง ใจดี'), ('นางสาว', 'พิม งามตา')]
    >>> found = parse_people("ฝ่ายการศึกษา (นายก้อง ใจดี โทร. 7037)")
    >>> found.people[0].name, found.position, found.unit
    ('ก้อง ใจดี', 'ฝ่ายการศึกษา', None)
    """
    line = normalize(text).replace("\n", " ").strip(" *\\")
    if is_placeholder(line) or line in _NOTHING:
        return PeopleReading()
    if len(line) > _LONGEST:
        return PeopleReading(unit=line)
    if "@" in line or "ine" in line.lower() or "ไลน์" in line:
        line = _CONTACT.sub(" ", line).strip()
    people: list[Person] = []
    units: list[str] = []
    positions: list[str] = []
    printed: list[str] = []
    problems: list[str] = []
    for said, phone in _stretches(line):
        named = _named(said, units, positions)
        people += named
        if not phone:
            continue
        printed.append(phone)
        try:
            phones = read_phones(phone)
        except ValueError as error:
            problems.append(str(error))
            continue
        if people and (named or not said.strip(TRIM)):
            people[-1] = replace(people[-1], phones=people[-1].phones + phones)
    return PeopleReading(
        people=tuple(people),
        unit=None if people else " / ".join(units) or None,
        position=", ".join(positions + (units if people else [])) or None,
        phone=", ".join(printed) or None,
        phone_problem="; ".join(problems) or None,
    )


_SECOND_CIVIL = re.compile(r"(?:นางสาว|นาง|นาย)[ก-ฮเ-ไ]\S*$")


def parse_person(text: str) -> Person | None:
    """The one person printed, with telephones; None for a blank or a dash; ValueError for several or for a unit.

    >>> parse_person("น.ส.พิมพ์ใจ งามตา โทร.1519")
    Person(title='นางสาว', first='พิมพ์ใจ', last='งามตา', phones=(Phone(number='1519', kind='short', to=None, ext=None),))
    >>> parse_person("นายนายิกา ใจดี").name, parse_person("นางสาวิตรี ใจดี").title, parse_person("-")
    ('นายิกา ใจดี', 'นาง', None)
    >>> parse_person("นายก้อง นางพิม")
    Traceback (most recent call last):
    ValueError: "นายก้อง นางพิม" is not a person: it may be two people; expected e.g. นางสาวพิมพ์ใจ งามตา โทร.1519
    """
    found = parse_people(text)
    if found == PeopleReading() and (is_placeholder(text) or normalize(text).strip(" *\\") in _NOTHING):
        return None
    people = found.people
    why = None
    if len(people) != 1:
        why = f"it names {len(people)} people" if people else "it names no person"
    elif people[0].last and _SECOND_CIVIL.match(people[0].last):
        why = "it may be two people"
    if why:
        raise ValueError(f'"{text[:80]}" is not a person: {why}; expected e.g. นางสาวพิมพ์ใจ งามตา โทร.1519')
    return people[0]


def _named(said: str, units: list[str], positions: list[str]) -> list[Person]:
    """The people named in a stretch; units and positions found beside them are added to the lists."""
    people: list[Person] = []
    for piece in _pieces(said):
        for aside in _PARENTHESES.findall(piece):
            if _POSITION.match(aside.strip()) or (_UNIT.match(aside.strip()) and not _UNIT.match(piece)):
                positions.append(aside.strip())
        bare = " ".join(_PARENTHESES.sub(" ", piece).split())
        if not bare or is_title(bare) or bare in _LEADS or bare in _NOTHING:
            continue
        title, rest = take_titles(bare)
        if title is None and _POSITION.match(bare):
            positions.append(bare)
        elif title is None and _is_no_name(bare):
            units.append(piece + ")" * (piece.count("(") - piece.count(")")))
        else:
            person, position = _person(title, rest)
            people.append(person)
            positions += [position] if position else []
    return people


def _is_no_name(bare: str) -> bool:
    words = bare.split()
    words = words[: _end_of_name(words)]
    return (
        _UNIT.match(bare) is not None
        or _NO_NAME.match(bare) is not None
        or len(words) > 3
        or any(character.isdecimal() or character == "@" for character in bare)
        or not re.fullmatch(r"[ก-ฮเ-ไ][ก-๎]+|[A-Za-z][A-Za-z.'-]+", words[0])
    )


def _pieces(said: str) -> list[str]:
    """Stretches of text that each name one person or unit."""
    pieces: list[str] = []
    for part in _SEPARATOR.split(said):
        start = 0
        for match in _GLUED.finditer(part):
            before, title_at = part[start : match.start()].strip(), match.end()
            if not before or NO_TITLE.match(part, title_at) or part.startswith("ครู", title_at):
                continue
            if _ends_before(before, part[match.start() :]):
                pieces.append(before)
                start = title_at
        pieces.append(part[start:])
    trimmed = (_balanced(piece.strip(" -–:.*")) for piece in pieces)
    return [piece for piece in trimmed if piece]


def _ends_before(before: str, after: str) -> bool:
    """Whether the title at the start of `after` begins another person than the one in `before`."""
    title, rest = take_titles(before)
    if is_title(before) or before == "ว่าที่":
        return False
    if title is None:
        is_person = len(take_titles(after.lstrip())[1].split()) >= 2
        return after[0].isspace() and (is_person or any(kind.match(before) for kind in (_UNIT, _POSITION, _NO_NAME)))
    return bool(UNMISTAKABLE.match(after.lstrip())) or (after[0].isspace() and len(rest.split()) >= 2)


def _balanced(piece: str) -> str:
    """Without a parenthesis that lost its other half to a telephone: `(นักจัดการงานทั่วไป`."""
    if piece.count("(") != piece.count(")"):
        piece = piece.removeprefix("(").removesuffix("(") if "(" in piece else piece.replace(")", "")
    elif piece.startswith("(") and piece.endswith(")") and piece.count("(") == 1:
        piece = piece[1:-1]
    return piece.strip(" -–:.,*")


def _person(title: str | None, rest: str) -> tuple[Person, str | None]:
    """Person and position; a surname may have several words (ณ อยุธยา), a position follows the names."""
    printed = [word for word in rest.split() if word.strip(".,:;()")] or [rest]
    words = [word.strip(".,:;()") for word in printed]
    at = _end_of_name(words)
    position = " ".join(printed[at:]).removeprefix("ตำแหน่ง").strip(" :") or None
    if at > 1 and words[at - 1] in ("ร.น", "รน"):
        at -= 1
        rank = (title or "").removeprefix("ว่าที่")
        title = title and title.replace(rank, NAVY.get(rank, rank))
    return Person(title, words[0], " ".join(words[1:at]) or None), position


def _end_of_name(words: list[str]) -> int:
    """Where a position or a unit begins behind the names."""
    for at, word in enumerate(words[1:], start=1):
        if _POSITION.match(word) or (_BEHIND if at > 1 else _SURE_UNIT).match(word):
            return at
    return len(words)
