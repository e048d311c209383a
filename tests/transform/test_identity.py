"""Which project a copy belongs to: sibling programmes never merge, a misread digit is caught, headless copies stay in their file."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.transform.forms import (
    CODE,
    PLAIN,
    REGISTERS,
    REPORT,
    Bad,
    Cut,
    by_address,
    file_of,
    night_of,
    printed_copy,
    reports,
    sha,
)
from transform.identity import recognise
from transform.marks import Marks, marks_of, same_project
from transform.records import FormCopy
from transform.registers import Registers

NAME, DISTRICT = "พัฒนาคุณภาพเครือข่ายห้องสมุดชุมชน", "สำนักงานเขตวัฒนา"
DISTRICTS = ("วัฒนา", "จอมทอง", "บางนา", "บางแค", "บางบอน", "บางกะปิ", "คลองสาน", "คลองเตย", "หลักสี่", "สาทร")
EMPTY = Registers()


def form(code: str | None, **changes: Any) -> dict[str, Any]:
    """A form of a programme; keywords: name, district, year, budget, first (date of report 1)."""
    printed = {
        **PLAIN, "project_code": code, "project_name": changes.get("name", NAME), "agency_path[1]": changes.get("district", DISTRICT),
        "fiscal_year_be": changes.get("year", "2563"), "budget_received": changes.get("budget", "180000.00"),
        "start_date": changes.get("start", "2019-10-01"),
        "rationale": "ชุมชนต้องการที่อ่านหนังสือ ที่นั่งทำการบ้าน และที่พบปะของเด็กทุกวัย",
    }  # fmt: skip
    printed |= reports(("1", REPORT | {"date": changes.get("first", "2019-10-25")}))
    return {k: v for k, v in printed.items() if v is not None}


def copies(*forms: dict[str, Any], file: int = 1, **more: Any) -> list[FormCopy]:
    return [printed_copy(f, n, sha=sha(file), uri=f"inbox/{file}.txt", **more) for n, f in enumerate(forms, start=1)]


def recognised(found: list[FormCopy], registers: Registers = REGISTERS) -> list[str | None]:
    """The projects of the copies, in the order given."""
    by_id = {c.copy_id: c for c in recognise(found, registers)}
    return [by_id[c.copy_id].project_code for c in found]


def notes(found: list[FormCopy], registers: Registers = REGISTERS) -> list[str | None]:
    by_id = {c.copy_id: c for c in recognise(found, registers)}
    return [by_id[c.copy_id].identity_note for c in found]


# ---------------------------------------------------------------- one code


def test_copies_that_print_one_code_are_one_project_without_remark():
    found = copies(form(CODE), form(CODE))
    assert recognised(found) == [CODE, CODE]
    assert notes(found) == [None, None]


@pytest.mark.parametrize(
    "other",
    [
        {"district": "สำนักงานเขตวัฒบา"}, {"district": "สํานกงานเขตวัฒนา"}, {"name": "อีกชื่อหนึ่งของโครงการ"}, {"budget": "1.00"},
        {"first": "2020-01-01"}, {"year": "2562"},
    ],
)  # fmt: skip
def test_one_damaged_mark_does_not_part_the_copies_of_a_project(other):
    assert recognised(copies(form(CODE), form(CODE, **other)), EMPTY) == [CODE, CODE]


def test_a_district_too_damaged_to_read_is_made_up_for_by_three_others():
    damaged = "สำนักงานเขตวxฒx"
    assert recognised(copies(form(CODE), form(CODE, district=damaged)), EMPTY) == [CODE, CODE]
    # with another budget only two of four are left
    assert recognised(copies(form(CODE), form(CODE), form(CODE, district="สำนักงานเขตบางขุนเทียน", budget="1.00"))) == [
        CODE,
        CODE,
        None,
    ]


def test_a_cut_copy_that_lacks_the_agency_is_accepted_by_its_code():
    cut = {"project_code": CODE, "project_name": Cut("พัฒนาคุณ")}
    assert recognised(copies(form(CODE), cut)) == [CODE, CODE]
    assert recognised(copies(cut)) == [CODE]


def test_another_fiscal_year_under_one_code_is_another_project():
    found = copies(form(CODE), form(CODE), form(CODE, year="2564", start="2020-10-01", first="2020-10-25"))
    assert recognised(found) == [CODE, CODE, None]


# ---------------------------------------------------------------- a code that two projects print


def test_of_two_projects_under_one_code_the_one_in_the_agency_of_the_code_keeps_it():
    found = copies(form(CODE, district="สำนักงานเขตจอมทอง", budget="5.00"), form(CODE))
    assert recognised(found) == [None, CODE]
    remark = notes(found)[0]
    assert remark is not None
    assert "printed by 2 different projects" in remark


def test_without_a_register_the_agency_is_learned_from_other_codes_of_the_night():
    others = [form(f"50390000-80{n:02}", name=f"งานอื่น {n}", budget=f"{n}.00") for n in range(11, 44, 11)]
    found = copies(form(CODE, district="สำนักงานเขตจอมทอง", budget="5.00"), form(CODE), *others)
    assert recognised(found, EMPTY)[:2] == [None, CODE]


def test_without_any_register_the_project_that_most_copies_print_keeps_the_code():
    found = copies(form(CODE, district="สำนักงานเขตบางนา", budget="5.00"), form(CODE), form(CODE))
    assert recognised(found, EMPTY) == [None, CODE, CODE]


def test_where_nothing_tells_neither_project_gets_the_code_and_both_stay_visible():
    found = copies(form(CODE, district="สำนักงานเขตบางนา", budget="5.00"), form(CODE, district="สำนักงานเขตคลองสาน"))
    assert recognised(found, EMPTY) == [None, None]
    assert all(notes(found, EMPTY))
    night = night_of(file_of(found), registers=EMPTY)
    assert night.deliveries == ()
    assert len(night.copies) == 2


def test_two_known_districts_are_two_districts_however_much_else_agrees():
    found = copies(form(CODE), form(CODE, district="สำนักงานเขตจอมทอง"))
    assert recognised(found) == [CODE, None]


def test_a_cut_copy_of_a_code_with_two_projects_goes_to_the_one_it_fits_or_to_none():
    two = [form(CODE), form(CODE, district="สำนักงานเขตจอมทอง", budget="5.00", first="2019-12-01")]
    telling = {"project_code": CODE, "fiscal_year_be": "2563", "budget_received": "180000.00"}
    silent = {"project_code": CODE, "fiscal_year_be": "2563"}
    assert recognised(copies(*two, telling)) == [CODE, None, CODE]
    assert recognised(copies(*two, silent)) == [CODE, None, None]


# ---------------------------------------------------------------- one digit misread

MISREAD = "50390000-9007"


def test_a_code_with_one_misread_digit_is_joined_and_the_difference_shows():
    found = copies(form(CODE), form(CODE), form(MISREAD))
    assert recognised(found) == [CODE, CODE, CODE]
    night = night_of(file_of(found))
    (delivery,) = night.deliveries
    decision = by_address(delivery)["project_code"]
    assert (decision.value, decision.rule, decision.is_conflict) == (CODE, "typed_majority", True)
    joined = next(c for c in night.copies if c.printed_code == MISREAD)
    assert joined.project_code == CODE
    assert joined.identity_note is not None
    assert MISREAD in joined.identity_note


def test_of_two_codes_printed_once_the_agency_of_the_prefix_tells_which_is_right():
    wrong = "50360000-9001"  # 5036 is another district
    for order in ((wrong, CODE), (CODE, wrong)):
        assert recognised(copies(*(form(code) for code in order))) == [CODE, CODE]


def test_of_two_codes_printed_once_the_first_copy_is_followed_and_the_code_is_contested():
    found = copies(form(MISREAD), form(CODE))
    assert recognised(found) == [MISREAD, MISREAD]
    (delivery,) = night_of(file_of(found)).deliveries
    assert by_address(delivery)["project_code"].confidence == "contested"


@pytest.mark.parametrize(
    "other",
    [
        {"district": "สำนักงานเขตบางนา"}, {"year": "2564"}, {"budget": "180000.01"}, {"first": "2019-10-26"},
        {"name": "พัฒนาทางเท้าและไฟส่องสว่าง"}, {"name": NAME + " กิจกรรมที่ 2"}, {"first": None}, {"budget": None},
    ],
)  # fmt: skip
def test_codes_one_digit_apart_are_two_projects_when_anything_beside_them_differs(other):
    assert recognised(copies(form(CODE), form(CODE), form(MISREAD, **other))) == [CODE, CODE, MISREAD]


def test_codes_two_digits_apart_are_never_joined():
    assert recognised(copies(form(CODE), form("50390000-9077"))) == [CODE, "50390000-9077"]


def test_a_misread_code_that_fits_two_projects_is_joined_to_neither():
    found = copies(form(CODE), form(CODE), form("50390000-9002"), form("50390000-9002"), form(MISREAD))
    assert recognised(found) == [CODE, CODE, "50390000-9002", "50390000-9002", MISREAD]


def test_a_code_that_two_copies_print_is_no_misreading():
    found = copies(form(CODE), form(CODE), form(MISREAD), form(MISREAD))
    assert recognised(found) == [CODE, CODE, MISREAD, MISREAD]


def test_sibling_programmes_in_ten_districts_never_merge():
    """The same words, year, budget and dates under codes one digit apart, two copies each, one of them torn."""
    forms = []
    for n, district in enumerate(DISTRICTS):
        code = f"500{n}0000-1234"
        forms += [
            form(code, district=f"สำนักงานเขต{district}"),
            form(code, district=f"สำนักงานเขต{district}", name=NAME[:-1]),
        ]
    for registers in (EMPTY, REGISTERS):
        assert recognised(copies(*forms), registers) == [f["project_code"] for f in forms]
    alone = forms[::2]
    assert recognised(copies(*alone), EMPTY) == [f["project_code"] for f in alone]


def test_next_years_project_never_merges():
    this, following = form(CODE), form(MISREAD, year="2564", start="2020-10-01")
    assert recognised(copies(this, following)) == [CODE, MISREAD]


# ---------------------------------------------------------------- no readable code


def headless(**changes: Any) -> dict[str, Any]:
    return {k: v for k, v in form(None, **changes).items() if k != "project_code"}


def test_a_copy_without_a_code_belongs_to_the_only_project_of_its_file_that_it_reads_like():
    found = copies(form(CODE), headless(), {**headless(), "project_code": Bad("5039O000-9001")})
    assert recognised(found) == [CODE, CODE, CODE]
    assert all(notes(found)[1:])


def test_a_copy_without_a_code_is_never_attached_across_files():
    found = [*copies(form(CODE)), *copies(headless(), file=2)]
    assert recognised(found) == [CODE, None]


def test_a_copy_without_a_code_that_reads_like_two_projects_of_its_file_has_none():
    scrap = {"rationale": form(CODE)["rationale"]}
    found = copies(form(CODE), form("50360000-9050", district="สำนักงานเขตจอมทอง"), scrap)
    assert recognised(found)[2] is None
    assert "2 projects" in (notes(found)[2] or "")


@pytest.mark.parametrize(
    "other", [{"district": "สำนักงานเขตจอมทอง"}, {"year": "2564"}, {"budget": "1.00"}, {"first": "2020-01-01"}]
)
def test_a_copy_without_a_code_is_not_attached_where_anything_objects(other):
    assert recognised(copies(form(CODE), headless(**other))) == [CODE, None]


def test_a_scrap_too_short_to_compare_has_no_project():
    assert recognised(copies(form(CODE), {"agency_path[2]": "ฝ่ายการศึกษา"})) == [CODE, None]


def test_a_text_of_its_own_is_not_attached():
    other = {"rationale": "ปรับปรุงท่อระบายน้ำและผิวจราจรในซอยที่น้ำท่วมขังซ้ำทุกฤดูฝนตลอดสามปี"}
    assert recognised(copies(form(CODE), other)) == [CODE, None]


# ---------------------------------------------------------------- marks, properties


def test_marks_are_values_only_and_the_first_day_tells_an_unreadable_year():
    printed = {
        **form(CODE),
        "fiscal_year_be": Bad("25 63"),
        "budget_received": Cut("180"),
        "agency_path[1]": "สำนักงานเขต วัฒนา",
    }
    assert marks_of(printed_copy(printed)) == Marks(CODE, 2563, "2019-10-01", "วัฒนา", NAME, None, "2019-10-25")


@pytest.mark.parametrize(("district", "same"), [("กขคงจฉชซ", True), ("กขคงจฉxx", True), ("กขคงจxxx", False)])
def test_districts_are_the_same_from_a_likeness_of_75(district, same):
    one = Marks(CODE, 2563, None, "กขคงจฉชซ", None, None, None)
    assert same_project(one, Marks(CODE, 2563, None, district, None, None, None), EMPTY) is same


def test_a_copy_that_prints_too_little_is_neither_the_same_nor_another():
    one = Marks(CODE, 2563, None, "วัฒนา", None, None, None)
    assert same_project(one, Marks(CODE, 2563, None, None, None, None, None), EMPTY) is None
    assert same_project(one, Marks(CODE, 2564, None, None, None, None, None), EMPTY) is False


SOME = st.builds(
    form,
    st.sampled_from([CODE, MISREAD, "50390000-9002", "50360000-9001", None]),
    district=st.sampled_from([DISTRICT, "สำนักงานเขตจอมทอง", "สำนักงานเขตวัฒบา", None]),
    year=st.sampled_from(["2563", "2563", "2564", None]),
    budget=st.sampled_from(["180000.00", "5.00", None]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(SOME, st.integers(1, 3)), min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_recognition_does_not_depend_on_order_and_is_final(given_forms, random):
    found = [
        printed_copy(f, n, sha=sha(file), uri=f"inbox/{file}.txt") for n, (f, file) in enumerate(given_forms, start=1)
    ]
    once = recognise(found, REGISTERS)
    assert recognise(random.sample(found, len(found)), REGISTERS) == once
    assert recognise(once, REGISTERS) == once
    assert sorted(c.copy_id for c in once) == sorted(c.copy_id for c in found)
    assert all(c.project_code or c.identity_note for c in once)


@example([
    form(CODE, district=None, year="2563", budget="180000.00"),
    form(None, district=DISTRICT, year="2563", budget="180000.00"),
    form(None, district="สำนักงานเขตจอมทอง", year="2563", budget="180000.00"),
])  # fmt: skip
@settings(max_examples=100, deadline=None)
@given(st.lists(SOME, min_size=1, max_size=6))
def test_copies_of_two_known_districts_are_never_one_project(given_forms):
    by_project: dict[str, set[str]] = {}
    for copy in recognise(copies(*given_forms), REGISTERS):
        district = next((r.value for r in copy.readings if r.field == "agency_path[1]"), None)
        if copy.project_code and district in (DISTRICT, "สำนักงานเขตจอมทอง"):
            by_project.setdefault(copy.project_code, set()).add(district)
    assert all(len(districts) == 1 for districts in by_project.values())
