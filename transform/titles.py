"""Titles and ranks before Thai names: every printed form → one spelling; and what only looks like a title.

น.ส. is นางสาว, พ.ต.ท. is พันตำรวจโท, ว่าที่ ร.ต.หญิง is ว่าที่ร้อยตรีหญิง. English titles stay English.
"""

import re
from itertools import groupby

CIVIL_TITLES = ("นาย", "นาง", "นางสาว", "คุณ", "เด็กชาย", "เด็กหญิง")
# As printed → in one spelling. น.อ., น.ท., น.ต., จ.อ. and จ.ส.ต. stay short: two services share them.
TITLES: tuple[tuple[str, str], ...] = (
    *((title, title) for title in CIVIL_TITLES),
    ("น.ส.", "นางสาว"), ("นส.", "นางสาว"), ("ด.ช.", "เด็กชาย"), ("ด.ญ.", "เด็กหญิง"), ("คุณหญิง", "คุณหญิง"),
    ("ท่านผู้หญิง", "ท่านผู้หญิง"), ("พล.ต.อ.", "พลตำรวจเอก"),
    ("พล.ต.ท.", "พลตำรวจโท"), ("พล.ต.ต.", "พลตำรวจตรี"), ("พ.ต.อ.", "พันตำรวจเอก"), ("พ.ต.ท.", "พันตำรวจโท"),
    ("พ.ต.ต.", "พันตำรวจตรี"), ("ร.ต.อ.", "ร้อยตำรวจเอก"), ("ร.ต.ท.", "ร้อยตำรวจโท"),
    ("ร.ต.ต.", "ร้อยตำรวจตรี"), ("ด.ต.", "ดาบตำรวจ"), ("จ่าสิบตำรวจ", "จ่าสิบตำรวจ"), ("ส.ต.อ.", "สิบตำรวจเอก"),
    ("ส.ต.ท.", "สิบตำรวจโท"), ("ส.ต.ต.", "สิบตำรวจตรี"), ("พล.อ.อ.", "พลอากาศเอก"), ("พล.อ.ท.", "พลอากาศโท"),
    ("พล.อ.ต.", "พลอากาศตรี"), ("พล.ร.อ.", "พลเรือเอก"), ("พล.ร.ท.", "พลเรือโท"), ("พล.ร.ต.", "พลเรือตรี"),
    ("พ.อ.อ.", "พันจ่าอากาศเอก"), ("พ.อ.ท.", "พันจ่าอากาศโท"), ("พ.อ.ต.", "พันจ่าอากาศตรี"), ("พ.จ.อ.", "พันจ่าเอก"),
    ("พ.จ.ท.", "พันจ่าโท"), ("พ.จ.ต.", "พันจ่าตรี"), ("จ.ส.อ.", "จ่าสิบเอก"), ("จ.ส.ท.", "จ่าสิบโท"), ("จ่าสิบตรี", "จ่าสิบตรี"),
    ("จ.ส.ต.", "จ.ส.ต."), ("พล.อ.", "พลเอก"), ("พล.ท.", "พลโท"), ("พล.ต.", "พลตรี"), ("พ.อ.", "พันเอก"), ("พ.ท.", "พันโท"),
    ("พ.ต.", "พันตรี"), ("ร.อ.", "ร้อยเอก"), ("ร.ท.", "ร้อยโท"), ("ร.ต.", "ร้อยตรี"), ("ส.อ.", "สิบเอก"),
    ("ส.ท.", "สิบโท"), ("ส.ต.", "สิบตรี"), ("พลฯ", "พลทหาร"), ("น.อ.", "น.อ."), ("น.ท.", "น.ท."), ("น.ต.", "น.ต."),
    ("จ.อ.", "จ.อ."), ("จ.ท.", "จ.ท."), ("จ.ต.", "จ.ต."),
    *((f"{corps}{rank}",) * 2 for corps in ("นาวา", "นาวาอากาศ", "เรือ", "เรืออากาศ") for rank in ("เอก", "โท", "ตรี")),
    *((f"{corps}{rank}",) * 2 for corps in ("จ่า", "จ่าอากาศ") for rank in ("เอก", "โท", "ตรี")),
    ("ม.จ.", "หม่อมเจ้า"), ("ม.ร.ว.", "หม่อมราชวงศ์"),
    ("ม.ล.", "หม่อมหลวง"), ("ดร.", "ดร."), ("ศ.", "ศาสตราจารย์"), ("รศ.", "รองศาสตราจารย์"),
    ("ผศ.", "ผู้ช่วยศาสตราจารย์"), ("อ.", "อาจารย์"), ("อาจารย์", "อาจารย์"), ("ครู", "ครู"), ("นพ.", "นายแพทย์"),
    ("พญ.", "แพทย์หญิง"), ("ทพ.", "ทันตแพทย์"), ("ทพญ.", "ทันตแพทย์หญิง"), ("น.สพ.", "นายสัตวแพทย์"),
    ("สพ.ญ.", "สัตวแพทย์หญิง"), ("ภก.", "เภสัชกร"), ("ภญ.", "เภสัชกรหญิง"), ("พว.", "พว."),
    ("Mr.", "Mr."), ("Mrs.", "Mrs."), ("Ms.", "Ms."), ("Miss", "Miss"), ("Dr.", "ดร."),
)  # fmt: skip
# ร.น. behind a name says that the rank before it is the navy's.
NAVY = {
    "ร้อยเอก": "เรือเอก", "ร้อยโท": "เรือโท", "ร้อยตรี": "เรือตรี", "น.อ.": "นาวาเอก", "น.ท.": "นาวาโท", "น.ต.": "นาวาตรี",
    "จ.อ.": "จ่าเอก", "จ.ท.": "จ่าโท", "จ.ต.": "จ่าตรี",
}  # fmt: skip
_RANK = re.compile(r"พล|พัน|ร้อย|สิบ|จ่า|ดาบ|นาวา|เรือ|จ\.|น\.[อทต]")
# What follows a title is a name: it begins with a consonant or a leading vowel (นายิกา and สาวิตรี are names).
_NAME_STARTS = r"(?=\s?[ก-ฮเ-ไA-Za-z\"“])"


