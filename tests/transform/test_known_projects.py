"""What earlier nights know of a code: a misreading is joined across nights, and another project's code is not taken over."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.transform.forms import CODE, REGISTERS
from tests.transform.programmes import BEFORE, copies, copy_of, cut, form, known_of, notes, recognised
from transform.codes import Codes
from transform.identity import recognise
from transform.known_projects import Known, heads_of, neighbours
from transform.registers import Registers
from transform.sightings import sighting_of

MISREAD, OTHER_DISTRICT = "50390000-9007", "สำนักงานเขตจอมทอง"
NOBODY, EMPTY = Known.nothing(), Registers()

# ---------------------------------------------------------------- a code misread tonight


def test_a_code_misread_tonight_is_joined_to_the_project_that_only_earlier_nights_know():
    found = copies(form(MISREAD))
    assert recognised(found) == [MISREAD]
    assert recognised(found, known_of(form(CODE))) == [CODE]
    assert MISREAD in notes(found, known_of(form(CODE)))[0]


def test_all_copies_of_one_printing_are_joined_and_two_printings_are_a_project():
    once = copies(form(MISREAD))
    again = copies(form(MISREAD), file=2)
    same = [replace(c, print_sha="p") for c in (*once, *again)]
    assert recognised(same, known_of(form(CODE))) == [CODE, CODE]
    assert recognised([*once, *again], known_of(form(CODE))) == [MISREAD, MISREAD]


@pytest.mark.parametrize(
    "other",
    [{"district": OTHER_DISTRICT}, {"year": "2564"}, {"budget": "1.00"}, {"first": "2019-10-26"}, {"name": "ปรับปรุงทางเท้า"}],
)  # fmt: skip
def test_a_code_one_digit_from_a_known_one_is_its_own_when_anything_beside_it_differs(other):
    assert recognised(copies(form(MISREAD, **other)), known_of(form(CODE))) == [MISREAD]


def test_a_misread_code_that_fits_two_known_projects_is_joined_to_neither():
    assert recognised(copies(form(MISREAD)), known_of(form(CODE), form("50390000-9002"))) == [MISREAD]


def test_other_numbers_and_dates_of_the_known_project_object_when_most_of_them_differ():
    details = {"budget_spent": "70.00", "end_date": "2020-05-31", "responsible.phone": "1", "coordinator.phone": "2"}
    others = {a: f"{v}9" if a.endswith("phone") else v for a, v in details.items()}
    others |= {"budget_spent": "71.00", "end_date": "2020-06-30"}
    assert recognised(copies(form(MISREAD) | details), known_of(form(CODE) | details)) == [CODE]
    assert recognised(copies(form(MISREAD) | others), known_of(form(CODE) | details)) == [MISREAD]


def test_a_known_code_that_agrees_is_no_misreading_though_a_sibling_one_digit_off_is_alike():
    found = copies(form(MISREAD), form(CODE), form(CODE))
    assert recognised(found) == [CODE, CODE, CODE]
    assert recognised(found, known_of(form(MISREAD))) == [MISREAD, CODE, CODE]
    assert recognised(found[:1], known_of(form(MISREAD), form(CODE))) == [MISREAD]


def test_of_two_codes_printed_once_tonight_the_known_one_is_right():
    for known in (CODE, MISREAD):
        assert recognised(copies(form(MISREAD), form(CODE)), known_of(form(known))) == [known, known]


def test_a_code_is_not_joined_to_a_known_one_that_is_the_odder_of_the_two():
    """The code that was known before was misread then: nobody else has its unit."""
    odd = "59390000-9001"
    siblings = [f"50390000-{n}" for n in (9011, 9023, 9035)]
    assert recognised(copies(form(CODE)), known_of(form(odd), others=siblings), EMPTY) == [CODE]
    assert recognised(copies(form(CODE)), known_of(form(odd)), EMPTY) == [odd]


# ---------------------------------------------------------------- a code that was another project's


@pytest.mark.parametrize(
    "other",
    [{"district": "สำนักงานเขตบางนา", "budget": "5.00"}, {"year": "2564", "start": "2020-10-01", "budget": "5.00"}],
)
def test_copies_that_are_not_of_the_project_known_under_their_code_are_set_apart(other):
    code = "50770000-9001"  # no register and no other code tells whose it is
    found = copies(form(code, **other), form(code, **other))
    assert recognised(found) == [code, code]
    assert recognised(found, known_of(form(code))) == [None, None]
    assert all(f"since {BEFORE}" in note and "corrections.csv" in note for note in notes(found, known_of(form(code))))


def test_a_project_in_the_agency_of_its_code_takes_the_code_from_one_that_was_not():
    former = known_of(form(CODE, district=OTHER_DISTRICT, budget="5.00"))
    assert recognised(copies(form(CODE)), former) == [CODE]
    assert notes(copies(form(CODE)), former) == [""]
    assert recognised(copies(form(CODE)), former, EMPTY) == [None]


def test_a_project_of_another_agency_does_not_take_a_code_from_the_one_at_home():
    assert recognised(copies(form(CODE, district=OTHER_DISTRICT)), known_of(form(CODE))) == [None]


def test_of_two_projects_tonight_under_one_code_the_known_one_keeps_it():
    code = "50770000-9001"
    found = copies(form(code), form(code, district="สำนักงานเขตบางนา", budget="5.00"))
    assert recognised(found) == [None, None]
    assert recognised(found, known_of(form(code))) == [code, None]
    assert recognised(found, known_of(form(code, district="สำนักงานเขตบางนา", budget="5.00"))) == [None, code]


def test_a_copy_that_prints_too_little_to_tell_stays_with_the_known_project():
    scrap = {"project_code": CODE, "project_name": "พัฒนา"}
    assert recognised(copies(scrap), known_of(form(CODE))) == [CODE]
    assert known_of(form(CODE)).agrees(CODE, [sighting_of(copies(scrap)[0]).marks], REGISTERS) is None


def test_one_agreeing_copy_is_enough_and_an_unknown_code_tells_nothing():
    known = known_of(form(CODE))
    marks = [
        sighting_of(c).marks for c in copies(form(CODE), form(CODE, year="2564", start="2020-10-01", budget="1.00"))
    ]
    assert [known.agrees(CODE, m, REGISTERS) for m in (marks, marks[1:], [])] == [True, False, None]
    assert NOBODY.agrees(CODE, marks, REGISTERS) is None


def test_a_code_set_apart_is_joined_where_it_is_another_one_misread():
    """What stands under the code of another project is a known project's, one digit off."""
    park = form(MISREAD, district=OTHER_DISTRICT, budget="5.00")
    assert recognised(copies(form(MISREAD)), known_of(park), EMPTY) == [None]
    assert recognised(copies(form(MISREAD)), known_of(park, form(CODE)), EMPTY) == [CODE]


