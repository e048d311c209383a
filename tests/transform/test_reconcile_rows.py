"""Copies of one delivery → decisions: parts of one value, report rows, identity; and what always holds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import (
    CODE,
    NIGHT,
    PLAIN,
    REGISTERS,
    REPORT,
    Bad,
    Cut,
    Lost,
    by_address,
    conflicts,
    context,
    copies_of,
    correction,
    decided,
    file_of,
    night_of,
    printed_copy,
    reports,
    sha,
    told,
)  # fmt: skip
from transform.reconcile import reconcile
from transform.records import CONFIDENCE_ORDER, OCR, SECOND_READER, Delivery, FormCopy
from transform.registers import Registers
from transform.thai import squash

# ---------------------------------------------------------------- parts of one printed value


def test_paths_of_different_lengths_show_the_part_one_copy_lacks():
    longer = {**PLAIN, "agency_path[3]": "ฝ่ายการศึกษา"}
    decisions = decided(PLAIN, longer)
    assert told(decisions["agency_path[3]"]) == ("ฝ่ายการศึกษา", "only_well_formed", "resolved")
    assert conflicts(decisions) == {"agency_path[3]"}


def test_a_path_cut_by_the_end_of_its_copy_lacks_nothing():
    cut = {**PLAIN, "agency_path[2]": Cut("ฝ่ายการ")}
    assert conflicts(decided(cut, PLAIN)) == set()


def person(
    base: str, name: str | None, phone: str | None = None, title: str | None = "นาย", unit: str | None = None
) -> dict[str, Any]:
    whole = " ".join(t for t in (name, unit, phone) if t) or None
    parts = {
        base: whole,
        f"{base}.title": title if name else None,
        f"{base}.name": name,
        f"{base}.unit": unit,
        f"{base}.phone": phone,
    }
    return {k: v for k, v in parts.items() if k == base or v is not None}


def test_a_telephone_that_one_copy_leaves_out_shows_and_the_whole_is_that_of_the_chosen_parts():
    decisions = decided(
        {**PLAIN, **person("responsible", "กล้า ใจดี")}, {**PLAIN, **person("responsible", "กล้า ใจดี", "7001")}
    )
    assert told(decisions["responsible.phone"]) == ("7001", "only_well_formed", "resolved")
    assert told(decisions["responsible"]) == ("กล้า ใจดี 7001", "parts", "resolved")
    assert conflicts(decisions) == {"responsible.phone"}


def test_a_person_beside_a_placeholder_is_one_visible_difference():
    decisions = decided({**PLAIN, **person("coordinator", None)}, {**PLAIN, **person("coordinator", "กล้า ใจดี", "7001")})
    assert told(decisions["coordinator"]) == ("กล้า ใจดี 7001", "only_well_formed", "resolved")
    assert told(decisions["coordinator.name"]) == ("กล้า ใจดี", "single", "single")
    assert conflicts(decisions) == {"coordinator"}


def test_a_unit_in_place_of_a_person_is_never_mixed_with_the_person():
    unit, name = person("responsible", None, "7001", unit="ฝ่ายการศึกษา"), person("responsible", "กล้า ใจดี", "7002")
    decisions = decided({**PLAIN, **unit}, {**PLAIN, **name})
    assert told(decisions["responsible"]) == ("ฝ่ายการศึกษา 7001", "first_complete_copy", "contested")
    assert "responsible.name" not in decisions
    assert decisions["responsible.phone"].value == "7001"
    decisions = decided({**PLAIN, **unit}, {**PLAIN, **name}, {**PLAIN, **name})
    assert told(decisions["responsible"]) == ("กล้า ใจดี 7002", "text_majority", "resolved")
    assert "responsible.unit" not in decisions


def test_two_people_in_one_copy_and_one_in_the_other_are_a_visible_difference():
    one = person("responsible", "กล้า ใจดี", "7001")
    two = {
        **person("responsible", "กล้า ใจดี", "7001"),
        "responsible": "กล้า ใจดี, แก้ว ใจงาม 7001",
        "responsible.name[2]": "แก้ว ใจงาม",
    }
    decisions = decided({**PLAIN, **one}, {**PLAIN, **two})
    assert conflicts(decisions) == {"responsible"}
    assert decisions["responsible"].confidence == "contested"


def test_each_of_several_people_is_decided_by_himself():
    two = {
        **person("responsible", "กล้า ใจดี"),
        "responsible": "กล้า ใจดี, สมหญิง อีระวุฒิมั่นคง",
        "responsible.name[2]": "สมหญิง อีระวุฒิมั่นคง",
    }
    other = {**two, "responsible": "กล้า ใจดี, สมหญิง ธีระวุฒิมั่นคง", "responsible.name[2]": "สมหญิง ธีระวุฒิมั่นคง"}
    decisions = decided({**PLAIN, **two}, {**PLAIN, **other})
    assert told(decisions["responsible.name[2]"]) == ("สมหญิง ธีระวุฒิมั่นคง", "name_statistics", "resolved")
    assert decisions["responsible"].value == other["responsible"]


# ---------------------------------------------------------------- report rows


def dated(day: int) -> dict[str, str]:
    return REPORT | {"date": f"2019-11-{day:02}", "status_text": f"ทำงานวันที่ {day}"}


def rows_form(*rows: tuple[str, dict[str, str]]) -> dict[str, Any]:
    return {**{k: v for k, v in PLAIN.items() if not k.startswith("reports")}, **reports(*rows)}


def test_complete_copies_with_different_rows_are_a_visible_conflict_and_no_row_is_lost():
    one, two = (
        rows_form(("1", dated(1)), ("2", dated(2)), ("4", dated(4))),
        rows_form(("1", dated(1)), ("3", dated(3)), ("4", dated(4))),
    )
    for order in ((one, two), (two, one)):
        delivery = reconcile(copies_of(*order), context())
        decision = by_address(delivery)["reports"]
        assert delivery.report_addresses == ("reports[1]", "reports[2]", "reports[3]", "reports[4]")
        assert told(decision) == ("1,2,3,4", "most_rows", "contested")
        assert set(decision.alternatives) == {"1,2,4", "1,3,4"}


def test_a_complete_copy_with_fewer_rows_is_a_conflict_that_the_fullest_copy_decides():
    fewer, more = rows_form(("1", dated(1))), rows_form(("1", dated(1)), ("2", dated(2)))
    assert told(decided(fewer, more)["reports"]) == ("1,2", "most_rows", "resolved")
    none = rows_form()
    assert decided(none, more)["reports"].alternatives == ("", "1,2")


def test_a_truncated_copy_says_nothing_about_rows_it_lacks_but_its_rows_exist():
    cut = printed_copy(rows_form(("1", dated(1)), ("2", dated(2))), 1, is_truncated=True)
    fewer = printed_copy(rows_form(("1", dated(1))), 2)
    more = printed_copy(rows_form(("1", dated(1)), ("2", dated(2)), ("3", dated(3))), 2)
    assert not by_address(reconcile([cut, more], context()))["reports"].is_conflict
    decision = by_address(reconcile([cut, fewer], context()))["reports"]
    assert (decision.value, decision.alternatives) == ("1,2", ("1", "1,2,…"))


def test_a_row_number_cut_by_the_end_of_its_copy_is_no_row():
    printed = {**rows_form(("1", dated(1)), ("2", dated(2))), "reports[1#2].seq": Cut("รายงานครั้งที่ 1")}
    delivery = reconcile([printed_copy(printed, is_truncated=True)], context())
    assert delivery.report_addresses == ("reports[1]", "reports[2]")


def test_rows_of_one_number_in_different_orders_are_compared_with_their_likes():
    one = rows_form(("3", dated(5)), ("3#2", dated(9)))
    two = rows_form(("3", dated(9)), ("3#2", dated(5)))
    decisions = decided(one, two)
    assert [decisions[f"reports[{k}].date"].value for k in ("3", "3#2")] == ["2019-11-05", "2019-11-09"]
    assert conflicts(decisions) == {"reports"}
    assert decisions["reports"].alternatives == ("3,3#2", "3#2,3")


def test_the_only_row_of_a_number_is_compared_with_the_one_of_two_that_it_is():
    decisions = decided(rows_form(("3", dated(5)), ("3#2", dated(9))), rows_form(("3", dated(9))))
    assert decisions["reports[3#2].date"].confidence == "agreed"
    assert told(decisions["reports[3].date"]) == ("2019-11-05", "single", "single")
    assert conflicts(decisions) == {"reports"}


def test_a_third_copy_of_repeated_rows_agrees_with_the_others():
    form = rows_form(("3", dated(5)), ("3#2", dated(9)), ("3#3", dated(12)))
    assert {d.confidence for d in decided(form, form, form).values()} == {"agreed"}


def test_a_part_that_one_copy_leaves_out_of_a_row_shows():
    short = {k: v for k, v in dated(1).items() if k != "progress_pct"}
    decision = decided(rows_form(("1", dated(1))), rows_form(("1", short)))["reports[1].progress_pct"]
    assert (decision.value, decision.alternatives) == ("10.00", ("10.00", ""))


# ---------------------------------------------------------------- identity


def test_the_code_of_the_delivery_is_the_one_it_was_recognised_as():
    misread = printed_copy({**PLAIN, "project_code": "50390000-9007"}, 1, project_code=CODE)
    decision = by_address(reconcile([misread, printed_copy(PLAIN, 2)], context()))["project_code"]
    assert told(decision) == (CODE, "first_complete_copy", "contested")
    majority = [misread, printed_copy(PLAIN, 2), printed_copy(PLAIN, 3)]
    assert told(by_address(reconcile(majority, context()))["project_code"]) == (CODE, "typed_majority", "resolved")
    damaged = printed_copy({**PLAIN, "project_code": Bad("5039O000-9001")}, 1, project_code=CODE)
    assert (
        told(by_address(reconcile([damaged, printed_copy(PLAIN, 2)], context()))["project_code"])[1]
        == "only_well_formed"
    )


def test_a_copy_without_a_project_cannot_be_reconciled():
    with pytest.raises(ValueError, match="without a project code"):
        reconcile([printed_copy(PLAIN, project_code=None)], context())


# ---------------------------------------------------------------- what always holds

WORDS = st.sampled_from([
    "อ่านหนังสือทุกวัน", "อ่านหนังลือทุกวัน", "อ่านหนังสือ ทุกวัน", "รออนุญาตจากสำนักการศึกษา", "รออนุญาตจากสำนักงานการศึกษา",
    "เด็ก 40 คน", "เด็ก ๔๐ คน", "เด็ก 48 คน",
])  # fmt: skip
LOST = st.sampled_from([Lost("อ่านหนัง\ufffdือทุกวัน"), Lost("อ่าน\ufffd\ufffdทุกวัน")])
MONEY = st.sampled_from(["0.00", "10.00", "30.00", "180000.00"])
DAYS = st.sampled_from(["2019-10-25", "2019-11-25", "2019-12-02"])
DOUBTED = [
    "budget_received",
    "start_date",
    "rationale",
    "targets[1]",
    "reports[1].date",
    "agency_path[3]",
    "coordinator",
]
NAMES = st.sampled_from(["สมหญิง อีระวุฒิมั่นคง", "สมหญิง ธีระวุฒิมั่นคง", "สมหมาย ใจงาม", "กล้า ใจดี"])


def maybe(values: Any) -> Any:
    return st.one_of(values, values, values, st.none(), st.just(Bad("18O")), st.just(Cut("18")))


@st.composite
def forms(draw: Any, is_repeated: bool = True) -> dict[str, Any]:
    """What one copy could print of one project: every kind of field, damaged, cut, left out."""
    printed: dict[str, Any] = {
        "project_code": CODE,
        "fiscal_year_be": draw(st.sampled_from(["2562", "2563"])),
        "agency_path[1]": "สำนักงานเขตวัฒนา",
    }
    for address, values in (
        ("project_name", WORDS), ("budget_received", MONEY), ("budget_spent", MONEY), ("start_date", DAYS), ("rationale", WORDS),
        ("agency_path[2]", WORDS), ("agency_path[3]", WORDS), ("strategy.issue_no", st.sampled_from(["7", "1"])), ("strategy.issue_name", WORDS),
    ):  # fmt: skip
        if draw(st.integers(0, 4)):
            printed[address] = draw(st.one_of(maybe(values), maybe(values), LOST) if values is WORDS else maybe(values))
    kind = draw(st.sampled_from(["person", "person", "unit", "nobody", None]))
    if kind == "person":
        printed |= person("coordinator", draw(NAMES), draw(st.sampled_from([None, "1599"])))
    elif kind is not None:
        printed |= person("coordinator", None, unit="ฝ่ายการศึกษา" if kind == "unit" else None)
    for n, text in enumerate(draw(st.lists(WORDS, max_size=3, unique_by=None if is_repeated else squash)), start=1):
        printed[f"targets[{n}]"] = text
    seen: dict[int, int] = {}
    for number in draw(st.lists(st.integers(1, 3), max_size=4, unique=not is_repeated)):
        seen[number] = seen.get(number, 0) + 1
        key = f"{number}#{seen[number]}" if seen[number] > 1 else str(number)
        row = {"date": draw(DAYS), "status_text": draw(WORDS), "progress_pct": "10.00", "disbursed_baht": draw(MONEY)}
        printed |= reports((key, {k: v for k, v in row.items() if draw(st.integers(0, 5))}))
    return printed


def corrected() -> Registers:
    return correction("project_name", "เด็ก 48 คน", "เด็ก 40 คน")


@st.composite
def deliveries(draw: Any, is_repeated: bool = True) -> list[FormCopy]:
    """One to four copies in one to three files, some of them truncated, some read from pictures or doubted by another
    reader; with numbers of rows and items of lists repeated or not."""
    copies = []
    pictures = draw(st.sets(st.sampled_from([1, 2, 3]), max_size=3))
    doubted = dict.fromkeys(draw(st.sets(st.sampled_from(DOUBTED), max_size=3)), f"{SECOND_READER}7")
    for n in range(draw(st.integers(1, 4))):
        is_truncated = draw(st.integers(0, 3)) == 0
        file = draw(st.integers(1, 3))
        copies.append(
            printed_copy(
                draw(forms(is_repeated)), n + 1, sha=sha(file), uri=f"inbox/{file}.txt", is_truncated=is_truncated,
                is_closed=not is_truncated, media_type="application/pdf" if file == 3 else "text/plain",
                doubts=OCR if file in pictures else doubted if file == 1 else None,
            )
        )  # fmt: skip
    return copies


def as_values(delivery: Delivery) -> dict[str, tuple[str | None, str, str]]:
    return {d.field: told(d) for d in delivery.decisions}


@settings(max_examples=150, deadline=None)
@given(deliveries(), st.randoms(use_true_random=False), st.booleans())
def test_any_order_of_the_copies_gives_the_identical_delivery(copies, random, with_corrections):
    given = context(corrected() if with_corrections else REGISTERS)
    shuffled = random.sample(copies, len(copies))
    assert reconcile(shuffled, given) == reconcile(copies, given)


@settings(max_examples=150, deadline=None)
@given(deliveries())
def test_reconciling_the_copies_of_a_delivery_again_gives_the_same_delivery(copies):
    once = reconcile(copies, context())
    assert reconcile(once.copies, context()) == once


@settings(max_examples=100, deadline=None)
@given(deliveries(), st.randoms(use_true_random=False))
def test_any_order_of_the_files_gives_the_identical_night(copies, random):
    files = [file_of([c for c in copies if c.source_sha256 == s]) for s in sorted({c.source_sha256 for c in copies})]
    night = night_of(*files)
    assert night_of(*random.sample(files, len(files))) == night
    assert night.night == NIGHT


@settings(max_examples=100, deadline=None)
@given(deliveries(), st.sampled_from(["inbox/0.txt", "inbox/2b.txt", "inbox/z.txt"]), st.integers(0, 3))
def test_an_identical_file_under_another_name_changes_no_value(copies, uri, which):
    shas = sorted({c.source_sha256 for c in copies})
    files = [file_of([c for c in copies if c.source_sha256 == s]) for s in shas]
    again = [replace(c, uri=uri) for c in copies if c.source_sha256 == shas[which % len(shas)]]
    before, after = night_of(*files), night_of(*files, file_of(again))
    assert [as_values(d) for d in after.deliveries] == [as_values(d) for d in before.deliveries]
    assert len(after.copies) == len(before.copies)


@settings(max_examples=100, deadline=None)
@given(deliveries())
def test_reconciling_a_whole_night_again_gives_the_same_night(copies):
    files = [file_of([c for c in copies if c.source_sha256 == s]) for s in sorted({c.source_sha256 for c in copies})]
    night = night_of(*files)
    again = [file_of([c for c in night.copies if c.source_sha256 == f.outcome.source_sha256]) for f in files]
    assert night_of(*again) == night


@settings(max_examples=150, deadline=None)
@given(deliveries(is_repeated=False))  # of rows that share a number, or items that are alike, which is which can change
def test_a_third_copy_that_agrees_never_lowers_confidence(copies):
    before = reconcile(copies, context())
    values = {d.field: d.value for d in before.decisions if d.field != "reports"}
    agreeing = {a: v for a, v in values.items() if not a.endswith(".seq")}
    for key in before.report_addresses:
        agreeing[f"{key}.seq"] = key[8:-1].split("#")[0]
        agreeing |= {a: agreeing.pop(a) for a in list(agreeing) if a.startswith(f"{key}.") and not a.endswith(".seq")}
    after = by_address(reconcile([*copies, printed_copy(agreeing, 9, sha=sha(9))], context()))
    for decision in before.decisions:
        now = after[decision.field]
        if decision.value is not None:
            assert squash(now.value or "") == squash(decision.value), decision.field
            assert CONFIDENCE_ORDER.index(now.confidence) <= CONFIDENCE_ORDER.index(decision.confidence) or (
                decision.confidence == "single" and now.confidence == "agreed"
            ), (decision.field, decision.confidence, now.confidence)


@settings(max_examples=150, deadline=None)
@given(deliveries(), st.booleans())
def test_what_all_copies_print_alike_is_never_rewritten_by_anything_but_a_correction(copies, with_corrections):
    given = context(
        corrected() if with_corrections else REGISTERS,
        [(f"5001{n}000-0001", "project_name", "อ่านหนังสือทุกวัน") for n in range(5)],
    )
    for decision in reconcile(copies, given).decisions:
        keys = {squash(r.value) if r.value is not None else "" for r in decision.readings}
        if len(keys) == 1 and decision.readings and decision.rule != "correction" and decision.field != "reports":
            assert squash(decision.value or "") in keys, decision.field


@settings(max_examples=150, deadline=None)
@given(deliveries())
def test_every_well_formed_reading_is_an_alternative_and_every_choice_is_a_reading(copies):
    delivery = reconcile(copies, context())
    for decision in delivery.decisions:
        if decision.field in ("reports", "rationale", "coordinator") or decision.rule == "correction":
            continue
        keys = {squash(r.value) for r in decision.readings if r.value is not None}
        assert squash(decision.value or "") in keys or not keys
        assert decision.is_conflict == (len({squash(a) for a in decision.alternatives}) > 1)
        assert decision.confidence != "agreed" or len(keys) <= 1