def _title_table() -> dict[str, str]:
    """Every printed form, full spellings included, to its canonical title; longest first."""
    forms = {canonical: canonical for _, canonical in TITLES} | dict(TITLES)
    undotted = {form.replace(".", "") + ".": canonical for form, canonical in TITLES if form.count(".") > 1}
    shouted = {form.upper(): canonical for form, canonical in TITLES if form[0].isascii()}
    forms = undotted | shouted | forms  # พตท. is พ.ต.ท.; a form that means something itself keeps its meaning
    for form, canonical in [item for item in forms.items() if _RANK.match(item[1])]:
        forms |= {f"{form}หญิง": f"{canonical}หญิง", f"ว่าที่{form}": f"ว่าที่{canonical}"}
        forms[f"ว่าที่{form}หญิง"] = f"ว่าที่{canonical}หญิง"
    return dict(sorted(forms.items(), key=lambda item: (-len(item[0]), item[0])))


_TITLE_OF = _title_table()
_OWN_PATTERN = {
    "นางสาว": rf"นางสาว{_NAME_STARTS}|นาง\s?สาว(?=\s[ก-ฮเ-ไ])",
    # คุณหญิง ใจดี is a คุณ; คุณหญิงพิม and คุณหญิง พิม งามตา are not
    "คุณหญิง": r"คุณหญิง(?=[ก-ฮเ-ไ]|\s(?!ณ\s)[ก-ฮเ-ไ]\S*\s+\S)",
}


def _title_pattern(form: str) -> str:
    """Dots keep optional spaces behind them; the last one may be a space instead (`น.ส วิภา`), if others are there."""
    if form in _OWN_PATTERN:
        return _OWN_PATTERN[form]
    pattern = re.escape(form).replace(r"\.", r"\.\s?").replace("ว่าที่", r"ว่าที่\s?").replace("หญิง", r"\s?หญิง")
    if form.endswith("."):
        undotted = form.count(".") == 1 and form not in _ONE_DOT
        pattern = pattern.removesuffix(r"\.\s?") + (r"\." if undotted else r"(?:\.|(?=\s))")
    elif form.isascii():
        pattern += r"(?=[\sก-๎])"
    return pattern + _NAME_STARTS


