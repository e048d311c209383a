"""Report rows: any text inside them, any break, damaged and lost labels, none and hundreds."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from data.samples.generator.dump import Copy, copy_text
from data.samples.generator.facts import Report, invent_project
from tests.transform.reading import (
    FORM,
    PROJECT,
    STYLES,
    TITLE,
    assert_reads,
    document,
    only,
    printed,
    read_text,
    unread,
)
from transform.copies import split
from transform.passage import Passage, Segment
from transform.report_lines import read_usual_rows
from transform.reports import read_reports, read_rows_by_anchors

ROWS = """รายงานครั้งที่ 1\t:: 25/10/2562 : ลงพื้นที่
\t:: ความก้าวหน้าของงานฯ = 10.00 % งบประมาณที่เบิกใช้ (ครั้งที่ 1) = 1,250.50 บาท\t: เป็นไปตามแผน\t: เป็นไปตามเป้าหมาย"""


def rows(text: str) -> dict[str, str | None]:
    """What is read from section 2, by address."""
    segments = [Segment(1, n, 0, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    return {r.field: r.problem or r.value for r in read_reports(Passage(segments), "x").readings}


@pytest.mark.parametrize("style", [1, 2])
def test_the_short_cut_for_usual_rows_reads_what_the_anchors_read(style: int) -> None:
    for seed in range(60):
        layout = replace(STYLES[style - 1], thai_digits=bool(seed % 2))
        text = copy_text(Copy(invent_project(Random(seed)), layout))
        for copy in split(document(text), FORM).copies:
            (block,) = [b for b in copy.blocks if b.section is not None and b.section.id == "2"]
            usual = (read_usual_rows(block.passage, "x") or [None])[0]
            assert usual is not None
            anchored = read_rows_by_anchors(block.passage, "x")
            order = lambda r: (r.evidence.place, r.field)  # noqa: E731
            assert sorted(usual, key=order) == sorted(anchored.readings, key=order)
            assert anchored.consumed == {s[:2] for s in block.segments}


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        (" : ลงพื้นที่", " : ลง:พื้นที่"),
        ("25/10/2562", "31/2/2562"),
        ("1,250.50", "1,25"),
        ("= 10.00", "= 10,00"),
        ("\t:: ความ", "\n\t:: ความ\n"),
    ],
)
def test_the_short_cut_keeps_out_of_what_is_not_usual(what: str, instead: str) -> None:
    text = ROWS.replace(what, instead)
    segments = [Segment(1, n, 0, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    assert text != ROWS
    assert read_usual_rows(Passage(segments), "x") is None
    assert rows(text)["reports[1].seq"] == "1"


def test_a_row_is_read_into_seven_values() -> None:
    assert rows(ROWS) == {
        "reports[1].seq": "1", "reports[1].date": "2019-10-25", "reports[1].status_text": "ลงพื้นที่",
        "reports[1].progress_pct": "10.00", "reports[1].disbursed_baht": "1250.50",
        "reports[1].plan_status": "เป็นไปตามแผน", "reports[1].target_status": "เป็นไปตามเป้าหมาย", "reports": "1",
    }  # fmt: skip


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize(
    "status",
    [
        "ประชุม : ครั้งแรก", "ประชุม :: สรุป : ผล", "เวลา 09:30 น. : ประชุม", "ความก้าวหน้าของงานฯ = ดี", "26/10/2562 : ลงพื้นที่",
        "อัตราส่วน 1:2", "งบประมาณที่เบิกใช้ (ครั้งที่ 1) = 5 บาท แล้ว", "รายงานครั้งที่ 9 ยังไม่ส่ง", "ตามข้อ 3. ระเบียบฯ", "=", "a = b",
        "หน้า 3/12 ของเล่ม", "แบบแสดงรายการ", "เป็นไปตามแผน : เป็นไปตามเป้าหมาย",
    ],
)  # fmt: skip
def test_a_status_may_hold_the_signs_that_part_the_row(status: str, style: int) -> None:
    project = replace(PROJECT, reports=tuple(replace(r, status_text=status) for r in PROJECT.reports))
    if status != "=":
        assert_reads(printed(style, project), project)
    else:
        assert [r["date"] for r in only(printed(style, project))["reports"]] == [
            r.day.isoformat() for r in PROJECT.reports
        ]


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("gap", ["\n", f"\n\n{TITLE}\n\n", f"\n{TITLE}\nหน้า 2/3\n", f" {TITLE} "])
def test_a_row_may_be_broken_anywhere(gap: str, style: int) -> None:
    text = printed(style)
    first = text.index("รายงานครั้งที่ 2" if style == 1 else "รายงานครั้งที่2")
    row = text[first : text.index("รายงานครั้งที่", first + 5)]
    for n in range(len("รายงานครั้งที่ 2"), len(row)):
        inside_word = row[n - 1].strip() and row[n].strip()
        mark_follows = "\u0e31" <= row[n] <= "\u0e3a" or "\u0e47" <= row[n] <= "\u0e4e" or row[n] in "ะาำ"
        if mark_follows or (inside_word and row[n].isdigit()) or row[n - 1] in "เแโใไ":
            continue  # no printer breaks there
        assert_reads(text.replace(row, row[:n] + gap + row[n:]))


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 300])
def test_none_and_hundreds_of_rows(count: int, style: int) -> None:
    project = replace(PROJECT, reports=tuple(replace(PROJECT.reports[n % 5], seq=n + 1) for n in range(count)))
    assert_reads(printed(style, project), project)


def test_rows_keep_their_printed_order_and_a_number_printed_twice_is_two_rows() -> None:
    project = replace(
        PROJECT, reports=tuple(replace(r, seq=n) for r, n in zip(PROJECT.reports, (2, 1, 2, 4, 3), strict=True))
    )
    assert_reads(printed(1, project), project)


@pytest.mark.parametrize("style", [1, 2])
@pytest.mark.parametrize("label", ["รายงานครั้งที่", "ความก้าวหน้าของงานฯ", "งบประมาณที่เบิกใช้"])
def test_a_label_with_a_damaged_letter_is_still_that_label(label: str, style: int) -> None:
    text = printed(style)
    section = text.index("**2. ")
    for n, letter in enumerate(label):
        wrong = "ฅ" if "ก" <= letter <= "ฮ" else "๊"
        for damaged in (label[:n] + label[n + 1 :], label[:n] + wrong + label[n + 1 :]):
            assert_reads(text[:section] + text[section:].replace(label, damaged))


@pytest.mark.parametrize("style", [1, 2])
def test_a_row_whose_label_is_lost_never_mixes_with_the_row_above(style: int) -> None:
    text = re.sub(r"(?m)^รายงานครั้งที่ ?3", "", printed(style))
    found = only(text)["reports"]
    assert [r["seq"] for r in found] == [1, 2, 4, 5]
    for row in found:
        truth = PROJECT.reports[row["seq"] - 1]
        assert (row["date"], row["progress_pct"], row["status_text"]) == (
            truth.day.isoformat(),
            float(truth.progress_pct),
            truth.status_text,
        )
    assert len(unread(text)) == 2


def test_a_row_whose_label_and_colons_are_lost_never_mixes_with_the_row_above() -> None:
    text = re.sub(r"(?m)^รายงานครั้งที่ 3\t::", "xx", printed(1))
    rows_read = {r["seq"]: r for r in only(text)["reports"]}
    assert rows_read[2]["progress_pct"] == float(PROJECT.reports[1].progress_pct)
    assert rows_read[2]["disbursed_baht"] == float(PROJECT.reports[1].disbursed_baht)
    assert 3 not in rows_read


def test_the_first_line_of_a_row_printed_again_after_a_page_break_is_one_row() -> None:
    text = printed(1)
    line = next(each for each in text.split("\n") if each.startswith("รายงานครั้งที่ 3"))
    assert_reads(text.replace(line, f"{line}\n\n{TITLE}\n\n{line}"))


@pytest.mark.parametrize(
    ("printed_as", "field", "reading"),
    [
        ("25/10/2562", "date", "2019-10-25"), ("๒๕/๑๐/๒๕๖๒", "date", "2019-10-25"), ("2019-10-25", "date", "2019-10-25"),
        ("25 ต.ค. 62", "date", "2019-10-25"), ("25/10/2562 10:30", "date", "2019-10-25"), ("25-10-2562", "date", "2019-10-25"),
    ],
)  # fmt: skip
def test_the_date_of_a_row_in_every_form(printed_as: str, field: str, reading: str) -> None:
    found = rows(ROWS.replace("25/10/2562", printed_as))
    assert found[f"reports[1].{field}"] == reading
    assert found["reports[1].status_text"] == "ลงพื้นที่"


@pytest.mark.parametrize("damaged", ["31/2/2562", "25/10/2262", "25/13/2562"])
def test_an_impossible_date_is_a_problem_and_the_status_is_still_read(damaged: str) -> None:
    found = rows(ROWS.replace("25/10/2562", damaged))
    assert damaged in str(found["reports[1].date"])
    assert found["reports[1].status_text"] == "ลงพื้นที่"
    assert found["reports[1].progress_pct"] == "10.00"


@pytest.mark.parametrize(
    ("amount", "value"), [("0", "0.00"), ("๑,๒๕๐", "1250.00"), ("-", None), ("1,25", "problem"), ("1OO", "problem")]
)
def test_the_amount_of_a_row(amount: str, value: str | None) -> None:
    found = rows(ROWS.replace("1,250.50", amount)).get("reports[1].disbursed_baht")
    assert (amount in str(found)) if value == "problem" else found in (value, None if value is None else value)


def test_a_percent_that_is_impossible_is_kept_and_one_that_is_no_number_is_a_problem() -> None:
    project = replace(PROJECT, reports=(replace(PROJECT.reports[0], progress_pct=Decimal("-5.00")), replace(PROJECT.reports[1], progress_pct=Decimal("150.00"))))  # fmt: skip
    assert_reads(printed(1, project), project)
    assert "1O.00" in str(rows(ROWS.replace("10.00", "1O.00"))["reports[1].progress_pct"])


def test_a_row_without_its_second_line_is_incomplete_and_keeps_what_it_prints() -> None:
    assert rows(ROWS.split("\n")[0]) == {
        "reports[1].seq": "1", "reports[1].date": "2019-10-25", "reports[1].status_text": "ลงพื้นที่", "reports": "1",
    }  # fmt: skip


def test_a_further_colon_after_the_statuses_is_seen_in_the_target_status() -> None:
    assert rows(ROWS + "\t: หมายเหตุ")["reports[1].target_status"] == "เป็นไปตามเป้าหมาย : หมายเหตุ"


def test_unknown_status_words_are_kept_as_printed() -> None:
    project = replace(
        PROJECT, reports=(Report(1, PROJECT.reports[0].day, "ก", Decimal("1.00"), Decimal(0), "ระงับไว้", "รอประเมิน"),)
    )
    assert_reads(printed(1, project), project)


def test_text_above_the_first_row_is_unread() -> None:
    text = printed(1).replace("รายงานครั้งที่ 1\t", "ข้อความก่อนแถวแรก\nรายงานครั้งที่ 1\t")
    assert_reads(text, unread_lines=("ข้อความก่อนแถวแรก",))


def test_a_copy_that_ends_inside_the_last_status_is_cut() -> None:
    text = printed(1).rstrip()
    for lost in range(1, len("เป้าหมาย")):
        (copy,) = read_text(text[:-lost]).copies
        assert copy.is_truncated
        assert [r.field for r in copy.readings if r.is_cut and r.field != "reports"] == ["reports[5].target_status"]
