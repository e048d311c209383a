"""Telephones: internal extensions, landlines and mobiles, ranges and extensions; a fax is no telephone.

All numbers here are invented.
"""

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.people import Phone, parse_people, parse_phones
from transform.thai import to_arabic_digits

PHONES = [
    ("7037", [Phone("7037", "short")]), ("โทร.7037", [Phone("7037", "short")]), ("โทร. ๗๐๓๗", [Phone("7037", "short")]), ("199", [Phone("199", "short")]), ("(3027)", [Phone("3027", "short")]),
    ("6822-3", [Phone("6822", "short", "6823")]), ("6227-8", [Phone("6227", "short", "6228")]), ("5636-5638", [Phone("5636", "short", "5638")]), ("5884,5885", [Phone("5884", "short"), Phone("5885", "short")]),
    ("(โทร. 6822-3 )", [Phone("6822", "short", "6823")]), ("5884 หรือ 5885", [Phone("5884", "short"), Phone("5885", "short")]), ("0800000051", [Phone("0800000051", "mobile")]), ("08 0000 0053", [Phone("0800000053", "mobile")]),
    ("081-000-0051", [Phone("0810000051", "mobile")]), ("020000943", [Phone("020000943", "landline")]), ("02 245 0043-7", [Phone("022450043", "landline", "022450047")]), ("0 2200 2749", [Phone("022002749", "landline")]),
    ("02-2450-043", [Phone("022450043", "landline")]), ("(02) 245 0043", [Phone("022450043", "landline")]), ("0 2035 0061 ต่อ3", [Phone("020350061", "landline", None, "3")]), ("0 2246 0000 ต่อ 3121", [Phone("022460000", "landline", None, "3121")]),
    ("0 2200 2968-69 ต่อ 1519", [Phone("022002968", "landline", "022002969", "1519")]), ("โทร./โทรสาร 0 2281 0065 หรือ 6417-8", [Phone("022810065", "landline"), Phone("6417", "short", "6418")]),
    ("+66 2 245 0043", [Phone("022450043", "landline")]), ("+66810000051", [Phone("0810000051", "mobile")]), ("+66-81-000-0051", [Phone("0810000051", "mobile")]), ("7037, 08 0000 0053", [Phone("7037", "short"), Phone("0800000053", "mobile")]),
    ("7037,", [Phone("7037", "short")]), ("โทร. 7037 โทรสาร 7038", [Phone("7037", "short")]), ("", []), ("-", []), ("โทร.", []), ("โทร. -", []), (".....", []),
    ("โทร. 7184", [Phone("7184", "short")]), ("โทร 6610", [Phone("6610", "short")]), ("3484", [Phone("3484", "short")]),
    ("โทร.5884,5885", [Phone("5884", "short"), Phone("5885", "short")]), ("/ โทร.6718", [Phone("6718", "short")]),
    ("0810000051", [Phone("0810000051", "mobile")]), ("08 0000 0053", [Phone("0800000053", "mobile")]),
    ("020000943", [Phone("020000943", "landline")]), ("02 245 0043-7", [Phone("022450043", "landline", "022450047")]),
    ("0 2200 2749", [Phone("022002749", "landline")]), ("0 2035 0061 ต่อ3", [Phone("020350061", "landline", None, "3")]),
    ("โทร./โทรสาร 0 2281 0065 หรือ 6417-8", [Phone("022810065", "landline"), Phone("6417", "short", "6418")]),
    ("๐ ๒๒๘๑ ๐๐๖๕", [Phone("022810065", "landline")]), ("โทร: 7037", [Phone("7037", "short")]), ("โทร : 7037", [Phone("7037", "short")]),
    ("โทรศัพท์ 7037", [Phone("7037", "short")]), ("โทรศัพท์ : 0 2281 0065", [Phone("022810065", "landline")]),
    ("เบอร์โทร 7037", [Phone("7037", "short")]), ("เบอร์โทรศัพท์ 0810000051", [Phone("0810000051", "mobile")]),
    ("เบอร์ 7037", [Phone("7037", "short")]), ("หมายเลขโทรศัพท์ 0 2281 0065", [Phone("022810065", "landline")]),
    ("หมายเลข 7037", [Phone("7037", "short")]), ("โทร.ภายใน 7037", [Phone("7037", "short")]), ("ภายใน 7037", [Phone("7037", "short")]),
    ("โทรศัพท์ภายใน 7037", [Phone("7037", "short")]), ("มือถือ 0810000051", [Phone("0810000051", "mobile")]),
    ("โทรศัพท์มือถือ 081-000-0051", [Phone("0810000051", "mobile")]), ("โทรศัพท์เคลื่อนที่ 081-000-0051", [Phone("0810000051", "mobile")]),
    ("Tel. 02-281-0065", [Phone("022810065", "landline")]), ("TEL 7037", [Phone("7037", "short")]), ("tel: 7037", [Phone("7037", "short")]),
    ("Mobile 081 000 0051", [Phone("0810000051", "mobile")]), ("02-281-0065", [Phone("022810065", "landline")]),
    ("02-2810065", [Phone("022810065", "landline")]), ("0-2281-0065", [Phone("022810065", "landline")]),
    ("(02) 281 0065", [Phone("022810065", "landline")]), ("(02)2810065", [Phone("022810065", "landline")]),
    ("02.281.0065", [Phone("022810065", "landline")]), ("02 2810065", [Phone("022810065", "landline")]),
    ("0-2281-0065-9", [Phone("022810065", "landline", "022810069")]), ("0 2281 0065-69", [Phone("022810065", "landline", "022810069")]),
    ("0-2281-0065 - 9", [Phone("022810065", "landline", "022810069")]), ("0-2281-0065 ถึง 9", [Phone("022810065", "landline", "022810069")]),
    ("02-281-0065, 02-281-0066", [Phone("022810065", "landline"), Phone("022810066", "landline")]),
    ("02-281-0065/02-281-0066", [Phone("022810065", "landline"), Phone("022810066", "landline")]),
    ("022810065 , 7037", [Phone("022810065", "landline"), Phone("7037", "short")]),
    ("02-281-0065 หรือ 7037", [Phone("022810065", "landline"), Phone("7037", "short")]), ("053-123456", [Phone("053123456", "landline")]),
    ("0 5312 3456", [Phone("053123456", "landline")]), ("038 123 456", [Phone("038123456", "landline")]),
    ("0 2281 0065 ต่อ 1519", [Phone("022810065", "landline", None, "1519")]),
    ("0 2281 0065 ต่อ. 1519", [Phone("022810065", "landline", None, "1519")]), ("0 2281 0065 #1519", [Phone("022810065", "landline", None, "1519")]),
    ("0 2281 0065 ext. 1519", [Phone("022810065", "landline", None, "1519")]),
    ("0 2281 0065 ext 1519", [Phone("022810065", "landline", None, "1519")]),
    ("0 2281 0065 Ext.1519", [Phone("022810065", "landline", None, "1519")]), ("0 2281 0065 กด 0", [Phone("022810065", "landline", None, "0")]),
    ("0 2281 0065 ต่อ 1519-20", [Phone("022810065", "landline", None, "1519-20")]),
    ("0 2281 0065 ต่อภายใน 1519", [Phone("022810065", "landline", None, "1519")]),
    ("0 2281 0065-9 ต่อ 1519", [Phone("022810065", "landline", "022810069", "1519")]),
    ("0 2281 0065 ต่อ 1519, 1520", [Phone("022810065", "landline", None, "1519"), Phone("022810065", "landline", None, "1520")]),
    ("0 2281 0065 ต่อ 3 หรือ 4", [Phone("022810065", "landline", None, "3"), Phone("022810065", "landline", None, "4")]),
    ("0 2281 0065 (ต่อ 1519)", [Phone("022810065", "landline", None, "1519")]), ("1111 กด 2", [Phone("1111", "short", None, "2")]),
    ("+66 2 281 0065", [Phone("022810065", "landline")]), ("+6622810065", [Phone("022810065", "landline")]),
    ("+66 81 000 0051", [Phone("0810000051", "mobile")]), ("+66(0)81 000 0051", [Phone("0810000051", "mobile")]),
    ("+66 (0) 2 281 0065", [Phone("022810065", "landline")]), ("+66-2-281-0065", [Phone("022810065", "landline")]),
    ("0066 2 281 0065", [Phone("022810065", "landline")]), ("(+66) 81 000 0051", [Phone("0810000051", "mobile")]),
    ("+66 0810000051", [Phone("0810000051", "mobile")]), ("081-000-0051", [Phone("0810000051", "mobile")]),
    ("081 000 0051", [Phone("0810000051", "mobile")]), ("08-1000-0051", [Phone("0810000051", "mobile")]),
    ("08 1000 0051", [Phone("0810000051", "mobile")]), ("081-0000051", [Phone("0810000051", "mobile")]),
    ("0 8100 0005 1", [Phone("0810000051", "mobile")]), ("061 234 5678", [Phone("0612345678", "mobile")]),
    ("091-234-5678", [Phone("0912345678", "mobile")]), ("081.000.0051", [Phone("0810000051", "mobile")]),
    ("081-000-0051, 089-000-0001", [Phone("0810000051", "mobile"), Phone("0890000001", "mobile")]), ("โทรสาร/โทร. 7038", [Phone("7038", "short")]),
    ("0 2281 0065 ภายใน 1519", [Phone("022810065", "landline", None, "1519")]), ("0810000051 (มือถือ)", [Phone("0810000051", "mobile")]),
    ("โทรสาร 0 2281 0065", []), ("Fax 7038", []), ("โทร.7037 Fax 7038", [Phone("7037", "short")]),
    ("โทร. 7037 แฟกซ์ 7038", [Phone("7037", "short")]), ("โทร. 7037/โทรสาร 7038", [Phone("7037", "short")]),
    ("โทรสาร 7038 โทร. 7037", [Phone("7037", "short")]), ("Fax. 7038 โทร. 7037", [Phone("7037", "short")]),
    ("โทร. 7037, 7038 โทรสาร 7039", [Phone("7037", "short"), Phone("7038", "short")]),
    ("โทร. 7037 , โทรสาร 7038 , มือถือ 0810000051", [Phone("7037", "short"), Phone("0810000051", "mobile")]),
    ("โทรศัพท์/โทรสาร 0 2281 0065", [Phone("022810065", "landline")]), ("โทร/แฟกซ์ 7037", [Phone("7037", "short")]),
    ("โทรศัพท์และโทรสาร 0 2281 0065", [Phone("022810065", "landline")]), ("7037 (โทรสาร 7038)", [Phone("7037", "short")]),
    ("7037-7040", [Phone("7037", "short", "7040")]), ("7037-40", [Phone("7037", "short", "7040")]), ("7037 - 40", [Phone("7037", "short", "7040")]),
    ("7037–40", [Phone("7037", "short", "7040")]), ("7037 ถึง 7040", [Phone("7037", "short", "7040")]),
    ("7037,7038,7039", [Phone("7037", "short"), Phone("7038", "short"), Phone("7039", "short")]),
    ("7037/7038", [Phone("7037", "short"), Phone("7038", "short")]), ("7037 และ 7038", [Phone("7037", "short"), Phone("7038", "short")]),
    ("7037 หรือ 7038", [Phone("7037", "short"), Phone("7038", "short")]), ("6822-3, 7037", [Phone("6822", "short", "6823"), Phone("7037", "short")]),
    ("191", [Phone("191", "short")]), ("1555", [Phone("1555", "short")]), ("12345", [Phone("12345", "short")]), ("....", []), ("โทร. ....", []),
    ("โทร. ไม่มี", []), ("()", []),
]  # fmt: skip