_ONE_DOT = frozenset(form for form, _ in TITLES) | frozenset(form.upper() for form, _ in TITLES)


def _by_first_letter(patterns: list[str]) -> str:
    """The alternatives in their order, behind one look at the first letter; what neighbours end with is said once."""
    letters = dict.fromkeys(pattern[0] for pattern in patterns)
    groups = ([pattern for pattern in patterns if pattern[0] == letter] for letter in letters)
    return "|".join(f"(?={letter})(?:{_alternatives(group)})" for letter, group in zip(letters, groups, strict=True))


def _alternatives(patterns: list[str]) -> str:
    """Patterns as alternatives; the end that neighbours share once, because compiling it for each takes long."""
    found = []
    for ends_in_name, group in groupby(patterns, lambda pattern: pattern.endswith(_NAME_STARTS)):
        if ends_in_name:
            found.append(f"(?:{'|'.join(p.removesuffix(_NAME_STARTS) for p in group)}){_NAME_STARTS}")
        else:
            found += group
    return "|".join(found)


TITLE = re.compile(f"(?:{_by_first_letter([_title_pattern(form) for form in _TITLE_OF])})")
# A title that no surname contains: it starts another person wherever it stands.
UNMISTAKABLE = re.compile(r"นางสาว|น\.\s?ส\.|ว่าที่|เด็ก(?:ชาย|หญิง)|[ก-ฮ]{1,2}\.\s?[ก-ฮ]\.|M(?:rs?|s)\.")
# Doctors, teachers and others by grade: นายแพทย์ชำนาญการ is a position.
GRADED = (
    r"(?:นายแพทย์|แพทย์หญิง|ทันตแพทย์(?:หญิง)?|(?:นาย)?สัตวแพทย์(?:หญิง)?|เภสัชกร(?:หญิง)?|อาจารย์|ครู)"
    r"\s?(?:ชำนาญ|ปฏิบัติ|เชี่ยวชาญ|ทรงคุณวุฒิ|ประจำ|ใหญ่|อาวุโส|พิเศษ|ผู้|อัตรา|พี่เลี้ยง|คศ|สอน|และ)"
)
OFFICES = r"นาย(?:ช่าง|ทะเบียน|ตรวจ|อำเภอ|ตำรวจ|ทหาร|ไปรษณีย์|สถานี|ด่าน|ก(?:เทศมนตรี|รัฐมนตรี|สมาคม|สภา|อบ|กิตติมศักดิ์))"
# คุณวุฒิ and คุณธรรม are first names; นายช่าง and นายทะเบียน are positions, not a นาย.
NO_TITLE = re.compile(rf"คุณ(?:วุฒิ|ธรรม|ภาพ)|{OFFICES}|{GRADED}")
_ANY_CIVIL = frozenset(CIVIL_TITLES)


def take_titles(piece: str) -> tuple[str | None, str]:
    """Canonical title (several joined by a space) and the rest; longest first, one civil title at most.

    >>> take_titles("ว่าที่ ร.ต. ดร.ก้อง ใจดี"), take_titles("นายนายิกา ใจดี"), take_titles("นายช่างโยธา")
    (('ว่าที่ร้อยตรี ดร.', 'ก้อง ใจดี'), ('นาย', 'นายิกา ใจดี'), (None, 'นายช่างโยธา'))
    """
    taken: list[str] = []
    while (match := TITLE.match(piece)) and not NO_TITLE.match(piece):
        canonical = _TITLE_OF[_spelled(match[0])]
        if canonical in taken or (canonical in _ANY_CIVIL and _ANY_CIVIL.intersection(taken)):
            break
        taken.append(canonical)
        piece = piece[match.end() :].lstrip()
    return " ".join(taken) or None, piece


def is_title(text: str) -> bool:
    """Whether the text is a title and nothing else.

    >>> is_title("นางสาว"), is_title("ดร"), is_title("นายก้อง")
    (True, True, False)
    """
    return _spelled(text) in _TITLE_OF


def _spelled(printed: str) -> str:
    bare = re.sub(r"\s", "", printed)
    return bare if bare in _TITLE_OF else f"{bare}."
