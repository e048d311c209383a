"""Copies of one delivery → decisions: confidence, corrections, what is left out, arithmetic, long text, lists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.transform.forms import (
    CODE,
    PLAIN,
    REPORT,
    Bad,
    Cut,
    between,
    by_address,
    conflicts,
    context,
    correction,
    decided,
    printed_copy,
    reports,
    sha,
    told,
)  # fmt: skip
from transform.reconcile import reconcile
from transform.registers import Correction, Registers

# ---------------------------------------------------------------- confidence


def test_values_that_all_copies_print_are_agreed_and_nothing_is_in_conflict():
    decisions = decided(PLAIN, PLAIN)
    assert conflicts(decisions) == set()
    assert {(d.rule, d.confidence, d.is_decidable) for d in decisions.values()} == {("agreed", "agreed", True)}


def test_values_of_one_copy_are_single():
    assert {(d.rule, d.confidence) for d in decided(PLAIN).values()} == {("single", "single")}


def test_a_label_that_only_one_of_several_copies_prints_is_single_and_no_conflict():
    without = {k: v for k, v in PLAIN.items() if k != "budget_spent"}
    for order in ((PLAIN, without), (without, PLAIN)):
        decision = decided(*order)["budget_spent"]
        assert (*told(decision), decision.is_conflict) == ("0.00", "single", "single", False)


def test_a_field_printed_twice_by_one_copy_is_single():
    copy = printed_copy(PLAIN)
    twice = replace(copy, readings=(*copy.readings, *(r for r in copy.readings if r.field == "project_name")))
    assert told(by_address(reconcile([twice], context()))["project_name"])[1:] == ("single", "single")


@pytest.mark.parametrize(
    ("one", "two"),
    [("ด้านที่ ๗ ? การบริหาร", "ด้านที่ 7 – การบริหาร"), ("พัฒนา ห้องสมุด", "**พัฒนาห้องสมุด**"), ("น้ํา", "น้ำ")],
)
def test_what_vanishes_under_lossless_normalisation_is_no_conflict(one, two):
    decision = between("project_name", one, two)
    assert told(decision) == (one, "agreed", "agreed")
    assert not decision.is_conflict


def test_decided_conflicts_are_resolved_and_undecided_ones_contested():
    resolved = between("budget_received", "180000.00", "190000.00", "190000.00")
    assert told(resolved) == ("190000.00", "typed_majority", "resolved")
    contested = between("budget_received", "180000.00", "190000.00")
    assert told(contested) == ("180000.00", "first_complete_copy", "contested")
    assert (resolved.is_decidable, contested.is_decidable) == (True, False)
    assert contested.alternatives == ("180000.00", "190000.00")


# ---------------------------------------------------------------- damaged values, placeholders, cut copies


def test_a_damaged_value_loses_to_a_well_formed_one_and_stays_visible():
    decision = between("budget_received", Bad("18O,000 บาท"), "180000.00")
    assert told(decision) == ("180000.00", "only_well_formed", "resolved")
    assert decision.alternatives == ("18O,000 บาท", "180000.00")


def test_a_value_that_no_copy_prints_well_is_none_and_contested():
    assert told(between("budget_received", Bad("18O,000"), Bad("l80,000"))) == (None, "none_well_formed", "contested")
    alone = between("budget_received", Bad("18O,000"))
    assert (*told(alone), alone.is_decidable) == (None, "none_well_formed", "contested", False)
    assert told(between("budget_received", Bad("18O,000"), None)) == (None, "none_well_formed", "contested")


def test_a_placeholder_in_all_copies_is_an_agreed_nothing_and_a_value_beside_one_is_a_visible_difference():
    assert told(between("budget_spent", None, None)) == (None, "agreed", "agreed")
    decision = between("budget_spent", None, "5.00", None)
    assert told(decision) == ("5.00", "only_well_formed", "resolved")
    assert decision.alternatives == ("-", "5.00")


def test_a_value_cut_off_by_the_end_of_its_copy_is_no_reading():
    decision = between("project_name", Cut("พัฒนาห้อง"), "พัฒนาห้องสมุดชุมชน")
    assert (*told(decision), decision.is_conflict) == ("พัฒนาห้องสมุดชุมชน", "single", "single", False)
    assert "project_name" not in decided({"project_code": CODE, "project_name": Cut("พัฒนา")})


def test_a_truncated_copy_never_wins_over_a_complete_one_by_order():
    cut = printed_copy({**PLAIN, "budget_received": "1.00"}, 1, is_truncated=True, is_closed=False)
    complete = printed_copy({**PLAIN, "budget_received": "2.00"}, 2)
    decision = by_address(reconcile([cut, complete], context()))["budget_received"]
    assert told(decision) == ("2.00", "first_complete_copy", "contested")


def test_a_dump_goes_before_a_pdf_by_order():
    pdf = printed_copy({**PLAIN, "budget_received": "1.00"}, sha=sha(1), media_type="application/pdf")
    dump = printed_copy({**PLAIN, "budget_received": "2.00"}, sha=sha(2))
    assert by_address(reconcile([pdf, dump], context()))["budget_received"].value == "2.00"


# ---------------------------------------------------------------- rule 1


def test_a_reviewed_correction_comes_first_also_against_what_all_copies_print():
    given = context(correction("budget_received", "๑๘๐,๐๐๐.๐๐", "200,000 บาท"))
    printed = replace(printed_copy(PLAIN), readings=())
    assert printed.readings == ()
    raw = {**PLAIN, "budget_received": "180000.00"}
    assert told(decided(raw, raw, given=given)["budget_received"])[1] == "agreed"  # 180,000.00 is not what stands there
    given = context(correction("budget_received", "180000.00", "200,000 บาท"))
    assert told(decided(raw, raw, given=given)["budget_received"]) == ("200000.00", "correction", "resolved")


def test_a_correction_applies_to_a_damaged_reading_by_its_printed_text():
    given = context(correction("budget_received", "18O,000", "180,000"))
    assert told(between("budget_received", Bad("18O,000"), given=given)) == ("180000.00", "correction", "resolved")


def test_a_correction_to_nothing_empties_the_value():
    given = context(correction("project_name", "พัฒนาห้องสมุดชุมชน", "-"))
    assert told(between("project_name", "พัฒนาห้องสมุดชุมชน", given=given)) == (None, "correction", "resolved")


@pytest.mark.parametrize("address", ["targets[1]", "rationale", "reports[1].status_text", "agency_path[2]"])
def test_a_correction_reaches_items_long_texts_rows_and_paths(address):
    printed = str(PLAIN[address])
    given = context(correction(address, printed, "ข้อความที่ถูก"))
    assert told(decided(PLAIN, {**PLAIN, address: "อื่น" + printed}, given=given)[address])[:2] == (
        "ข้อความที่ถูก",
        "correction",
    )


def test_a_correction_that_matches_no_reading_or_another_project_decides_nothing():
    assert (
        told(between("budget_spent", "0.00", "0.00", given=context(correction("budget_spent", "7.00", "1.00"))))[1]
        == "agreed"
    )
    other = Registers(corrections=(Correction("50390000-9002", "budget_spent", "0.00", "1.00", "r", "w", "d"),))
    assert told(between("budget_spent", "0.00", given=context(other))) == ("0.00", "single", "single")


def test_a_correction_that_is_itself_no_value_does_not_stop_the_night():
    given = context(correction("budget_spent", "0.00", "ศูนย์บาทหรือ"))
    assert told(between("budget_spent", "0.00", given=given)) == ("0.00", "single", "single")


# ---------------------------------------------------------------- arithmetic, corpus, names on a delivery


def test_the_amount_that_the_reports_add_up_to_is_chosen():
    rows = reports(("1", REPORT | {"disbursed_baht": "10.00"}), ("2", REPORT | {"disbursed_baht": "20.00"}))
    for spent in ("30.00", "20.00"):  # sum; maximum and last
        assert told(decided({**PLAIN, **rows, "budget_spent": "31.00"}, {**PLAIN, **rows, "budget_spent": spent})["budget_spent"]) == (
            spent, "arithmetic", "resolved",
        )  # fmt: skip
    neither = decided({**PLAIN, **rows, "budget_spent": "31.00"}, {**PLAIN, **rows, "budget_spent": "32.00"})
    assert neither["budget_spent"].rule == "first_complete_copy"


def test_amounts_on_which_copies_differ_are_no_arithmetic():
    one = {**PLAIN, "budget_spent": "1.00", **reports(("1", REPORT | {"disbursed_baht": "1.00"}))}
    two = {**PLAIN, "budget_spent": "2.00", **reports(("1", REPORT | {"disbursed_baht": "2.00"}))}
    assert decided(one, two)["budget_spent"].rule == "first_complete_copy"


def test_the_fiscal_year_in_which_the_project_starts_is_chosen():
    assert told(between("fiscal_year_be", "2562", "2563")) == ("2563", "arithmetic", "resolved")
    assert told(between("fiscal_year_be", "2560", "2561"))[1] == "first_complete_copy"


def test_the_rest_of_the_night_decides_a_name_of_a_programme():
    others = [(f"5001000{n}-0001", "project_name", "พัฒนาห้องสมุดชุมชน") for n in range(2)]
    assert told(between("project_name", "พัฒนาห้องสมุดชมชน", "พัฒนาห้องสมุดชุมชน", given=context(others=others))) == (
        "พัฒนาห้องสมุดชุมชน", "corpus_vote", "resolved",
    )  # fmt: skip


# ---------------------------------------------------------------- long text


def test_each_difference_of_a_long_text_is_decided_by_itself():
    one = "ขออนุญาตจากสำนักการศึกษาแล้ว และเด็กทุกคนอ่านหนังสือ"
    two = "ขออนุญาตจากสำนักงานการศึกษาแล้ว และเด็กทุกคนอ่านหนังสือ"
    assert told(between("rationale", two, one)) == (one, "register", "resolved")
    undecided = between("rationale", two + "ดี", one + "ได้")
    assert told(undecided) == (one + "ดี", "first_complete_copy", "contested")
    assert not undecided.is_decidable


def test_three_copies_of_a_long_text_outvote_each_difference():
    texts = ("เด็กอ่านหนังสือทุกวัน ครูสอนดี", "เด็กอ่านหนังลือทุกวัน ครูสอนดี", "เด็กอ่านหนังสือทุกวัน ครูสอนดิ")
    for order in ((0, 1, 2), (1, 2, 0), (2, 1, 0)):
        assert told(between("rationale", *(texts[n] for n in order))) == (texts[0], "text_majority", "resolved")


def test_numbers_in_long_text_are_never_decided_by_language():
    assert told(between("rationale", "มีเด็ก 40 คน", "มีเด็ก 48 คน"))[1:] == ("first_complete_copy", "contested")


# ---------------------------------------------------------------- lists


def test_a_bullet_that_a_line_wrap_split_is_the_bullet_another_copy_prints_whole():
    whole = {**PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการพัฒนาคุณภาพ", "targets[2]": "ครูทุกคนรายงานผล"}
    split = {
        **PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการ", "targets[2]": "การพัฒนาคุณภาพ", "targets[3]": "ครูทุกคนรายงานผล",
    }  # fmt: skip
    for order in ((split, whole), (whole, split)):
        decisions = decided(*order)
        assert told(decisions["targets[1]"]) == (whole["targets[1]"], "line_wrap", "resolved")
        assert set(decisions["targets[1]"].alternatives) == {
            whole["targets[1]"],
            f"{split['targets[1]']} | {split['targets[2]']}",
        }
        assert told(decisions["targets[2]"]) == ("ครูทุกคนรายงานผล", "agreed", "agreed")
        assert "targets[3]" not in decisions


def test_pieces_of_a_bullet_do_not_hide_a_third_reading():
    whole = "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการพัฒนาคุณภาพ"
    split = {**PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการ", "targets[2]": "การพัฒนาคุณภาพ"}
    third = whole.replace("เด็ก", "เด๊ก")
    decision = decided(split, {**PLAIN, "targets[1]": whole}, {**PLAIN, "targets[1]": third})["targets[1]"]
    assert told(decision) == (whole, "text_majority", "resolved")
    assert len(decision.alternatives) == 3


def test_an_item_that_a_complete_copy_leaves_out_of_its_list_is_a_visible_difference():
    two = {**PLAIN, "targets[2]": "ครูทุกคนรายงานผลทุกเดือน"}
    decision = decided(PLAIN, two)["targets[2]"]
    assert told(decision) == ("ครูทุกคนรายงานผลทุกเดือน", "only_well_formed", "resolved")
    assert decision.alternatives == ("", "ครูทุกคนรายงานผลทุกเดือน")


def test_an_item_beyond_the_end_of_a_truncated_copy_is_no_difference():
    cut = printed_copy(PLAIN, 1, is_truncated=True)
    full = printed_copy({**PLAIN, "targets[2]": "ครูทุกคนรายงานผลทุกเดือน"}, 2)
    decision = by_address(reconcile([cut, full], context()))["targets[2]"]
    assert told(decision)[1:] == ("single", "single")


def test_the_dimension_goes_with_its_indicator_when_items_move():
    one = {**PLAIN, "strategy.indicators[1]": "ร้อยละของผู้ใช้ห้องสมุด", "strategy.indicators[1].dimension": "2"}
    two = {
        **PLAIN, "strategy.indicators[1]": "จำนวนหนังสือใหม่ที่จัดซื้อ", "strategy.indicators[1].dimension": "1",
        "strategy.indicators[2]": "ร้อยละของผู้ใช้ห้องสมุด", "strategy.indicators[2].dimension": "2",
    }  # fmt: skip
    decisions = decided(one, two)
    assert (decisions["strategy.indicators[2]"].value, decisions["strategy.indicators[2].dimension"].value) == (
        "ร้อยละของผู้ใช้ห้องสมุด",
        "2",
    )
    assert decisions["strategy.indicators[2].dimension"].confidence == "agreed"