@pytest.mark.parametrize(("printed", "phones"), PHONES)
def test_a_printed_telephone_is_this_number(printed, phones):
    assert parse_phones(printed) == phones


@pytest.mark.parametrize("printed", ["70", "7O37", "123456", "0037", "0 2246 00", "02245004312345", "7037-1", "7037-7037", "abc", "นายก้อง", "ต่อ 12", "0800000", "7037 7038", "0 2246 0000 ต่อ x", "โทร. 7037 โทรสาร นายก้อง", "โทรสาร 70", "โทรสาร ก้อง 7038",
    "01 234 5678", "²²²²",
    "T. 7037", "0 2281 0065 ต่อ", "66810000051", "+65 8123 4567", "+1 202 555 0100", "7037 กับ 7038", "7", "037", "1234567", "22810065", "281-0065",
    "02281006", "0228100655", "081000005", "08100000511", "703l", "7037-7030", "5884,5", "5884,86", "6822/3", "02-281-0065/6", "70-37", "7 0 3 7",
    "7,037", "0 2281 39", "02 xxx xxxx", "โทร. ?", "ไม่ทราบ", "081-000-005x", "1-800-123-456", "7037.5", "7037 ต่อ", "+66", "000", "0000000000",
    "ต่อ 1519", "02-281-0065-0064",
])  # fmt: skip
def test_what_is_no_telephone_is_rejected_with_its_text(printed):
    with pytest.raises(ValueError, match="is not a telephone number") as error:
        parse_phones(printed)
    assert printed in str(error.value)
    assert "expected" in str(error.value)


