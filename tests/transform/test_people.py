"""People and telephones: the longest title first, a bad number never costs the name, no guess at who is who.

All people here are invented.
"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.people import TITLES, PeopleReading, Person, Phone, parse_people, parse_person, parse_phones
from transform.thai import normalize
from transform.titles import CIVIL_TITLES


def _brief(reading: PeopleReading) -> list[tuple[str | None, str]]:
    return [(person.title, person.name) for person in reading.people]


ONE = [
    # titles
    ("นางพิมพ์ใจ งามตา โทร.7037", "นาง", "พิมพ์ใจ งามตา", "7037"), ("น.ส.พิมพ์ใจ งามตา โทร.1519", "นางสาว", "พิมพ์ใจ งามตา", "1519"), ("นางสาวพิมพ์ใจ งามตา", "นางสาว", "พิมพ์ใจ งามตา", None),
    ("น.ส. พิมพ์ใจ งามตา", "นางสาว", "พิมพ์ใจ งามตา", None), ("น. ส. พิมพ์ใจ งามตา", "นางสาว", "พิมพ์ใจ งามตา", None), ("น.ส พิมพ์ใจ งามตา", "นางสาว", "พิมพ์ใจ งามตา", None), ("นส.พิมพ์ใจ งามตา", "นางสาว", "พิมพ์ใจ งามตา", None),
    ("นางสาวิตรี งามตา", "นาง", "สาวิตรี งามตา", None), ("นางสาวสาวิตรี งามตา", "นางสาว", "สาวิตรี งามตา", None), ("นายนายิกา ใจดี", "นาย", "นายิกา ใจดี", None), ("นายิกา ใจดี", None, "นายิกา ใจดี", None),
    ("นาย ก้อง ใจดี", "นาย", "ก้อง ใจดี", None), ("นายก้อง  ใจดี", "นาย", "ก้อง ใจดี", None), ("คุณก้อง ใจดี โทร. 6610", "คุณ", "ก้อง ใจดี", "6610"), ("คุณากร ใจดี", None, "คุณากร ใจดี", None), ("คุณวุฒิ ใจดี", None, "คุณวุฒิ ใจดี", None),
    ("ก้อง ใจดี", None, "ก้อง ใจดี", None), ("ก้อง", None, "ก้อง", None), ("นายก้อง", "นาย", "ก้อง", None), ("นางสาวแพรวา ณ เชียงใหม่ โทร 1234", "นางสาว", "แพรวา ณ เชียงใหม่", "1234"),
    ("ว่าที่ร้อยตรีฐาปน ปิ่นน้ำ โทร.4821", "ว่าที่ร้อยตรี", "ฐาปน ปิ่นน้ำ", "4821"), ("ว่าที่ ร.ต.ฐาปน ปิ่นน้ำ", "ว่าที่ร้อยตรี", "ฐาปน ปิ่นน้ำ", None), ("ว่าที่ร.ต. ฐาปน ปิ่นน้ำ", "ว่าที่ร้อยตรี", "ฐาปน ปิ่นน้ำ", None),
    ("ว่าที่ ร.ต.หญิง พิมพ์ใจ งามตา", "ว่าที่ร้อยตรีหญิง", "พิมพ์ใจ งามตา", None), ("ว่าที่ร้อยตรีหญิงพิมพ์ใจ งามตา", "ว่าที่ร้อยตรีหญิง", "พิมพ์ใจ งามตา", None),
    ("พ.ต.ท.ก้อง ใจดี", "พันตำรวจโท", "ก้อง ใจดี", None), ("พ.ต.ก้อง ใจดี", "พันตรี", "ก้อง ใจดี", None), ("พ.ต.ทองดี ใจดี", "พันตรี", "ทองดี ใจดี", None), ("พ.ต.อ. ก้อง ใจดี", "พันตำรวจเอก", "ก้อง ใจดี", None),
    ("ร.ต.อ.หญิง พิม งามตา", "ร้อยตำรวจเอกหญิง", "พิม งามตา", None), ("พลตำรวจเอกก้อง ใจดี", "พลตำรวจเอก", "ก้อง ใจดี", None), ("ส.อ.ก้อง ใจดี", "สิบเอก", "ก้อง ใจดี", None), ("จ.ส.ต.ก้อง ใจดี", "จ.ส.ต.", "ก้อง ใจดี", None),
    ("ดร.ก้อง ใจดี", "ดร.", "ก้อง ใจดี", None), ("ดรุณี ใจดี", None, "ดรุณี ใจดี", None), ("ผศ.ดร.ก้อง ใจดี", "ผู้ช่วยศาสตราจารย์ ดร.", "ก้อง ใจดี", None), ("ม.ล.พิม งามตา", "หม่อมหลวง", "พิม งามตา", None), ("ม.ร.ว. พิม งามตา", "หม่อมราชวงศ์", "พิม งามตา", None),
    ("นพ.ก้อง ใจดี", "นายแพทย์", "ก้อง ใจดี", None), ("นายแพทย์ก้อง ใจดี", "นายแพทย์", "ก้อง ใจดี", None), ("พญ.พิม งามตา", "แพทย์หญิง", "พิม งามตา", None), ("ว่าที่ ร.ต. ดร.ก้อง ใจดี", "ว่าที่ร้อยตรี ดร.", "ก้อง ใจดี", None),
    # telephones in every place
    ("นายก้อง ใจดี โทร.0 2246 0000 ต่อ 3121", "นาย", "ก้อง ใจดี", "0 2246 0000 ต่อ 3121"), ("นายก้อง ใจดี (3027)", "นาย", "ก้อง ใจดี", "3027"), ("นายก้อง ใจดี 3484", "นาย", "ก้อง ใจดี", "3484"), ("นายก้อง ใจดี6227-8", "นาย", "ก้อง ใจดี", "6227-8"),
    ("นายก้อง ใจดี 5636-5638", "นาย", "ก้อง ใจดี", "5636-5638"), ("นายก้อง ใจดี โทร.5884,5885", "นาย", "ก้อง ใจดี", "5884,5885"), ("นายก้อง ใจดี / โทร.6718", "นาย", "ก้อง ใจดี", "6718"), ("นายก้อง ใจดี (โทร. 6822-3 )", "นาย", "ก้อง ใจดี", "6822-3"),
    ("นายก้อง ใจดี 0800000051", "นาย", "ก้อง ใจดี", "0800000051"), ("นายก้อง ใจดี โทร.๗๐๓๗", "นาย", "ก้อง ใจดี", "๗๐๓๗"), ("นายก้อง ใจดี โทร./โทรสาร 0 2281 0000 หรือ 6417-8", "นาย", "ก้อง ใจดี", "0 2281 0000 หรือ 6417-8"),
    ("นายก้อง ใจดีโทร.7037", "นาย", "ก้อง ใจดี", "7037"), ("นายก้อง ใจดี โทร : 7037", "นาย", "ก้อง ใจดี", "7037"), ("นายก้อง ใจดี โทรศัพท์ 02 245 0000-7", "นาย", "ก้อง ใจดี", "02 245 0000-7"), ("นายก้อง ใจดี โทร.", "นาย", "ก้อง ใจดี", None),
    ("นายก้อง ใจดี โทร. -", "นาย", "ก้อง ใจดี", None), ("นายก้อง ใจดี โทร.0 2035 0000 ต่อ3", "นาย", "ก้อง ใจดี", "0 2035 0000 ต่อ3"), ("**นายก้อง ใจดี โทร.7037**", "นาย", "ก้อง ใจดี", "7037"), ("นายก้อง\u200b ใจดี\xa0โทร.7037 ", "นาย", "ก้อง ใจดี", "7037"),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "title", "name", "phone"), ONE)
def test_one_person_is_read_with_title_name_and_telephone(printed, title, name, phone):
    reading = parse_people(printed)
    assert _brief(reading) == [(title, name)]
    assert (reading.phone, reading.phone_problem, reading.unit, reading.position) == (phone, None, None, None)


SEVERAL = [
    ("นายก้อง ใจดี / นางสาวพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นางสาว", "พิม งามตา")]),
    ("นายก้อง ใจดี, น.ส.พิม งามตา", [("นาย", "ก้อง ใจดี"), ("นางสาว", "พิม งามตา")]),
    ("นายก้อง ใจดี และ นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("นายก้อง ใจดีนางสาวพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นางสาว", "พิม งามตา")]),
    ("นายก้อง ใจดี นายเก่ง ใจงาม", [("นาย", "ก้อง ใจดี"), ("นาย", "เก่ง ใจงาม")]),
    ("นายก้อง ใจดี โทร.1234 นางสาวพิม งามตา โทร.5678", [("นาย", "ก้อง ใจดี"), ("นางสาว", "พิม งามตา")]),
    ("นายก้อง ใจดี (1234) นางพิม งามตา (5678)", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("นายก้องน.ส.พิม", [("นาย", "ก้อง"), ("นางสาว", "พิม")]),
    ("นายก้อง ใจดี กับ นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("นายก้อง ใจดี & นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("นายก้อง ใจดี + นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("- นายก้อง ใจดี - นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("1. นายก้อง ใจดี 2. นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("1) นายก้อง ใจดี 2) นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("(1) นายก้อง ใจดี (2) นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("๑. นายก้อง ใจดี ๒. นางพิม งามตา", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("1.นายก้อง ใจดี 2.นางพิม งามตา 3.น.ส.อร ใจงาม", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา"), ("นางสาว", "อร ใจงาม")]),
    ("1. นายก้อง ใจดี โทร. 1234 2. นางพิม งามตา โทร. 5678", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("1. นายก้อง ใจดี (1234) 2. นางพิม งามตา (5678)", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("นายก้อง ใจดี (หัวหน้าฝ่าย) นางพิม งามตา (เจ้าหน้าที่)", [("นาย", "ก้อง ใจดี"), ("นาง", "พิม งามตา")]),
    ("ก้อง นางพิม งามตา", [(None, "ก้อง"), ("นาง", "พิม งามตา")]),
    ("ก้อง ใจดี / พิม งามตา", [(None, "ก้อง ใจดี"), (None, "พิม งามตา")]),
    ("ว่าที่ ร.ต.ก้อง ใจดี / พ.ต.ท.เก่ง ใจงาม", [("ว่าที่ร้อยตรี", "ก้อง ใจดี"), ("พันตำรวจโท", "เก่ง ใจงาม")]),
    # a surname may begin or end like a title: no split
    ("นายก้อง นางาม", [("นาย", "ก้อง นางาม")]),
    ("นายก้อง ขุนนางาม", [("นาย", "ก้อง ขุนนางาม")]),
    ("นางพิม สุขนายดี", [("นาง", "พิม สุขนายดี")]),
]


@pytest.mark.parametrize(("printed", "people"), SEVERAL)
def test_several_people_are_told_apart_only_by_an_unmistakable_title(printed, people):
    assert _brief(parse_people(printed)) == people


def test_each_person_keeps_the_telephone_printed_behind_the_name():
    reading = parse_people("นายก้อง ใจดี โทร.1234 นางสาวพิม งามตา โทร.5678-9")
    assert [person.phones for person in reading.people] == [
        (Phone("1234", "short"),),
        (Phone("5678", "short", "5679"),),
    ]
    assert reading.phone == "1234, 5678-9"


def test_a_number_of_a_list_is_no_part_of_the_telephone_before_it():
    reading = parse_people("1. นายก้อง ใจดี โทร. 1234 2. นางพิม งามตา 5678 3. นายเก่ง ใจงาม")
    assert [person.phones for person in reading.people] == [(Phone("1234", "short"),), (Phone("5678", "short"),), ()]
    assert (reading.phone, reading.phone_problem) == ("1234, 5678", None)


@pytest.mark.parametrize(
    "printed", ["ฝ่ายการศึกษา ปี 2563", "ฝ่ายการศึกษา อาคาร 2 ชั้น 3 ห้อง 301", "โครงการปี 2563", "ฝ่ายการศึกษา เลขที่ 173"]
)
def test_a_year_a_room_or_a_house_number_is_no_telephone(printed):
    assert parse_people(printed) == PeopleReading((), printed, None, None, None)


@pytest.mark.parametrize(
    ("printed", "unit", "position", "phone"),
    [
        ("ฝ่ายการศึกษา โทร. 7184", "ฝ่ายการศึกษา", None, "7184"), ("ฝ่ายการศึกษา", "ฝ่ายการศึกษา", None, None), ("สำนักงานเขตทดสอบ (โทร. 6822-3 )", "สำนักงานเขตทดสอบ", None, "6822-3"),
        ("กลุ่มงานแผนงาน / กองยุทธศาสตร์", "กลุ่มงานแผนงาน / กองยุทธศาสตร์", None, None), ("ศูนย์บริการสาธารณสุข 41 โทร 0 2249 0000", "ศูนย์บริการสาธารณสุข 41", None, "0 2249 0000"),
        ("ฝ่ายสิ่งแวดล้อมและสุขาภิบาล 3484", "ฝ่ายสิ่งแวดล้อมและสุขาภิบาล", None, "3484"), ("(นักจัดการงานทั่วไป โทร.5338)", None, "นักจัดการงานทั่วไป", "5338"),
        ("หัวหน้าฝ่ายการศึกษา โทร.7037", None, "หัวหน้าฝ่ายการศึกษา", "7037"), ("นายช่างโยธาชำนาญงาน 1234", None, "นายช่างโยธาชำนาญงาน", "1234"), ("โรงเรียนวัดทดสอบ", "โรงเรียนวัดทดสอบ", None, None),
        ("ฝ่ายการศึกษา (คุณก้อง) 7037", "ฝ่ายการศึกษา (คุณก้อง)", None, "7037"), ("ฝ่ายการศึกษา โทรสาร 7038", "ฝ่ายการศึกษา", None, None), ("นายแพทย์ชำนาญการ 7037", None, "นายแพทย์ชำนาญการ", "7037"),
        ("ผู้อำนวยการเขต 7037", None, "ผู้อำนวยการเขต", "7037"), ("ครูชำนาญการพิเศษ", None, "ครูชำนาญการพิเศษ", None), ("บริษัท ทดสอบ จำกัด", "บริษัท ทดสอบ จำกัด", None, None),
        ("", None, None, None), ("-", None, None, None), ("โทร.7037", None, None, "7037"), (".......", None, None, None), ("นาย", None, None, None),
    ],
)  # fmt: skip
def test_a_unit_or_position_in_place_of_a_person_is_no_person(printed, unit, position, phone):
    assert parse_people(printed) == PeopleReading((), unit, position, phone, None)


@pytest.mark.parametrize(
    ("printed", "position"),
    [
        ("นายก้อง ใจดี (นักจัดการงานทั่วไป โทร.5338)", "นักจัดการงานทั่วไป"), ("นายก้อง ใจดี นักวิชาการศึกษาชำนาญการ โทร.5338", "นักวิชาการศึกษาชำนาญการ"), ("นายก้อง ใจดี ตำแหน่ง นิติกร 5338", "นิติกร"),
        ("นายก้อง ใจดี หัวหน้าฝ่ายการศึกษา 5338", "หัวหน้าฝ่ายการศึกษา"), ("นายก้อง ใจดี ฝ่ายการศึกษา โทร 5338", "ฝ่ายการศึกษา"), ("หัวหน้าฝ่ายการศึกษา นายก้อง ใจดี 5338", "หัวหน้าฝ่ายการศึกษา"),
        ("ฝ่ายการศึกษา / นายก้อง ใจดี 5338", "ฝ่ายการศึกษา"), ("ฝ่ายการศึกษา (นายก้อง ใจดี โทร. 5338)", "ฝ่ายการศึกษา"), ("ฝ่ายการศึกษา (นายก้อง ใจดี) 5338", "ฝ่ายการศึกษา"),
        ("หัวหน้าฝ่ายการศึกษา (นายก้อง ใจดี) 5338", "หัวหน้าฝ่ายการศึกษา"), ("นายก้อง ใจดี ครูชำนาญการ 5338", "ครูชำนาญการ"), ("นายก้อง ใจดี (พี่ก้อง) 5338", None), ("นายก้อง ใจดี นายช่างโยธา 5338", "นายช่างโยธา"),
        ("นายก้อง ใจดี ห้อง 301 โทร. 5338", "ห้อง 301"), ("นายก้อง ใจดี อาคาร 2 ชั้น 3 โทร. 5338", "อาคาร 2 ชั้น 3"), ("นายก้อง ใจดี และคณะ 5338", "และคณะ"),
        ("นายก้อง ใจดี รักษาการหัวหน้าฝ่าย 5338", "รักษาการหัวหน้าฝ่าย"), ("นายก้อง ใจดี ผู้รับผิดชอบโครงการ 5338", "ผู้รับผิดชอบโครงการ"),
    ],
)  # fmt: skip
def test_a_position_beside_a_person_is_not_part_of_the_name(printed, position):
    reading = parse_people(printed)
    assert _brief(reading) == [("นาย", "ก้อง ใจดี")]
    assert (reading.position, reading.phone, reading.unit) == (position, "5338", None)


@pytest.mark.parametrize("phone", ["7O37", "70", "12345678", "0 2246 00", "7037-1", "081566", "0 2246 0000 ต่อ ต่อ 1"])
def test_an_unreadable_telephone_is_told_and_never_costs_the_name(phone):
    reading = parse_people(f"นางพิม งามตา โทร.{phone}")
    assert _brief(reading) == [("นาง", "พิม งามตา")]
    assert reading.phone == phone
    assert "expected" in reading.phone_problem
    assert parse_person(f"นางพิม งามตา โทร.{phone}") == Person("นาง", "พิม", "งามตา", ())


@pytest.mark.parametrize("printed", ["", "-", ".....", "(ไม่ได้ตั้ง)"])
def test_no_person_is_none(printed):
    assert parse_person(printed) is None


@pytest.mark.parametrize(
    "printed", ["ฝ่ายการศึกษา โทร. 7184", "นายก้อง ใจดี / นางสาวพิม งามตา", "(นักจัดการงานทั่วไป โทร.5338)", "7037", "นาย"]
)
def test_what_is_not_exactly_one_person_is_rejected(printed):
    with pytest.raises(ValueError, match="is not a person"):
        parse_person(printed)


first_names = st.sampled_from(
    ["ก้อง", "พิมพ์ใจ", "สาวิตรี", "นายิกา", "แพรวา", "เก่ง", "โอภาส", "ทองดี", "หญิง", "ไอริณ", "คล้ำ", "นภา"]
)
last_names = st.sampled_from(["ใจดี", "งามตา", "ปิ่นน้ำ", "นางาม", "ณ ทดสอบ", "สุขนายดี", "อ่อนน้อม"])


POSITIONS = ["", "", " หัวหน้าฝ่ายการศึกษา", " (นักจัดการงานทั่วไป)", " ตำแหน่ง นิติกร", " นายช่างโยธาชำนาญงาน"]
TELEPHONES = [
    "",
    " โทร.7037",
    " (7037)",
    " 7037",
    " โทร. ๗๐๓๗",
    " โทร : 7037",
    " เบอร์ 7037",
    " (โทร. 7037)",
    " / โทร.7037",
    "โทร.7037",
]


@st.composite
def printed_people(draw) -> tuple[str, Person]:
    """One of the ways to print a person, and the person."""
    printed, canonical = draw(st.sampled_from([*TITLES, *[("", None)] * 8, *[("นาง", "นาง"), ("นาย", "นาย")] * 8]))
    first, last = draw(first_names), draw(last_names)
    hyphen_free = draw(st.booleans())
    gap = " " if printed and draw(st.booleans()) else ""
    if first == "หญิง" and canonical not in (None, *CIVIL_TITLES):
        first = "ก้อง"  # ร.ต.หญิง is a title of its own
    if canonical is None and first == "สาวิตรี":
        first = "พิมพ์ใจ"
    position = draw(st.sampled_from(POSITIONS))
    if first == "หญิง" and canonical == "คุณ":
        position = ""  # คุณหญิง and two words are a คุณหญิง
    phone = draw(st.sampled_from(TELEPHONES))
    text = f"{printed}{gap}{first}{' ' if hyphen_free else '  '}{last}{position}{phone}"
    dress = draw(st.sampled_from(["{}", "{}", "** {} **", "- {}", "1. {}", "{} "]))
    return dress.format(text), Person(canonical, first, last, (Phone("7037", "short"),) if phone else ())


@settings(max_examples=600)
@given(printed_people())
def test_every_way_of_printing_a_person_reads_back(printed):
    text, person = printed
    assert parse_person(text) == person


@settings(max_examples=300)
@given(printed_people(), printed_people(), st.sampled_from([" / ", ", ", "; ", " และ ", " กับ ", "\n", " & "]))
def test_two_printed_people_read_back_in_their_order(one, other, between):
    titled = [person for _, person in (one, other) if person.title]
    if len(titled) == 2 or between not in (" และ ", " กับ ", " & ", "\n"):
        text = one[0].strip("*-1. ") + between + other[0].strip("*-1. ")
        assert list(parse_people(text).people) == [one[1], other[1]]


pieces = st.lists(st.sampled_from(["นาย", "นาง", "นางสาว", "น.ส.", "ว่าที่", "ร.ต.", "ดร.", "คุณ", "หญิง", "ก้อง", "ใจดี", "ฝ่าย", "หัวหน้า", " ", " ", "/", "(", ")", "โทร.", "ต่อ", "7037", "0 2246 0000", "-", ",", "๑", "ณ", "และ", ".", "\n", "Mr.", "Line", "@", "1.", "2)", "ครู", "ไม่มี", "โทรสาร", '"', "ั"]), max_size=12)  # fmt: skip


@settings(max_examples=600)
@given(st.one_of(pieces.map("".join), st.text(max_size=30)))
def test_no_text_makes_reading_people_fail_or_invent_letters(text):
    reading = parse_people(text)
    for person in reading.people:
        assert person.first
        assert set(person.name) <= {*normalize(text), " "}
    for parse in (parse_person, parse_phones):
        try:
            parse(text)
        except ValueError:
            continue


def test_a_very_long_text_is_no_person_and_stays_whole():
    text = "นายก้อง ใจดี " * 5000
    assert parse_people(text) == PeopleReading(unit=text.strip())
    with pytest.raises(ValueError, match="names no person"):
        parse_person(text)
