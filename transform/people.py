"""People and telephones of the form: `นางชลธิชา ใจดี โทร.7037` → title, names, numbers.

A field may hold one person, several, or a unit or position in place of a person; with or without a telephone,
which may stand in parentheses beside a position. A telephone nobody can read never costs the name.
Names keep their letters as printed. Titles have one spelling: น.ส. is นางสาว, พ.ต.ท. is พันตำรวจโท.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from transform.thai import is_placeholder, normalize, to_arabic_digits

PhoneKind = Literal["short", "landline", "mobile"]


@dataclass(frozen=True)
class Phone:
    """A number in digits only; `to` is the last one of a printed range, `ext` the extension (`3121-4` stays so)."""

    number: str
    kind: PhoneKind
    to: str | None = None
    ext: str | None = None


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


# --- titles -----------------------------------------------------------------------------------------------------

CIVIL_TITLES = ("นาย", "นาง", "นางสาว", "คุณ", "เด็กชาย", "เด็กหญิง")
# As printed → in one spelling. น.อ., น.ท., น.ต., จ.อ. and จ.ส.ต. stay short: two services share them.
TITLES: tuple[tuple[str, str], ...] = (
    *((title, title) for title in CIVIL_TITLES),
    ("น.ส.", "นางสาว"), ("นส.", "นางสาว"), ("ด.ช.", "เด็กชาย"), ("ด.ญ.", "เด็กหญิง"), ("พล.ต.อ.", "พลตำรวจเอก"),
    ("พล.ต.ท.", "พลตำรวจโท"), ("พล.ต.ต.", "พลตำรวจตรี"), ("พ.ต.อ.", "พันตำรวจเอก"), ("พ.ต.ท.", "พันตำรวจโท"),
    ("พ.ต.ต.", "พันตำรวจตรี"), ("ร.ต.อ.", "ร้อยตำรวจเอก"), ("ร.ต.ท.", "ร้อยตำรวจโท"),
    ("ร.ต.ต.", "ร้อยตำรวจตรี"), ("ด.ต.", "ดาบตำรวจ"), ("ส.ต.อ.", "สิบตำรวจเอก"), ("ส.ต.ท.", "สิบตำรวจโท"),
    ("ส.ต.ต.", "สิบตำรวจตรี"), ("พล.อ.อ.", "พลอากาศเอก"), ("พล.อ.ท.", "พลอากาศโท"), ("พล.อ.ต.", "พลอากาศตรี"),
    ("พล.ร.อ.", "พลเรือเอก"), ("พล.ร.ท.", "พลเรือโท"), ("พล.ร.ต.", "พลเรือตรี"), ("พ.อ.อ.", "พันจ่าอากาศเอก"),
    ("พ.อ.ท.", "พันจ่าอากาศโท"), ("พ.อ.ต.", "พันจ่าอากาศตรี"), ("พ.จ.อ.", "พันจ่าเอก"), ("พ.จ.ท.", "พันจ่าโท"),
    ("พ.จ.ต.", "พันจ่าตรี"), ("จ.ส.อ.", "จ่าสิบเอก"), ("จ.ส.ท.", "จ่าสิบโท"), ("จ.ส.ต.", "จ.ส.ต."),
    ("พล.อ.", "พลเอก"), ("พล.ท.", "พลโท"), ("พล.ต.", "พลตรี"), ("พ.อ.", "พันเอก"), ("พ.ท.", "พันโท"),
    ("พ.ต.", "พันตรี"), ("ร.อ.", "ร้อยเอก"), ("ร.ท.", "ร้อยโท"), ("ร.ต.", "ร้อยตรี"), ("ส.อ.", "สิบเอก"),
    ("ส.ท.", "สิบโท"), ("ส.ต.", "สิบตรี"), ("น.อ.", "น.อ."), ("น.ท.", "น.ท."), ("น.ต.", "น.ต."),
    ("จ.อ.", "จ.อ."), ("จ.ท.", "จ.ท."), ("จ.ต.", "จ.ต."), ("ม.จ.", "หม่อมเจ้า"), ("ม.ร.ว.", "หม่อมราชวงศ์"),
    ("ม.ล.", "หม่อมหลวง"), ("ดร.", "ดร."), ("ศ.", "ศาสตราจารย์"), ("รศ.", "รองศาสตราจารย์"),
    ("ผศ.", "ผู้ช่วยศาสตราจารย์"), ("อ.", "อาจารย์"), ("อาจารย์", "อาจารย์"), ("นพ.", "นายแพทย์"),
    ("พญ.", "แพทย์หญิง"), ("ทพ.", "ทันตแพทย์"), ("ทพญ.", "ทันตแพทย์หญิง"), ("น.สพ.", "นายสัตวแพทย์"),
    ("สพ.ญ.", "สัตวแพทย์หญิง"), ("ภก.", "เภสัชกร"), ("ภญ.", "เภสัชกรหญิง"),
)  # fmt: skip
# What follows a title is a name: it begins with a consonant or a leading vowel (นายิกา and สาวิตรี are names).
_NAME_STARTS = r"(?=\s?[ก-ฮเ-ไA-Za-z\"“])"


def _title_table() -> dict[str, str]:
    """Every printed form, full spellings included, to its canonical title."""
    forms = {canonical: canonical for _, canonical in TITLES} | dict(TITLES)
    ranks = [
        item
        for item in forms.items()
        if re.match("(?:พล|พัน|ร้อย|สิบ|จ่า|ดาบ|พ\\.|ร\\.|ส\\.|จ\\.|น\\.[อทต]|ด\\.ต)", item[0])
    ]
    for form, canonical in ranks:
        forms |= {f"{form}หญิง": f"{canonical}หญิง", f"ว่าที่{form}": f"ว่าที่{canonical}"}
        forms[f"ว่าที่{form}หญิง"] = f"ว่าที่{canonical}หญิง"
    return dict(sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])))


_TITLE_OF = _title_table()


def _title_pattern(form: str) -> str:
    """Dots keep optional spaces behind them; the last one may be a space instead (`น.ส วิภา`)."""
    pattern = re.escape(form).replace(r"\.", r"\.\s?").replace("ว่าที่", r"ว่าที่\s?").replace("หญิง", r"\s?หญิง")
    return pattern.removesuffix(r"\.\s?") + r"(?:\.|(?=\s))" if form.endswith(".") else pattern


_TITLE = re.compile(rf"(?:{'|'.join(f'(?:{_title_pattern(form)})' for form in _TITLE_OF)}){_NAME_STARTS}")
_ANY_CIVIL = frozenset(CIVIL_TITLES)
# คุณวุฒิ and คุณธรรม are first names; นายช่าง and นายทะเบียน are positions, not a นาย.
_NO_TITLE = re.compile(r"คุณ(?:วุฒิ|ธรรม|ภาพ)|นาย(?:ช่าง|ทะเบียน|ตรวจ|อำเภอ)[ก-๎]*")


def _take_titles(piece: str) -> tuple[str | None, str]:
    """Canonical title (several joined by a space) and the rest; longest first, one civil title at most."""
    taken: list[str] = []
    while (match := _TITLE.match(piece)) and not _NO_TITLE.match(piece):
        canonical = _TITLE_OF[_spelled(match[0])]
        if canonical in taken or (canonical in _ANY_CIVIL and _ANY_CIVIL.intersection(taken)):
            break
        taken.append(canonical)
        piece = piece[match.end() :].lstrip()
    return " ".join(taken) or None, piece


def _spelled(printed: str) -> str:
    bare = re.sub(r"\s", "", printed)
    return bare if bare in _TITLE_OF else f"{bare}."


# --- telephones -------------------------------------------------------------------------------------------------

_LABEL = (
    r"(?:เบอร์\s?)?(?:โทร(?:ศัพท์)?(?=[\s.:/0-9(+]|$)|(?<![A-Za-z])Tel(?![a-z])|มือถือ)[\s.:]*"
    r"(?:/\s?(?:โทรสาร|แฟกซ์|Fax)[\s.:]*)?(?:ภายใน[\s.:]*)?"
)
_FAX = r"(?:โทรสาร|แฟกซ์|Fax)[\s.:]*"
_AND = r"(?:ต่อ|หรือ|และ|ถึง|กด|ภายใน|ext\.?|#)"
_PHONE_AREA = re.compile(
    rf"(?P<label>{_LABEL})(?P<labelled>[^ก-๎()]*(?:(?:{_AND}|{_LABEL}|{_FAX})[^ก-๎()]*)*)"
    rf"|(?P<plain>\+?[0-9][0-9 .,/\u2013-]*[0-9](?:\s?(?:{_AND})\s?[0-9][0-9 .,/\u2013-]*)*)",
    re.IGNORECASE,
)
_TRIM = " \t\n.,;:/()-–*\\"
_LISTED = re.compile(rf"\s*(?:[,;/]|หรือ|และ|{_LABEL})\s*", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:ต่อ|กด|ext\.?|#)\s*(?:ภายใน\s*)?", re.IGNORECASE)
_RANGE = re.compile(r"\s*(?:-|\u2013|ถึง)\s*")
_PHONE_SHAPE = "3-5 digits (internal), 9 digits from 02-07, or 10 digits from 06, 08, 09"


def _kind(digits: str) -> PhoneKind | None:
    if 3 <= len(digits) <= 5 and digits[0] != "0":
        return "short"
    if len(digits) == 9 and digits[0] == "0" and digits[1] in "23457":
        return "landline"
    return "mobile" if len(digits) == 10 and digits[:2] in ("06", "08", "09") else None


def _one_number(printed: str, text: str) -> tuple[str, PhoneKind, str | None]:
    """`02 245 4743-7` → first, kind, last. A hyphen is a range where what stands before it is a whole number."""
    plain = re.sub(r"^\(?(?:\+66|0066)\)?[\s-]*(?:\(0\))?", "0", printed.strip())
    digits = re.sub(r"[\s().\u2013-]", "", plain)
    if not re.fullmatch("[0-9]+", digits.replace("ถึง", "")):
        raise _no_phone(text, printed)
    whole = _kind(digits) if digits[0] == "0" or (digits == plain) else None
    if whole and digits.isdecimal():
        return digits, whole, None
    parts = _RANGE.split(plain)
    first, tail = re.sub(r"[\s().-]", "", "".join(parts[:-1])), re.sub(r"[\s().]", "", parts[-1])
    kind = _kind(first) if first else None
    if kind == "short" and (len(parts) != 2 or first != parts[0]):
        kind = None
    if kind is None or not tail.isdecimal() or len(tail) > len(first):
        raise _no_phone(text, printed)
    last = first[: len(first) - len(tail)] + tail
    if last <= first:
        raise _no_phone(text, printed)
    return first, kind, last


def _no_phone(text: str, part: str) -> ValueError:
    return ValueError(f'"{text[:80]}" is not a telephone number: "{part[:40]}" is none; expected {_PHONE_SHAPE}')


@lru_cache(maxsize=65536)
def _phones(text: str) -> tuple[Phone, ...]:
    line = to_arabic_digits(normalize(text)).replace("\n", " ")
    line = re.sub(rf"^[\s/(]*(?:{_LABEL})|[\s).]+$", "", line, flags=re.IGNORECASE)
    line = line.lstrip("( ") if line.count("(") > line.count(")") else line
    if is_placeholder(line) or not line.strip(_TRIM):
        return ()
    line = re.split(rf"[\s,/]*{_FAX}", line, maxsplit=1, flags=re.IGNORECASE)[0] or line
    found: list[Phone] = []
    for printed in _LISTED.split(line.strip(_TRIM.replace("(", "").replace("+", ""))):
        main, *extensions = _EXTENSION.split(printed)
        if not main:
            raise _no_phone(text, printed)
        number, kind, to = _one_number(main, text)
        if len(extensions) > 1 or (extensions and not re.fullmatch(r"[0-9]{1,5}(?:\s?-\s?[0-9]{1,5})?", extensions[0])):
            raise _no_phone(text, printed)
        found.append(Phone(number, kind, to, re.sub(r"\s", "", extensions[0]) if extensions else None))
    return tuple(found)


def parse_phones(text: str) -> list[Phone]:
    """The telephone numbers printed; none for a blank or a dash; ValueError where one cannot be read.

    >>> parse_phones("โทร. 6822-3")
    [Phone(number='6822', kind='short', to='6823', ext=None)]
    >>> parse_phones("0 2246 0000 ต่อ 3121, 08 1234 5678")  # doctest: +NORMALIZE_WHITESPACE
    [Phone(number='022460000', kind='landline', to=None, ext='3121'),
     Phone(number='0812345678', kind='mobile', to=None, ext=None)]
    """
    return list(_phones(text))


# --- fields about people ----------------------------------------------------------------------------------------

_UNIT = re.compile(
    "ฝ่าย|กลุ่ม|กอง|สำนัก|สนง|ส่วน|ศูนย์|โรงเรียน|โรงพยาบาล|ร\\.?ร\\.|งาน|หน่วย|แผนก|เขต|คณะ|สถาบัน|สถานี|ทีม|กรุงเทพมหานคร|กทม|สยป"
)
_POSITION = re.compile(
    "ตำแหน่ง|หัวหน้า|หน\\.|ผู้อำนวยการ|ผอ\\.?|ผู้ช่วย|ผู้จัดการ|ผู้ตรวจ|นัก(?:วิชา|จัดการ|วิเคราะห์|ทรัพยากร|พัฒนา|สังคม|โภชนา|บริหาร|ประชา|วิทยา|เทคนิค|กายภาพ|ผัง)"
    "|เจ้าหน้าที่|เจ้าพนักงาน|จพง|พนักงาน|พยาบาล|นายช่าง|นายทะเบียน|นายตรวจ|วิศวกร|สถาปนิก|นิติกร|เลขานุการ|รองผู้|รองหัวหน้า|ศึกษานิเทศก์|ครู(?:ชำนาญ|ผู้|\\s|$)|ปลัด"
)
_SEPARATOR = re.compile(rf"\s*[/,;|\n]+\s*|\s*(?:และ|กับ)\s*(?={_TITLE.pattern})")
# A title that starts another person: after a first and a last name, or one that no surname contains.
_GLUED = re.compile(rf"(?<=[ก-๎])\s?(?={_TITLE.pattern})")
_UNMISTAKABLE = re.compile(r"นางสาว|น\.\s?ส\.|ว่าที่|เด็ก(?:ชาย|หญิง)|[ก-ฮ]{1,2}\.\s?[ก-ฮ]\.")
_PARENTHESES = re.compile(r"\(([^()]*)\)?")


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
    """
    line = normalize(text).replace("\n", " ").strip(" *\\")
    people: list[Person] = []
    units: list[str] = []
    positions: list[str] = []
    printed: list[str] = []
    problems: list[str] = []
    for said, phone in _stretches(line):
        named = _named(said, units, positions)
        phones: tuple[Phone, ...] = ()
        if phone:
            printed.append(phone)
            try:
                phones = _phones(phone)
            except ValueError as error:
                problems.append(str(error))
        if named and phones:
            named[-1] = Person(named[-1].title, named[-1].first, named[-1].last, phones)
        people += named
    return PeopleReading(
        people=tuple(people),
        unit=None if people else " / ".join(units) or None,
        position=", ".join(positions + (units if people else [])) or None,
        phone=", ".join(printed) or None,
        phone_problem="; ".join(problems) or None,
    )