@given(
    st.integers(0, 10**8 - 1),
    st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "โทร. {0} {1} {2}", "({0}) {1}-{2}"]),
)
def test_every_way_of_printing_a_mobile_number_reads_back(number, shape):
    digits = f"08{number:08}"
    assert parse_phones(shape.format(digits[:3], digits[3:6], digits[6:])) == [Phone(digits, "mobile")]


@given(st.integers(1000, 9989), st.integers(1, 9))
def test_a_range_of_extensions_reads_back_with_its_last_number_short_or_whole(number, length):
    last = number + length
    expected = [Phone(str(number), "short", str(last))]
    assert parse_phones(f"{number}-{last}") == expected
    if number // 10 == last // 10:
        assert parse_phones(f"{number}-{last % 10}") == expected


LABELS = ["", "", "โทร.", "โทร. ", "โทร ", "โทรศัพท์ ", "โทร : ", "Tel. ", "เบอร์โทร ", "โทรศัพท์ภายใน ", "หมายเลขโทรศัพท์ "]
TO_THAI = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@st.composite
def printed_phone(draw) -> tuple[str, Phone]:
    """One of the ways to print a number with its range and extension, and the number."""
    kind = draw(st.sampled_from(["short", "landline", "mobile"]))
    if kind == "short":
        digits = str(draw(st.integers(100, 99_999)))
        text = digits
    elif kind == "landline":
        digits = f"0{draw(st.sampled_from('23457'))}{draw(st.integers(0, 10**7 - 1)):07}"
        text = draw(
            st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "({0}) {1}-{2}", "{0}-{1}{2}", "{0}.{1}.{2}"])
        )
        text = text.format(digits[:2], digits[2:5], digits[5:])
        text = draw(st.sampled_from([text, f"0 {digits[1:5]} {digits[5:]}", f"0-{digits[1:5]}-{digits[5:]}", f"+66 {digits[1]} {digits[2:]}", f"+66{digits[1:]}", f"+66 (0) {digits[1:]}"]))  # fmt: skip
    else:
        digits = f"0{draw(st.sampled_from('689'))}{draw(st.integers(0, 10**8 - 1)):08}"
        text = draw(st.sampled_from(["{0}{1}{2}", "{0} {1} {2}", "{0}-{1}-{2}", "({0}) {1} {2}", "{0}-{1}{2}"]))
        text = text.format(digits[:3], digits[3:6], digits[6:])
        text = draw(st.sampled_from([text, f"{digits[:2]} {digits[2:6]} {digits[6:]}", f"+66 {digits[1:3]} {digits[3:6]} {digits[6:]}", f"+66-{digits[1:]}"]))  # fmt: skip
    to = ext = None
    if kind != "mobile" and int(digits[-1]) < 9 and draw(st.booleans()):
        to = digits[:-1] + str(draw(st.integers(int(digits[-1]) + 1, 9)))
        tail = draw(st.sampled_from([to[-1], to[-2:], to]))
        text += draw(st.sampled_from(["-", " - ", "–", " ถึง "])) + tail
    if kind == "landline" and draw(st.booleans()):
        ext = str(draw(st.integers(1, 9999)))
        text += draw(st.sampled_from([" ต่อ ", " ต่อ", " ext. ", " #", " กด ", " ต่อภายใน ", " ภายใน "])) + ext
    return text, Phone(digits, kind, to, ext)