# ---------------------------------------------------------------- codes that nobody else is like

USED = ("50390000-9011", "50390000-9023", "50390000-9035")
ODD = "50390800-9001"  # a unit that no other code has


def test_what_is_left_of_a_cut_copy_is_joined_when_nobody_else_has_the_unit_of_its_code():
    found = [*copies(form(CODE), form(CODE)), *copies(cut(ODD), file=2)]
    assert recognised(found) == [CODE, CODE, ODD]
    assert recognised(found, known_of(others=USED)) == [CODE, CODE, CODE]


def test_what_is_left_of_a_cut_copy_is_its_own_when_its_unit_and_running_numbers_are_used():
    found = [*copies(form(CODE), form(CODE)), *copies(cut(ODD), file=2)]
    assert recognised(found, known_of(others=[*USED, "50390800-1044"])) == [CODE, CODE, CODE]  # the unit only
    assert recognised(found, known_of(others=[*USED, "50390800-9044"])) == [CODE, CODE, ODD]
    assert recognised(found, known_of(others=USED[:2])) == [CODE, CODE, ODD]  # so few that its own may be the first


@pytest.mark.parametrize("other", [{"district": OTHER_DISTRICT}, {"year": "2564"}, {"name": "ปรับปรุงทางเท้า"}])
def test_a_cut_copy_is_not_joined_when_anything_that_is_left_of_it_differs(other):
    found = [*copies(form(CODE), form(CODE)), *copies(cut(ODD, **other), file=2)]
    assert recognised(found, known_of(others=USED)) == [CODE, CODE, ODD]


@pytest.mark.parametrize("used", ["50390000-9555", "50390000-9099"])  # the unit; the unit and the running numbers
def test_of_two_codes_printed_once_the_one_of_a_used_unit_or_block_is_right(used):
    wrong = {"50390000-9555": "50390800-9001", "50390000-9099": "50390000-8001"}[used]
    for order in ((wrong, CODE), (CODE, wrong)):
        assert recognised(copies(*map(form, order)), known_of(others=[used]), EMPTY) == [CODE, CODE]