def parse_person(text: str) -> Person | None:
    """The one person printed, with telephones; None for a blank or a dash; ValueError for several or for a unit.

    >>> parse_person("น.ส.พิมพ์ใจ งามตา โทร.1519")
    Person(title='นางสาว', first='พิมพ์ใจ', last='งามตา', phones=(Phone(number='1519', kind='short', to=None, ext=None),))
    >>> parse_person("นายนายิกา ใจดี").name, parse_person("นางสาวิตรี ใจดี").title, parse_person("-")
    ('นายิกา ใจดี', 'นาง', None)
    """
    if is_placeholder(text):
        return None
    people = parse_people(text).people
    if len(people) != 1:
        why = f"it names {len(people)} people" if people else "it names no person"
        raise ValueError(f'"{text[:80]}" is not a person: {why}; expected e.g. นางสาวพิมพ์ใจ งามตา โทร.1519')
    return people[0]


def _stretches(line: str) -> list[tuple[str, str | None]]:
    """The line cut behind each telephone: what is said, and the number as printed without โทร."""
    digits = to_arabic_digits(line)
    cut: list[tuple[str, str | None]] = []
    done = 0
    for match in _PHONE_AREA.finditer(digits):
        name = "labelled" if match["label"] is not None else "plain"
        if name == "plain" and sum(character.isdecimal() for character in match[name]) < 3:
            continue  # ศูนย์บริการสาธารณสุข 41 has a number, not a telephone
        start, end = match.span(name)
        phone = re.sub(rf"\s*(?:{_AND})\s*$", "", line[start:end], flags=re.IGNORECASE).strip(_TRIM)
        said = line[done : match.start()].rstrip()
        done = match.end()
        if said.endswith("(") and line[done:].startswith(")"):
            said, done = said[:-1], done + 1
        cut.append((said, phone or None))
    return [*cut, (line[done:], None)]