@st.composite
def printed_phones(draw) -> tuple[str, list[Phone]]:
    """One to three numbers, with their label, and now and then a fax behind them."""
    found = draw(st.lists(printed_phone(), min_size=1, max_size=3))
    text = found[0][0]
    for (_, before), (printed, phone) in pairwise(found):
        sure = before.ext is None or phone.kind != "short"  # a short one behind an extension is another one
        text += (draw(st.sampled_from([", ", "/", " หรือ ", " และ ", ",", "; "])) if sure else ", โทร. ") + printed
    text = draw(st.sampled_from(LABELS)) + text + draw(st.sampled_from(["", "", " โทรสาร 7038", ", Fax 7038"]))
    text = text.translate(TO_THAI) if draw(st.booleans()) else text
    return draw(st.sampled_from([text, f"({text})", f"{text},"])), [phone for _, phone in found]


@settings(max_examples=600)
@given(printed_phones())
def test_every_way_of_printing_telephones_reads_back(printed):
    text, phones = printed
    assert parse_phones(text) == phones


@settings(max_examples=300)
@given(printed_phones())
def test_telephones_behind_a_name_are_the_persons(printed):
    text, phones = printed
    if re.match(r"[^0-9๐-๙]*[0-9๐-๙]{3}", text) or "โทร" in text[:6]:
        reading = parse_people(f"นางพิม งามตา {text}")
        assert [(person.title, person.name) for person in reading.people] == [("นาง", "พิม งามตา")]
        assert list(reading.people[0].phones) == phones
        assert reading.phone_problem is None