def test_a_code_is_counted_once_however_many_nights_print_it():
    tonight = {code: [sighting_of(c) for c in copies(form(code))] for code in (CODE, MISREAD)}
    known = known_of(form(CODE), others=["50390000-9555"])
    assert Codes(tonight, EMPTY, known).like(CODE) == (2, 1)
    assert Codes(tonight, EMPTY, known).like(MISREAD) == (2, 1)
    assert Codes(tonight, EMPTY, NOBODY).like(CODE) == (1, 1)
    assert Codes({}, EMPTY, NOBODY).like(CODE) == (0, 0)


def test_the_agency_of_a_prefix_is_the_verified_one_else_what_most_projects_of_all_nights_say():
    tonight = {"50770000-9001": [sighting_of(c) for c in copies(form("50770000-9001"))]}
    assert Codes(tonight, EMPTY, NOBODY).agency_of("50770000-1234") is None  # one code alone may be misread itself
    learned = known_of(agencies={"5077": {"วัฒนา": 1}, "5039": {"จอมทอง": 9}})
    assert Codes(tonight, EMPTY, learned).agency_of("50770000-1234") == "วัฒนา"
    assert Codes(tonight, EMPTY, known_of(agencies={"5077": {"บางนา": 1}})).agency_of("50770000-1234") is None
    assert Codes(tonight, REGISTERS, learned).agency_of(CODE) == "วัฒนา"
    assert Codes(tonight, EMPTY, learned).is_home_of(CODE, "จอมทอง")


# ---------------------------------------------------------------- which codes are asked for

DIGITS = st.from_regex(r"[0-9]{8}-[0-9]{4}", fullmatch=True)


@given(DIGITS)
def test_the_neighbours_of_a_code_differ_from_it_in_one_digit_and_are_all_there(code):
    found = list(neighbours(code))
    assert len(found) == len(set(found)) == 9 * 12
    assert all(sum(a != b for a, b in zip(code, other, strict=True)) == 1 for other in found)
    assert all(code in neighbours(other) for other in found[:5])
    assert found == list(neighbours(code))


def test_the_heads_of_a_code_are_its_unit_and_the_hundreds_of_its_number():
    assert heads_of(CODE) == ("50390000", "50390000-90")


# ---------------------------------------------------------------- properties

FORMS = st.builds(
    form, st.sampled_from([CODE, MISREAD, "50390000-9002", "50360000-9001", ODD]),
    district=st.sampled_from(["สำนักงานเขตวัฒนา", OTHER_DISTRICT, "สำนักงานเขตวัฒบา", None]),
    year=st.sampled_from(["2563", "2563", "2564"]), budget=st.sampled_from(["180000.00", "5.00", None]),
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(FORMS, st.integers(1, 3)), min_size=1, max_size=5), st.lists(FORMS, max_size=4),
    st.sampled_from([(), USED]), st.randoms(use_true_random=False),
)  # fmt: skip
def test_recognition_by_earlier_nights_does_not_depend_on_order_and_is_final(tonight, before, others, random):
    found = [copy_of(f, n, file) for n, (f, file) in enumerate(tonight, start=1)]
    known = known_of(*before, others=others)
    once = recognise(found, REGISTERS, known)
    assert recognise(random.sample(found, len(found)), REGISTERS, known) == once
    assert recognise(once, REGISTERS, known) == once
    turned = Known(dict(reversed(known.projects.items())), known.agencies, dict(reversed(known.heads.items())))
    assert recognise(found, REGISTERS, turned) == once
    assert all(c.project_code or c.identity_note for c in once)
    assert {c.project_code for c in once} <= {*(c.printed_code for c in once), *known.projects, None}


@settings(max_examples=80, deadline=None)
@given(st.lists(FORMS, min_size=1, max_size=4))
def test_a_copy_is_never_joined_to_a_project_that_earlier_nights_know_in_another_district(tonight):
    known = known_of(form(CODE, district=OTHER_DISTRICT))
    for copy in recognise(copies(*tonight), REGISTERS, known):
        if copy.project_code == CODE and copy.printed_code != CODE:
            assert all(r.value != "สำนักงานเขตวัฒนา" for r in copy.readings if r.field == "agency_path[1]")
