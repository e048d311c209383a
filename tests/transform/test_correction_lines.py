"""Lines of corrections.csv: what they may say about values and about copies, and what they may not leave open."""

from __future__ import annotations

import pytest

from transform.registers import read_registers

HEAD = "project_code,field,printed,right,reason,who,when\n"
COPY = "0123456789abcdef-2"
PLACED = f"{COPY},project_code,5O39OOOO-9001,50390000-9001,ตรวจต้นฉบับ,ผู้ตรวจ,2026-01-05\n"
VALUE = "50390000-9001,project_name,ก,ข,ตรวจต้นฉบับ,ผู้ตรวจ,2026-01-05\n"


def corrections(*lines: str):
    return read_registers({"corrections.csv": HEAD + "".join(lines)})


def test_a_line_knows_where_it_stands():
    long = '50390000-9001,rationale,"ก\nข",ค,เหตุ,ผู้ตรวจ,2026-01-05\n'
    assert [c.line for c in corrections(VALUE, "\n", long, PLACED).corrections] == [2, 5, 6]


def test_a_copy_is_placed_by_its_id():
    registers = corrections(PLACED.replace("50390000-9001", "๕๐๓๙๐๐๐๐–๙๐๐๑"), VALUE)
    assert registers.assigned_copies == {COPY: "50390000-9001"}
    assert corrections(VALUE).assigned_copies == {}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((PLACED.replace("project_code", "project_name", 1),), "line 2: a line about a copy says its project_code"),
        ((PLACED.replace("50390000-9001", "5039"),), "line 2: project_code: '5039' is not a project code"),
        ((PLACED.replace("50390000-9001", "-"),), "is not a project code"),
        ((PLACED.replace(COPY, "0123-2"),), "line 2: '0123-2' is no project code; expected 8 digits, a dash and 4 digits, or the id of a copy"),
        ((PLACED, PLACED.replace("5O39OOOO-9001", "-").replace("50390000-9001", "50390000-9002")), "lines 2 and 3: '50390000-9001' and '50390000-9002' cannot both"),
        ((VALUE.replace("ข,", "?,"),), "line 2: right is '?'; write what is meant there"),
        ((VALUE.replace("ข,", "ข\ufffd,"),), "line 2: right is 'ข\ufffd'"),
        ((VALUE, VALUE.replace("ก,ข", "ข,ก")), "lines 2 and 3: 'ข' and 'ก' cannot both be right"),
        ((VALUE, VALUE.replace("ผู้ตรวจ", "")), "line 3: the column who is empty"),
    ],
)  # fmt: skip
def test_an_unfinished_or_contradictory_line_is_refused(lines, said):
    with pytest.raises(ValueError, match="data/reference/corrections") as refused:
        corrections(*lines)
    assert said in str(refused.value)


def test_a_value_may_be_confirmed_as_it_is_printed():
    assert len(corrections(VALUE.replace("ก,ข", "ก,ก"), VALUE.replace("ก,ข", "ค,ก")).corrections) == 2
