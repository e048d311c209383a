"""A project decided elsewhere is, when taken over, the project decided here: readings, addresses, grounds and all."""

from __future__ import annotations

import pickle
from collections.abc import Sequence

import pytest

from tests.transform.forms import CODE, PLAIN, REGISTERS, REPORT, Bad, Printed, context, copies_of, reports
from tests.transform.reading import OTHER, PROJECT, printed, read_text
from transform.known_projects import Known
from transform.night import look_at, recognise_night
from transform.projects import Projects, in_turn
from transform.records import FormCopy

LATER = {**REPORT, "date": "2019-12-01", "disbursed_baht": "7.00"}
CASES: dict[str, tuple[Printed, ...]] = {
    "one copy": (PLAIN,),
    "two alike": (PLAIN, PLAIN),
    "other values": (PLAIN, {**PLAIN, "budget_spent": "1.00", "project_name": "โครงการอื่น"}),
    "a damaged value": (PLAIN, {**PLAIN, "budget_spent": Bad("1,5O0")}),
    "an item elsewhere": (
        {**PLAIN, "targets[1]": "เด็กทุกคนอ่านหนังสือ", "targets[2]": "ครูทุกคนรายงานผลทุกเดือน"},
        {**PLAIN, "targets[1]": "ครูทุกคนรายงานผลทุกเดือน"},
    ),
    "a bullet in two pieces": (
        {**PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการ", "targets[2]": "การพัฒนาคุณภาพ"},
        {**PLAIN, "targets[1]": "เด็กร่วมกิจกรรมที่นำไปสู่การปฏิบัติการพัฒนาคุณภาพ"},
    ),
    "rows of one number": (
        {**PLAIN, **reports(("3", REPORT), ("3#2", LATER))},
        {**PLAIN, **reports(("3", LATER), ("3#2", REPORT))},
    ),
}


def taken_over(group: Sequence[FormCopy]) -> None:
    projects = Projects([group], context(REGISTERS))
    handed = pickle.loads(pickle.dumps(projects.hand_over(0)))
    assert projects.take_over(0, handed) == projects.decide(0)


@pytest.mark.parametrize("printed_alike", CASES.values(), ids=CASES)
def test_a_project_decided_elsewhere_is_the_one_decided_here(printed_alike):
    taken_over(copies_of(*printed_alike))
    taken_over(copies_of(*reversed(printed_alike)))


def test_the_copies_of_whole_forms_damaged_in_one_are_the_same_when_taken_over():
    texts = [
        printed(style, p).replace("การ", lost, 3) for style, lost in ((1, "การ"), (2, "การ ")) for p in (PROJECT, OTHER)
    ]
    seen = look_at([read_text(t, f"{n}.txt") for n, t in enumerate(texts)])
    groups = recognise_night(seen, REGISTERS, Known.nothing()).groups
    assert sorted(map(len, groups.values())) == [2, 2]
    for group in groups.values():
        taken_over(group)


def test_what_all_copies_say_alike_is_handed_over_as_places_only():
    projects = Projects([copies_of(PLAIN, PLAIN)], context(REGISTERS))
    handed = projects.hand_over(0)
    assert {d[0] for d in handed.decisions if len(d) == 2} == {"agreed"}
    assert PLAIN["project_name"] not in repr(handed)
    assert CODE not in repr([d for d in handed.decisions if len(d) == 2])


def test_without_workers_the_projects_are_decided_in_their_order():
    projects = Projects([copies_of(PLAIN), copies_of({**PLAIN, "budget_spent": "1.00"})], context(REGISTERS))
    projects.prepare()
    assert list(in_turn(projects)) == [(0, (projects.decide(0), projects.decide(1)))]