def _named(said: str, units: list[str], positions: list[str]) -> list[Person]:
    """The people named in a stretch; units and positions found beside them are added to the lists."""
    people: list[Person] = []
    for piece in _pieces(said):
        for aside in _PARENTHESES.findall(piece):
            if _POSITION.match(aside.strip()) or (_UNIT.match(aside.strip()) and not _UNIT.match(piece)):
                positions.append(aside.strip())
        bare = " ".join(_PARENTHESES.sub(" ", piece).split())
        title, rest = _take_titles(bare)
        if title is None and _POSITION.match(bare):
            positions.append(bare)
        elif title is None and _is_no_name(bare):
            units += [piece] if bare and bare not in _TITLE_OF else []
        else:
            person, position = _person(title, rest)
            people.append(person)
            positions += [position] if position else []
    return people


def _is_no_name(bare: str) -> bool:
    words = bare.split()
    return (
        not words
        or _UNIT.match(bare) is not None
        or bare in _TITLE_OF
        or len(words) > 3
        or not re.fullmatch(r"[ก-ฮเ-ไ][ก-๎]+|[A-Za-z][A-Za-z.'-]+", words[0])
    )


def _pieces(said: str) -> list[str]:
    """Stretches of text that each name one person or unit."""
    pieces: list[str] = []
    for part in _SEPARATOR.split(said):
        start = 0
        for match in _GLUED.finditer(part):
            before = part[start : match.start()].strip()
            if before and not _NO_TITLE.match(part, match.end()) and _ends_before(before, part[match.start() :]):
                pieces.append(before)
                start = match.end()
        pieces.append(part[start:])
    trimmed = (_balanced(piece.strip(" -–:.*")) for piece in pieces)
    return [piece for piece in trimmed if piece]


