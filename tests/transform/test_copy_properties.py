"""What holds of copies whatever they print: their order, repeated printings, merging again, a copy that agrees."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.samples.generator.differences import differ_like_the_seed
from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.facts import invent_project
from tests.transform import reading
from tests.transform.forms import (
    CODE,
    REPORT,
    Bad,
    Cut,
    Printed,
    by_address,
    context,
    file_of,
    night_of,
    printed_copy,
    reports,
    sha,
)  # fmt: skip
from transform.identity import recognise
from transform.night import FileReading
from transform.reconcile import reconcile
from transform.records import CONFIDENCE_ORDER, FormCopy, Night
from transform.thai import squash

MISREAD, SIBLING = "50390000-9007", "50360000-9001"


class Printing(NamedTuple):
    """What one copy prints, whether it ends before the form does, and whether its certification is printed."""

    printed: Printed
    is_truncated: bool = False
    is_closed: bool = True

    @property
    def print_sha(self) -> str:
        return hashlib.sha256(repr((list(self.printed.items()), *self[1:])).encode()).hexdigest()[:16]


# a file: the number that its hash is made of, and its printings in order
File = tuple[int, tuple[Printing, ...]]


def copies_in(files: Sequence[File]) -> list[FormCopy]:
    return [
        replace(
            printed_copy(
                p.printed, ordinal, sha=sha(number), uri=f"inbox/{number}.txt", is_truncated=p.is_truncated,
                is_closed=p.is_closed,
            ),
            print_sha=p.print_sha,
        )
        for number, printings in files
        for ordinal, p in enumerate(printings, start=1)
    ]  # fmt: skip


def readings_of(files: Sequence[File]) -> list[FileReading]:
    return [file_of(copies_in([file])) for file in files]


# ---------------------------------------------------------------- copies that differ

NAMES = ["สมหญิง ธีระวุฒิมั่นคง", "สมหญิง อีระวุฒิมั่นคง", "สมหญิง ธีระวุฒิมั่นคน"]
RATIONALE = "ชุมชนต้องการที่อ่านหนังสือ ได้รับอนุญาตจากสำนักการศึกษาแล้ว และเด็กทุกคนอ่านหนังสือได้ภายใน 40 วัน"
CHANGES = {
    "fiscal_year_be": ["2562", Bad("25 63")],
    "project_name": ["พัฒนาห้องสมุดชมชน", "พัฒนาห้องสมุด ชุมชน"],
    "start_date": ["2019-10-11", Bad("1 ตุ 62")],
    "budget_received": ["190000.00", Bad("18O,000"), None],
    "budget_spent": ["30.00", "31.00", None],
    "agency_path[2]": ["ฝ่ายการศึกบา", None],
    "responsible.name": NAMES[1:],
    "responsible.phone": ["7001", None],
    "rationale": [
        RATIONALE.replace("สำนักการ", "สำนักงานการ"), RATIONALE.replace("ทุกคน", "ทุกดน"), RATIONALE.replace("40", "48"),
        RATIONALE.replace("ต้องการ", "ต้อง"),
    ],
    "objectives[1]": ["เพื่อส่งเสริมการอ่านของเดก", "เพื่อสงเสริมการอ่านของเด็กและครอบครัว"],
    "targets[1]": ["เด็กในชุมชน 48 คน เข้าใช้ห้องสมุด", "เด็กในชุมชน ๔๐ คน เข้าใช้ห้องสมุค"],
    "strategy.indicators[2]": ["ร้อยละของผู้ใช้ห้องสมุค"],
    "strategy.indicators[1].dimension": ["1", None],
    "reports[1].date": ["2019-10-26", Bad("25 ตุ 62")],
    "reports[2].status_text": ["รออนุญาตจากสำนักงานการศึกษา", "รออนุญาตจากสำนักการศึกษ"],
    "reports[2].progress_pct": ["28.00", Bad("2O.00")],
    "reports[2].disbursed_baht": ["29.00"],
}  # fmt: skip
ROWS = (
    ("1", REPORT | {"plan_status": "เป็นไปตามแผน"}),
    ("2", {"date": "2019-11-25", "status_text": "รออนุญาตจากสำนักการศึกษา", "progress_pct": "20.00", "disbursed_baht": "30.00"}),
    ("3", {"date": "2019-12-25", "status_text": "เปิดห้องสมุดแล้ว", "progress_pct": "30.00", "disbursed_baht": "30.00"}),
)  # fmt: skip
ITEMS = {
    "objectives": ["เพื่อส่งเสริมการอ่านของเด็ก", "เพื่อให้ครูมีสื่อการสอนเพียงพอ"],
    "targets": ["เด็กในชุมชน 40 คน เข้าใช้ห้องสมุด", "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการพัฒนาคุณภาพ"],
    "strategy.indicators": ["จำนวนหนังสือใหม่ที่จัดซื้อในปีงบประมาณ", "ร้อยละของผู้ใช้ห้องสมุด"],
}
# how a line wrap parts an item of a list
PIECES = {
    "targets": ("เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการ", "การพัฒนาคุณภาพ"),
    "strategy.indicators": ("จำนวนหนังสือใหม่ที่จัด", "ซื้อในปีงบประมาณ"),
}


def form(
    code: str, lists: Mapping[str, Sequence[str]], rows: Sequence[tuple[str, Mapping[str, str]]]
) -> dict[str, Any]:
    """A form with these lists and reports, as it is printed."""
    printed = {
        "project_name": "พัฒนาห้องสมุดชุมชน", "project_code": code, "fiscal_year_be": "2563", "start_date": "2019-10-01",
        "end_date": "2020-09-30", "budget_received": "180000.00", "budget_spent": "60.00",
        "agency_path[1]": "สำนักงานเขตวัฒนา", "agency_path[2]": "ฝ่ายการศึกษา", "responsible": "นางสมหญิง", "responsible.title": "นาง",
        "responsible.name": NAMES[0], "responsible.phone": "7000", "rationale": RATIONALE,
    }  # fmt: skip
    for base, items in lists.items():
        for n, text in enumerate(items, start=1):
            printed[f"{base}[{n}]"] = text
            if base == "strategy.indicators":
                printed[f"{base}[{n}].dimension"] = "2" if n == 1 else "3"
    return printed | reports(*rows)


WHOLE = form(CODE, ITEMS, ROWS)


@st.composite
def printings(draw: Any, codes: Sequence[str] = (CODE,)) -> Printing:
    """A form of one project with differences in some of its fields, perhaps cut at any place."""
    lists = {base: list(items) for base, items in ITEMS.items()}
    for base in draw(st.sets(st.sampled_from(sorted(ITEMS)), max_size=2)):
        how = draw(st.sampled_from(["split", "shorter", "other order"]))
        if how == "split" and base in PIECES:
            at = lists[base].index("".join(PIECES[base]).replace("การการ", "การ"))
            lists[base][at : at + 1] = PIECES[base]
        elif how == "shorter":
            del lists[base][draw(st.integers(0, 1))]
        else:
            lists[base].reverse()
    printed = form(draw(st.sampled_from(codes)), lists, ROWS[: draw(st.sampled_from([3, 3, 2, 1]))])
    for address in draw(st.sets(st.sampled_from(sorted(CHANGES)), max_size=5)):
        if address in printed:
            value = draw(st.sampled_from([*CHANGES[address], "nothing"]))
            printed[address] = value
            if value == "nothing":
                del printed[address]
    is_truncated = draw(st.integers(0, 4)) == 0
    if is_truncated:
        kept = list(printed.items())[: draw(st.integers(9, len(printed)))]
        address, last = kept[-1]
        printed = dict(kept[:-1]) | ({address: Cut(last)} if isinstance(last, str) else {})
    return Printing(printed, is_truncated, not is_truncated and draw(st.integers(0, 2)) > 0)


@st.composite
def deliveries(draw: Any, codes: Sequence[str] = (CODE,), most: int = 4) -> list[File]:
    """One to four printings in one to three files, some of them printed twice."""
    pool = draw(st.lists(printings(codes), min_size=1, max_size=most))
    numbers = draw(st.permutations([2, 4, 6]))
    files: dict[int, list[Printing]] = {}
    for n, one in enumerate(pool):
        files.setdefault(numbers[draw(st.integers(0, min(n, 2)))], []).append(one)
    return [(number, tuple(own)) for number, own in files.items()]


def decided(night: Night) -> dict[tuple[str, str], tuple[str | None, str]]:
    """(project, address) → value and confidence."""
    return {(d.project_code, x.field): (x.value, x.confidence) for d in night.deliveries for x in d.decisions}


def weaker(before: Night, after: Night) -> list[tuple[str, str]]:
    """Places whose value changed, appeared or vanished, or of which less is sure."""
    one, two = decided(before), decided(after)
    rank = CONFIDENCE_ORDER.index
    return sorted(
        place
        for place in one | two
        if place not in one
        or place not in two
        or one[place][0] != two[place][0]
        or rank(two[place][1]) > rank(one[place][1])
    )


# ---------------------------------------------------------------- order


@settings(max_examples=40, deadline=None)
@given(deliveries((CODE, CODE, MISREAD, SIBLING)), st.randoms(use_true_random=False))
def test_any_order_of_files_and_copies_gives_the_identical_night(files, random):
    found = readings_of(files)
    night = night_of(*found)
    shuffled = [replace(f, copies=tuple(random.sample(f.copies, len(f.copies)))) for f in found]
    assert night_of(*random.sample(shuffled, len(shuffled))) == night


@settings(max_examples=40, deadline=None)
@given(deliveries((CODE, CODE, MISREAD, SIBLING)), st.permutations([1, 3, 5]))
def test_the_hashes_and_names_of_the_files_change_no_value(files, numbers):
    renamed = [(numbers[n], own) for n, (_, own) in enumerate(files)]
    assert decided(night_of(*readings_of(renamed))) == decided(night_of(*readings_of(files)))


# ---------------------------------------------------------------- one printing, delivered again


@settings(max_examples=70, deadline=None)
@given(deliveries((CODE, CODE, CODE, MISREAD, SIBLING)), st.integers(0, 11), st.sampled_from([None, 1, 7]))
def test_an_identical_copy_changes_no_value_and_lowers_no_confidence(files, which, new_file):
    """`new_file`: the number its hash is made of, None for the end of its own file."""
    owner, own = files[which % len(files)]
    again = own[which % len(own)]
    if new_file is None:
        added = [(number, (*held, again) if number == owner else held) for number, held in files]
    else:
        added = [*files, (new_file, (again,))]
    before, after = night_of(*readings_of(files)), night_of(*readings_of(added))
    assert weaker(before, after) == []
    assert len(after.copies) == len(before.copies) + 1


@settings(max_examples=40, deadline=None)
@given(deliveries(), st.integers(2, 4))
def test_a_copy_delivered_many_times_has_one_voice(files, times):
    number, own = files[0]
    added = [(number, (*own, *(own[:1] * times))), *files[1:]]
    assert weaker(night_of(*readings_of(files)), night_of(*readings_of(added))) == []


# ---------------------------------------------------------------- merging again


@settings(max_examples=50, deadline=None)
@given(deliveries())
def test_reconciling_a_delivery_again_gives_the_same_delivery(files):
    once = reconcile(copies_in(files), context())
    assert reconcile(once.copies, context()) == once


@settings(max_examples=50, deadline=None)
@given(deliveries((CODE, CODE, MISREAD, SIBLING)))
def test_recognising_and_reconciling_a_night_again_gives_the_same_night(files):
    """A night that is decided again is decided on what its copies were stored as."""
    night = night_of(*readings_of(files))
    stored = [file_of([c for c in night.copies if c.source_sha256 == sha(number)]) for number, _ in files]
    assert night_of(*stored) == night
    recognised = recognise(night.copies, reading.registers())
    assert recognise(recognised, reading.registers()) == recognised


# ---------------------------------------------------------------- a copy that agrees


@settings(max_examples=70, deadline=None)
@given(deliveries(most=2), st.integers(1, 7))
def test_a_third_copy_that_agrees_with_every_chosen_value_lowers_no_confidence(files, number):
    before = reconcile(copies_in(files), context())
    chosen = {d.field: d.value for d in before.decisions if d.field != "reports"}
    for key in before.report_addresses:
        chosen.setdefault(f"{key}.seq", key[8:-1].split("#")[0])
    agreeing = replace(printed_copy(chosen, 9, sha=sha(number)), print_sha=Printing(chosen).print_sha)
    after = by_address(reconcile([*copies_in(files), agreeing], context()))
    lowered = {}
    for decision in before.decisions:
        now = after[decision.field]
        rank = CONFIDENCE_ORDER.index
        if squash(now.value or "") != squash(decision.value or "") or rank(now.confidence) > rank(decision.confidence):
            lowered[decision.field] = (decision.value, decision.confidence, now.value, now.confidence)
    assert lowered == {}


# ---------------------------------------------------------------- the first copy is followed, wherever it is delivered


@pytest.mark.parametrize("new_file", [1, 3, 5])
def test_of_two_codes_printed_once_the_same_one_is_followed_when_its_rival_is_delivered_again(new_file):
    one, two = (Printing({**WHOLE, "project_code": code}) for code in (MISREAD, CODE))
    files: list[File] = [(2, (one,)), (4, (two,))]
    before = night_of(*readings_of(files))
    for again in (one, two):
        assert weaker(before, night_of(*readings_of([*files, (new_file, (again,))]))) == []


def test_of_two_codes_printed_once_the_same_one_is_followed_once_a_copy_is_known_to_be_cut():
    """A copy without its end and with fewer reports than another is cut: that is known only after recognising."""
    short = {a: v for a, v in WHOLE.items() if not a.startswith("reports[3]")}
    files: list[File] = [
        (2, (Printing({**short, "project_code": MISREAD}, is_closed=False), Printing(WHOLE, is_closed=False)))
    ]
    night = night_of(*readings_of(files))
    assert [c.is_truncated for c in night.copies] == [True, False]
    assert night_of(file_of(list(night.copies))) == night


def test_what_stands_beside_a_piece_of_an_indicator_stays_with_it():
    split = {
        **WHOLE, "strategy.indicators[1]": PIECES["strategy.indicators"][0], "strategy.indicators[2]": PIECES["strategy.indicators"][1],
        "strategy.indicators[2].dimension": "4", "strategy.indicators[3]": ITEMS["strategy.indicators"][1],
        "strategy.indicators[3].dimension": "3",
    }  # fmt: skip
    once = reconcile(copies_in([(2, (Printing(WHOLE), Printing(split)))]), context())
    assert reconcile(once.copies, context()) == once
    decisions = by_address(once)
    assert [r.value for r in decisions["strategy.indicators[1].dimension"].readings] == ["2", "2", "4"]
    assert [r.value for r in decisions["strategy.indicators[2].dimension"].readings] == ["3", "3"]


# ---------------------------------------------------------------- as dumps print it


def dump_of(seed: int, order: str, **cut: Any) -> FileReading:
    """A dump that holds copies A and B of one project, which differ, in this order; B may be cut."""
    project = invent_project(Random(seed))
    (one, _), (two, _) = differ_like_the_seed(project, Random(seed))
    copies = {"A": Copy(one, STYLE_1), "B": Copy(two, replace(STYLE_2, **cut))}
    return reading.read_text(dump_text([copies[name] for name in order]), f"{order}.txt")


@pytest.mark.parametrize("cut_at", [None, 2500])
@pytest.mark.parametrize("seed", range(6))
def test_a_dump_that_prints_a_copy_once_more_at_its_end_gives_the_same_values(seed, cut_at):
    before = reading.night_of(dump_of(seed, "AB", cut_at=cut_at))
    assert len(before.deliveries) == 1
    assert any(d.is_conflict for d in before.deliveries[0].decisions)
    for order in ("ABB", "ABA", "ABAB"):
        after = reading.night_of(dump_of(seed, order, cut_at=cut_at))
        assert len({c.print_sha for c in after.copies}) == 2
        assert weaker(before, after) == []


@pytest.mark.parametrize("seed", range(3))
def test_copies_of_a_dump_delivered_again_in_dumps_of_their_own_give_the_same_values(seed):
    together = reading.night_of(dump_of(seed, "AB"))
    again = reading.night_of(dump_of(seed, "AB"), dump_of(seed, "B"), dump_of(seed, "A"), dump_of(seed, "BB"))
    assert weaker(together, again) == []
    assert reading.night_of(dump_of(seed, "BB"), dump_of(seed, "A"), dump_of(seed, "B"), dump_of(seed, "AB")) == again
