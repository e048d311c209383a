"""Ready-made lines: every reading that could be right has one, the register takes it, and it decides the value."""

from __future__ import annotations

import csv
from io import StringIO

import pytest
from hypothesis import given as holds_for
from hypothesis import strategies as st

from tests.transform.forms import CODE, FORM, Bad, Lost, between, context, told
from tests.transform.test_corrections import LONG, SHORT
from transform.correction_lines import TO_FILL_IN
from transform.proposals import Difference, Line, differences
from transform.records import OCR, Decision
from transform.registers import Registers, read_registers
from transform.thai import squash

HEAD = "project_code,field,printed,right,reason,who,when\n"


def found(decision: Decision) -> tuple[Difference, ...]:
    field = FORM.field_of(decision.field)
    return differences(CODE, decision.field, field, decision.readings, decision.value)


def pasted(*lines: Line, who: str = "ผู้ตรวจ") -> Registers:
    """The registers after a person has pasted lines and signed them."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows((*line, "ตรวจกับต้นฉบับ", who, "2026-01-05") for line in lines)
    return read_registers({"corrections.csv": HEAD + text.getvalue()})


CASES = [
    ("budget_received", ("180000.00", "190000.00")),
    ("start_date", ("2019-10-01", "2019-10-07")),
    ("coordinator.name", ("กวินภพ วงค์ตะวัน", "กวินภพ วงศ์ตะวัน")),
    ("coordinator.phone", ("1500", "1508")),
    ("project_name", ("พัฒนาห้องสมุด, ชุมชน", "พัฒนาหอสมุด, ชุมชน", "พัฒนาห้อง สมุน ชุมชน")),
    ("rationale", (LONG, SHORT)),
    ("rationale", (LONG, SHORT, LONG.replace("ดูแลการจัด", "ดูแลกานจัด"))),
    ("rationale", (f"{LONG}\n{LONG}", f"{LONG}\n{SHORT}")),
    ("targets[1]", ("เด็กในชุมชน 40 คน เข้าใช้", "เด็กในชุมชน 48 คน เข้าใช้")),
    ("reports[1].progress_pct", ("10.00", "16.00")),
]


@pytest.mark.parametrize(("address", "values"), CASES)
def test_each_reading_has_its_lines_and_they_decide_for_it(address, values):
    contested = between(address, *values)
    [difference] = found(contested)
    assert [len(o.readings) for o in difference.options] == [1] * len(values)
    assert [o.is_used for o in difference.options] == [squash(v) == squash(contested.value or "") for v in values]
    for option, value in zip(difference.options, values, strict=True):
        decision = between(address, *values, given=context(pasted(*option.lines)))
        assert (squash(decision.value or ""), decision.rule, decision.confidence) == (
            squash(value),
            "correction",
            "resolved",
        )


def test_every_difference_of_a_long_text_is_decided_by_itself():
    other = SHORT.replace("หลังเลิกเรียน", "ยามว่าง")
    contested = between("rationale", LONG, other)
    first, second = found(contested)
    assert (first.kind, second.kind) == ("missing", "wording")
    assert "ดูแลการจัด" in first.options[0].text
    assert all(len(line.right) < 60 for d in (first, second) for o in d.options for line in o.lines)
    lines = (*first.options[0].lines, *second.options[1].lines)
    decision = between("rationale", LONG, other, given=context(pasted(*lines)))
    assert told(decision) == (LONG.replace("หลังเลิกเรียน", "ยามว่าง"), "correction", "resolved")
    one = between("rationale", LONG, other, given=context(pasted(*first.options[0].lines)))
    assert one.confidence == "contested"


def test_both_ways_cannot_be_pasted():
    [difference] = found(between("budget_received", "180000.00", "190000.00"))
    with pytest.raises(ValueError, match=r"lines 2 and 3: .* cannot both be right; keep one of the lines"):
        pasted(*(line for option in difference.options for line in option.lines))


def test_a_line_that_nobody_signed_is_refused():
    [difference] = found(between("budget_received", "180000.00", "190000.00"))
    with pytest.raises(ValueError, match="line 2: the column who is empty"):
        pasted(*difference.options[0].lines, who="")


@pytest.mark.parametrize(
    ("address", "value", "kind", "right"),
    [
        ("budget_received", Bad("18O,OOO"), "no_value", TO_FILL_IN),
        ("project_name", Lost("พัฒนา\ufffdองสมุด"), "lost_letters", "พัฒนา\ufffdองสมุด"),
    ],
)
def test_what_nobody_can_know_is_left_to_be_filled_in(address, value, kind, right):
    [difference] = found(between(address, value, value))
    [option] = difference.options
    [line] = option.lines
    assert (difference.kind, line.printed, line.right) == (kind, value.raw, right)
    with pytest.raises(ValueError, match="write what is meant there"):
        pasted(line)
    good = pasted(line._replace(right="180,000" if kind == "no_value" else "พัฒนาห้องสมุด"))
    assert between(address, value, value, given=context(good)).confidence == "resolved"


def test_a_value_from_pictures_can_be_confirmed():
    decision = between("budget_received", "180000.00")
    pictured = [r._replace(doubt=OCR) for r in decision.readings]
    [difference] = differences(CODE, decision.field, FORM.field_of(decision.field), pictured, decision.value)
    [option] = difference.options
    assert (difference.kind, [line.right for line in option.lines]) == ("picture", ["180000.00"])


def test_what_another_reader_sees_can_be_right_too():
    decision = between("budget_received", "180000.00")
    doubted = [r._replace(doubt="second reader: 130,000.00 บาท") for r in decision.readings]
    [difference] = differences(CODE, decision.field, FORM.field_of(decision.field), doubted, decision.value)
    assert [line.right for line in difference.options[0].lines] == ["180000.00", "130000.00"]


def test_what_cannot_be_corrected_has_no_line():
    [difference] = found(between("project_code", CODE, CODE))
    assert [option.lines for option in difference.options] == [()]


WORDS = st.lists(
    st.sampled_from(["จัด", "การจัด", "งาน", "สำนักงาน", "สำนัก", "เขต", " ", "ชุมชน", "ให้", "\n", "12"]), max_size=20
)


@holds_for(WORDS, WORDS, WORDS)
def test_the_lines_of_one_side_give_that_side(before, middle, after):
    start = "โครงการนี้จัดขึ้นเพื่อให้ประชาชนทุกคนในพื้นที่ได้เข้าถึงบริการของสำนักงานอย่างทั่วถึงตลอดปี"
    texts = [start + "".join([*before, *part, *after]) + "จบ" for part in (middle, ["ที่"])]
    contested = between("rationale", *texts)
    if contested.confidence != "contested":
        return
    for side in (0, 1):
        lines = []
        for difference in found(contested):
            own = [o for o in difference.options if contested.readings[side] in o.readings]
            assert len(own) == 1
            lines += own[0].lines
        decision = between("rationale", *texts, given=context(pasted(*lines)))
        assert decision.confidence == "resolved"
        assert squash(decision.value or "") == squash(contested.readings[side].value or "")