def test_the_numbers_behind_one_extension_are_extensions_of_the_same_number():
    assert parse_phones("0 2246 0000 ต่อ 3121, 3122-3") == [
        Phone("022460000", "landline", None, "3121"),
        Phone("022460000", "landline", None, "3122-3"),
    ]


pieces = st.lists(st.sampled_from(["โทร.", "โทรสาร", "Fax", "มือถือ", "เบอร์", "ภายใน", "ต่อ", "ext.", "#", "หรือ", "และ", "ถึง", " ", "-", ",", "/", "(", ")", "+66", "0", "02", "081", "7037", "246", "0000", "๑", "ไม่มี", "."]), max_size=12)  # fmt: skip


def _refusal(text: str) -> str | None:
    """What the error says, None where the text is read."""
    try:
        found = parse_phones(text)
    except ValueError as error:
        return str(error)
    digits = to_arabic_digits(text)
    for phone in found:
        assert phone.number.isascii()
        assert phone.number.isdecimal()
        assert phone.number.lstrip("0")[-2:] in "".join(sign for sign in digits if sign.isdecimal())
    return None


@settings(max_examples=500)
@given(st.one_of(pieces.map("".join), st.text(max_size=30)))
def test_no_text_makes_reading_telephones_fail_otherwise_than_by_value_error(text):
    refusal = _refusal(text)
    assert refusal is None or (text[:80] in refusal and "expected" in refusal)