def _ends_before(before: str, after: str) -> bool:
    """Whether the title at the start of `after` begins another person than the one in `before`."""
    title, rest = _take_titles(before)
    if title is None:
        return after[0].isspace() and bool(_UNIT.match(before) or _POSITION.match(before))
    return bool(_UNMISTAKABLE.match(after.lstrip())) or (after[0].isspace() and len(rest.split()) >= 2)


def _balanced(piece: str) -> str:
    """Without a parenthesis that lost its other half to a telephone: `(นักจัดการงานทั่วไป`."""
    if piece.count("(") != piece.count(")"):
        piece = piece.removeprefix("(").removesuffix("(") if "(" in piece else piece.replace(")", "")
    elif piece.startswith("(") and piece.endswith(")") and piece.count("(") == 1:
        piece = piece[1:-1]
    return piece.strip(" -–:.,*")


def _person(title: str | None, rest: str) -> tuple[Person, str | None]:
    """Person and position; a surname may have several words (ณ อยุธยา), a position follows the names."""
    printed = [word for word in rest.split() if word.strip(".,:;")] or [rest]
    words = [word.strip(".,:;") for word in printed]
    at = next(
        (n for n in range(1, len(words)) if _POSITION.match(words[n]) or (n > 1 and _UNIT.match(words[n]))), len(words)
    )
    position = " ".join(printed[at:]).removeprefix("ตำแหน่ง").strip(" :") or None
    return Person(title, words[0], " ".join(words[1:at]) or None), position
