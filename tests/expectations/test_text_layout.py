"""Thai in the columns of a terminal."""

from hypothesis import given
from hypothesis import strategies as st

from expectations.text_layout import columns, reflow

LETTERS = st.text(alphabet="กขคงจเแโใไาะำิีุู่้์ๆฯ 0123456789“”()%-·•abc", max_size=300)


@given(LETTERS, st.integers(24, 80))
def test_every_line_ends_before_the_margin_and_nothing_is_lost(text, width):
    said = reflow(text, width)
    assert "".join(said.split()) == "".join(text.split())
    for line in said.split("\n"):
        # only what may not be parted at all may stand beyond it
        assert columns(line) <= width or set(line.strip()[1:]) <= set("ๆะาำฯ”)%,.:;- •·“(เแโใไิีุู่้์0123456789")


def test_a_line_that_is_broken_stands_below_its_text():
    text = "  1. " + "คำ ยาว " * 30
    first, *rest = reflow(text, 40).split("\n")
    assert first.startswith("  1. คำ")
    assert rest
    assert all(line.startswith("     ") and not line.startswith("      ") for line in rest)


def test_a_place_an_amount_and_a_day_are_not_parted():
    for held in ("หน้า 1", "บรรทัด 35–41", "180,000 บาท", "28 พ.ย. 2569", "สำเนาที่ 2"):
        for width in range(24, 60):
            assert held in reflow(f"ข้อความนำหน้ายาวพอสมควร {held} แล้วจึงมีข้อความต่อท้าย", width)


def test_a_long_word_is_parted_before_a_leading_vowel_and_never_before_a_mark():
    for line in reflow("กรุงเทพมหานครเมืองน่าอยู่โครงการใหญ่ไพศาล" * 4, 30).split("\n")[1:]:
        assert line[0] in "เแโใไ"
