"""Lines of corrections.csv that cannot be used are set aside with the reason; all others count, where they stand."""

from __future__ import annotations

import pytest

from transform.refused_lines import usable
from transform.registers import read_registers

HEAD = "project_code,field,printed,right,reason,who,when\n"
GOOD = "50390000-9001,budget_spent,0 บาท,5 บาท,ตรวจกับต้นฉบับ,ผู้ตรวจ,2026-11-28\n"
UNSIGNED = "50390000-9001,project_name,ก,ข,,,2026-11-28\n"
TWO_ROWS = '50390000-9001,rationale,"ก\nข","ก ค",ตรวจแล้ว,ผู้ตรวจ,2026-11-28\n'


def read(text: str) -> tuple[list[int], list[int]]:
    """Numbers of the lines that are used, and of those that are not."""
    files, refused = usable({"corrections.csv": text})
    return [c.line for c in read_registers(files).corrections], [r.line for r in refused]


def test_an_unfinished_line_is_set_aside_and_the_others_keep_their_numbers() -> None:
    assert read(HEAD + UNSIGNED + GOOD) == ([3], [2])
    assert read(HEAD + TWO_ROWS + UNSIGNED + GOOD) == ([3, 5], [4])


@pytest.mark.parametrize(
    "line",
    [
        UNSIGNED,
        "50390000-9001,no_such_field,ก,ข,เหตุผล,ผู้ตรวจ,2026-11-28\n",
        "50390000-9001,budget_spent,0 บาท,มาก,เหตุผล,ผู้ตรวจ,2026-11-28\n",
        "5039,budget_spent,0 บาท,5 บาท,เหตุผล,ผู้ตรวจ,2026-11-28\n",
        "too,few\n",
        "a,b,c,d,e,f,g,h,i\n",
        '50390000-9001,budget_spent,"0 บาท,5 บาท,เหตุผล,ผู้ตรวจ,2026-11-28\n',
    ],
)
def test_a_line_that_cannot_be_used_stops_nothing(line: str) -> None:
    assert read(HEAD + GOOD + line) == ([2], [3])
    _, (refused,) = usable({"corrections.csv": HEAD + GOOD + line})
    assert "data/reference/corrections.csv line" in refused.reason


def test_a_quote_that_is_not_closed_takes_no_line_behind_it_along() -> None:
    open_quote = '50390000-9001,budget_spent,"0 บาท,5 บาท,เหตุผล,ผู้ตรวจ,2026-11-28\n'
    assert read(HEAD + open_quote + GOOD + UNSIGNED) == ([3], [2, 4])


def test_of_two_lines_that_contradict_each_other_neither_counts() -> None:
    one = "50390000-9001,project_name,ก,ข,เหตุผล,ผู้ตรวจ,2026-11-28\n"
    other = "50390000-9001,project_name,ข,ก,เหตุผล,ผู้ตรวจ,2026-11-28\n"
    assert read(HEAD + one + GOOD + other) == ([3], [2, 4])


def test_a_file_without_faults_stays_as_it_is() -> None:
    files = {"corrections.csv": HEAD + GOOD, "departments.csv": "name,note\n"}
    assert usable(files) == (files, ())
    assert usable({}) == ({}, ())
