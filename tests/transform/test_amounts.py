"""Money and progress: exact decimals as printed, nothing is never zero, doubtful digits are rejected."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from transform.amounts import parse_baht, parse_number_words, parse_percent

BAHT = [
    ("180,000 บาท", "180000"), ("180,000", "180000"), ("180000", "180000"), ("180,000บาท", "180000"), ("180,000.00 บาท", "180000.00"), ("180,000.5", "180000.5"),
    ("๑๘๐,๐๐๐ บาท", "180000"), ("๑๘๐,๐00", "180000"), ("180，000", "180000"), ("180,000 บาท", "180000"), ("180,000\xa0บาท", "180000"), ("1,234,567.\u200b50", "1234567.50"),
    ("80,900", "80900"), ("0", "0"), ("0 บาท", "0"), ("0.00 บาท", "0.00"), ("0.00", "0.00"), ("0.-", "0"), ("๐ บาท", "0"), ("0.0000", "0.00"),
    ("5,000.-", "5000"), ("5,000.- บาท", "5000"), ("5,000 .-", "5000"), ("5,000 บาทถ้วน", "5000"), ("5,000 บาท (ถ้วน)", "5000"), ("5,000 บาท(ถ้วน)", "5000"), ("5,000 บ.", "5000"),
    ("฿5,000", "5000"), ("฿ 5,000.25", "5000.25"), ("5,000 ฿", "5000"), ("5,000 THB", "5000"), ("จำนวน 5,000 บาท", "5000"), ("เป็นเงิน 5,000 บาท", "5000"), ("จำนวนเงิน 5,000 บาท", "5000"),
    ("987,650.25", "987650.25"), ("100.0000", "100.00"), ("12.500", "12.50"), ("9,999,999,999,999,999.99", "9999999999999999.99"), ("999", "999"), ("1,000", "1000"),
    ("1.5 ล้านบาท", "1500000"), ("1.5 ล้าน", "1500000"), ("๑.๕ ล้านบาท", "1500000"), ("2 แสนบาท", "200000"), ("3 หมื่น", "30000"), ("5 พันบาท", "5000"), ("1.2345678 ล้านบาท", "1234567.8"),
    ("1.23456789 ล้านบาท", "1234567.89"), ("2 พันล้านบาท", "2000000000"), ("1.25 หมื่นล้านบาท", "12500000000"), ("0 ล้านบาท", "0"), ("1,250 ล้านบาท", "1250000000"),
    ("100 บาท 50 สตางค์", "100.50"), ("100 บาท 5 สตางค์", "100.05"),
    ("(5,000)", "-5000"), ("(5,000) บาท", "-5000"), ("(5,000.50)", "-5000.50"), ("-5,000", "-5000"), ("−5,000 บาท", "-5000"), ("-0", "0"), ("(0)", "0"), ("-฿5,000", "-5000"),
    ("หนึ่งแสนแปดหมื่นบาทถ้วน", "180000"), ("(หนึ่งแสนแปดหมื่นบาทถ้วน)", "180000"), ("หนึ่งแสนแปดหมื่นบาท", "180000"), ("ศูนย์บาท", "0"), ("หนึ่งร้อยบาทห้าสิบสตางค์", "100.50"), ("ห้าสิบสตางค์", "0.50"),
    ("หนึ่งล้าน สองแสน บาทถ้วน", "1200000"), ("ร้อยบาท", "100"), ("สามสิบสอง", "32"), ("180,000 บาท (หนึ่งแสนแปดหมื่นบาทถ้วน)", "180000"), ("180,000.- บาท (หนึ่งแสนแปดหมื่นบาทถ้วน)", "180000"),
    ("หนึ่งแสนแปดหมื่นบาทถ้วน (180,000 บาท)", "180000"), ("100.50 บาท (หนึ่งร้อยบาทห้าสิบสตางค์)", "100.50"), ("180,000 (หนึ่งแสนแปดหมื่นบาทถ้วน)", "180000"), ("** 180,000 บาท **", "180000"),
]  # fmt: skip
NO_AMOUNT = ["", " ", "-", "–", "- บาท", "– บาท", "-บาท", "....... บาท", "….", ".....", "ไม่ใช้งบประมาณ", "ไม่ใช้งบ", "ไม่ได้ใช้งบประมาณ", "ไม่มี", "ไม่มีงบประมาณ", "ไม่ระบุ", "(ไม่ได้ตั้ง)",
             "**** ไม่ใช้งบประมาณ ****", "ไม่ขอใช้งบประมาณ", "ไม่มีค่าใช้จ่าย"]  # fmt: skip
NOT_BAHT = [
    "1,80,000", "180,00", "18,0000", "1800,000", ",180", "180,", "1OO,OOO", "18O,000", "l80,000", "180 000", "180 000 บาท", "1 80,000", "180.000.000", "180,000.", ".50", "007", "0,180",
    "180,000 บาท 90,000 บาท", "180,000 / 90,000", "180,000-200,000", "180,000 ? 200,000", "ประมาณ 180,000", "180,000 ดอลลาร์", "180,000 x", "บาท", "ถ้วน", "100 บาท 100 สตางค์", "100.50 บาท 50 สตางค์",
    "180,000 บาท (หนึ่งแสนเจ็ดหมื่นบาทถ้วน)", "180,000 บาท (แปดหมื่น)", "หนึ่งแสนบาท (180,000 บาท)", "180,000 บาท (ยี่ร้อยบาท)", "0.005", "1,234.567", "1.234567891 ล้านบาท", "10000000000000000",
    "10,000,000,000,000,000", "100,000 แสนล้านล้าน", "99,999,999,999 ล้านบาท", "1e5", "1e308", "NaN", "nan", "inf", "Infinity", "-inf", "+5,000", "- 5,000 บาท", "(-5,000)", "--5", "5,000-", "(5,000", "5,000)", "๕,๐๐O",
    "ยี่ร้อยบาท", "ลบหนึ่งบาท", "เอ็ดบาท", "หนึ่งร้อยบาทหนึ่งร้อยสตางค์", "บาทถ้วน", "หนึ่งบาทสอง", "0x10", "²", "٣", "1_000", "180,000 %", "?", "1,000,00,000", "9" * 5000,
]  # fmt: skip


@pytest.mark.parametrize(("printed", "baht"), BAHT)
def test_a_printed_amount_is_this_many_baht(printed, baht):
    found = parse_baht(printed)
    assert isinstance(found, Decimal)
    assert str(found) == baht


@pytest.mark.parametrize("printed", NO_AMOUNT)
def test_no_amount_is_none_and_never_zero(printed):
    assert parse_baht(printed) is None


@pytest.mark.parametrize("printed", NOT_BAHT, ids=lambda text: text[:30])
def test_what_is_not_surely_an_amount_is_rejected_with_its_text(printed):
    with pytest.raises(ValueError, match="is not an amount") as error:
        parse_baht(printed)
    assert printed[:80] in str(error.value)
    assert "expected" in str(error.value)


money = st.decimals(
    min_value=0, max_value=Decimal("9999999999999999.99"), places=2, allow_nan=False, allow_infinity=False
)
thai_digits = str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙")


@given(
    money,
    st.sampled_from(["{:,}", "{:,} บาท", "{}", "{} บาท", "{:,} บาทถ้วน", "฿{:,}", "{:,}.-"]),
    st.booleans(),
    st.booleans(),
)
def test_every_way_of_printing_an_amount_reads_back(value, shape, thai, negative):
    if shape.endswith(".-"):
        value = value // 1
    text = shape.format(value)
    text = text.translate(thai_digits) if thai else text
    assert parse_baht("-" + text if negative else text) == (-value if negative else value)


DIGIT_WORDS = ["", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"]


def _words(number: int) -> str:
    """The official spelling, written the other way round from the parser."""
    if number == 0:
        return "ศูนย์"
    if number >= 10**6:
        return _words(number // 10**6) + "ล้าน" + (_words(number % 10**6) if number % 10**6 else "").replace("ศูนย์", "")
    spelled = ""
    for scale, name in ((10**5, "แสน"), (10**4, "หมื่น"), (1000, "พัน"), (100, "ร้อย")):
        if number // scale:
            spelled += DIGIT_WORDS[number // scale] + name
        number %= scale
    tens, ones = divmod(number, 10)
    spelled += {0: "", 1: "สิบ", 2: "ยี่สิบ"}.get(tens, DIGIT_WORDS[tens] + "สิบ")
    return spelled + ("เอ็ด" if ones == 1 and tens else DIGIT_WORDS[ones])


@settings(max_examples=300)
@given(st.one_of(st.integers(0, 200), st.integers(0, 10**16 - 1)))
def test_every_number_in_words_reads_back(number):
    assert parse_number_words(_words(number)) == number
    assert parse_baht(_words(number) + "บาทถ้วน") == number
    assert parse_baht(f"{number:,} บาท ({_words(number)}บาทถ้วน)") == number


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_digits_and_words_that_differ_are_rejected(number, other):
    if number != other:
        with pytest.raises(ValueError, match="digits and words differ"):
            parse_baht(f"{number:,} บาท ({_words(other)}บาทถ้วน)")


@pytest.mark.parametrize(
    ("words", "number"),
    [("หนึ่งร้อยเอ็ด", 101), ("หนึ่งร้อยหนึ่ง", 101), ("สิบเอ็ด", 11), ("สิบล้าน", 10**7), ("หนึ่งล้านเอ็ด", 1_000_001), ("หนึ่งล้านล้าน", 10**12), ("ยี่สิบพัน", 20_000), ("สิบสองพันห้าร้อย", 12_500),
     ("ห้าสิบ", 50), ("แสน", 100_000), ("สามสิบสอง", 32), ("หนึ่งแสน แปดหมื่น", 180_000), ("หนึ่งหมื่นหนึ่งพันหนึ่งร้อยสิบเอ็ด", 11_111)],
)  # fmt: skip
def test_number_words_mean_this_number(words, number):
    assert parse_number_words(words) == number


@pytest.mark.parametrize(
    "words",
    [
        "",
        "-",
        "ลบ",
        "ลบหนึ่ง",
        "ยี่",
        "ยี่ร้อย",
        "เอ็ด",
        "สิบสิบ",
        "ร้อยสิบล้านแสน",
        "พันหนึ่งแสน",
        "ศูนย์ล้าน",
        "หนึ่งจุดห้า",
        "180",
        "หนึ่งสอง",
        "ล้านล้านล้านx",
        "บาท",
        "หนึ่งร้อยยี่",
        "ศูนย์หนึ่ง",
    ],
)
def test_words_that_are_no_number_are_rejected(words):
    with pytest.raises(ValueError, match="is not a number in words"):
        parse_number_words(words)


PERCENT = [
    ("10.00 %", "10.00"), ("10.00", "10.00"), ("10.00%", "10.00"), ("90 %", "90"), ("๙๐%", "90"), ("๙๐.๕๐ %", "90.50"), ("ร้อยละ 90.00", "90.00"), ("ร้อยละ90", "90"), ("100", "100"), ("100.0000", "100.00"),
    ("61.20", "61.20"), ("5", "5"), ("0.00", "0.00"), ("0", "0"), ("83.50", "83.50"), ("90 เปอร์เซ็นต์", "90"), ("90 เปอร์เซนต์", "90"), ("120.00 %", "120.00"), ("-5", "-5"), ("−5.00 %", "-5.00"), ("-0.00", "0.00"),
    ("999999", "999999"), ("10．00 ％", "10.00"), ("1407.52", "1407.52"), ("ร้อยละ 90.00 %", "90.00"),
]  # fmt: skip
NOT_PERCENT = [
    "10,00",
    "1,000",
    "10.005",
    "1e308",
    "1e2",
    "NaN",
    "inf",
    "1O",
    "10 20",
    "10/20",
    "10.00 บาท",
    "%",
    "ร้อยละ",
    "10%%",
    "- 5",
    "(5)",
    "+5",
    "05",
    "10.",
    ".5",
    "ประมาณ 10",
    "10 – 20 %",
    "1000000",
    "10.00.00",
    "?",
    "สิบ",
    "²",
]


@pytest.mark.parametrize(("printed", "percent"), PERCENT)
def test_a_printed_percentage_is_this_number_even_when_impossible(printed, percent):
    assert str(parse_percent(printed)) == percent


@pytest.mark.parametrize("printed", ["", "-", "- %", "–%", ".....", "..... %", "ร้อยละ .....", "…", " \xa0"])
def test_no_percentage_is_none_and_never_zero(printed):
    assert parse_percent(printed) is None


@pytest.mark.parametrize("printed", NOT_PERCENT)
def test_what_is_not_surely_a_percentage_is_rejected_with_its_text(printed):
    with pytest.raises(ValueError, match="is not a percentage") as error:
        parse_percent(printed)
    assert printed in str(error.value)


@given(st.decimals(-999999, 999999, places=2), st.sampled_from(["{}", "{} %", "{}%", "ร้อยละ {}"]), st.booleans())
def test_every_way_of_printing_a_percentage_reads_back(value, shape, thai):
    text = shape.format(value)
    assert parse_percent(text.translate(thai_digits) if thai else text) == value


pieces = st.lists(st.sampled_from([*"0123456789๐๕,.-()% ?฿*", "บาท", "ถ้วน", "ล้าน", "แสน", "สิบ", "หนึ่ง", "เอ็ด", "ยี่", "สตางค์", "ร้อยละ", "ไม่", "งบประมาณ", "²", "٣", "e", "\n"]), max_size=14)  # fmt: skip


@settings(max_examples=500)
@given(st.one_of(pieces.map("".join), st.text(max_size=30)))
def test_no_text_makes_a_parser_fail_otherwise_than_by_value_error(text):
    for parse in (parse_baht, parse_percent, parse_number_words):
        try:
            found = parse(text)
        except ValueError:
            continue
        assert found is None or abs(found) < 10**16 or parse is parse_number_words
        if isinstance(found, Decimal):
            assert found.is_finite()
            assert -2 <= found.as_tuple().exponent <= 0
