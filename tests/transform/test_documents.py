"""A delivery as `kaona check --json` prints it: the shape of DESIGN section 2, and the facts of the seed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.transform.forms import FORM, PLAIN, REPORT, Bad, context, copies_of, file_of, night_of, printed_copy, reports
from tests.transform.odd_prints import TEXT
from tests.transform.reading import SHARED, compare, documents, only, read_path
from transform.documents import as_document
from transform.reconcile import reconcile
from transform.records import UnreadLine

DOCUMENT = [
    "project_code", "project_name", "fiscal_year_be", "start_date", "end_date", "budget_received", "budget_spent", "agency_path",
    "responsible", "coordinator", "rationale", "objectives", "targets", "strategy", "reports", "n_copies", "truncated_copies",
    "conflicts", "flags", "unread_lines",
]  # fmt: skip
STRATEGY = [
    "issue_no",
    "issue_name",
    "issue_name_en",
    "sub_issue_no",
    "sub_issue_name",
    "goal_no",
    "goal_text",
    "indicators",
]
REPORT_KEYS = ["seq", "date", "status_text", "progress_pct", "disbursed_baht", "plan_status", "target_status"]


def document(*printed: Any, flags: Any = (), unread: Any = ()) -> dict[str, Any]:
    return as_document(reconcile(copies_of(*printed), context()), FORM, flags, unread)


PERSON = {
    "responsible": "น.ส.แก้ว ใจดี โทร.7001", "responsible.title": "นางสาว", "responsible.name": "แก้ว ใจดี", "responsible.phone": "7001",
}  # fmt: skip


def test_a_document_has_exactly_the_keys_of_the_contract_in_their_order():
    found = document({**PLAIN, **PERSON, "strategy.indicators[1]": "ร้อยละ", "strategy.indicators[1].dimension": "2"})
    assert list(found) == DOCUMENT
    assert list(found["strategy"]) == STRATEGY
    assert list(found["reports"][0]) == REPORT_KEYS
    assert list(found["responsible"]) == ["raw", "people", "unit", "phone"]
    assert found["strategy"]["indicators"] == [{"dimension": 2, "text": "ร้อยละ"}]
    assert json.loads(json.dumps(found)) == found


def test_values_are_plain_json_and_null_where_nothing_is_printed():
    found = document({**PLAIN, "budget_spent": None, "end_date": Bad("31/31/2563")})
    assert (found["fiscal_year_be"], found["budget_received"], found["budget_spent"]) == (2563, 180000.0, None)
    assert (found["start_date"], found["end_date"], found["coordinator"], found["objectives"]) == (
        "2019-10-01",
        None,
        None,
        [],
    )
    assert found["strategy"] == dict.fromkeys(STRATEGY[:-1]) | {"indicators": []}
    assert found["reports"] == [
        {
            "seq": 1,
            "date": "2019-10-25",
            "status_text": "เริ่มงาน",
            "progress_pct": 10.0,
            "disbursed_baht": 0.0,
            "plan_status": None,
            "target_status": None,
        }
    ]


def test_people_and_units_stand_apart():
    assert document({**PLAIN, **PERSON})["responsible"] == {
        "raw": "น.ส.แก้ว ใจดี โทร.7001", "people": [{"title": "นางสาว", "name": "แก้ว ใจดี"}], "unit": None, "phone": "7001",
    }  # fmt: skip
    unit = {"responsible": "ฝ่ายการศึกษา", "responsible.unit": "ฝ่ายการศึกษา"}
    assert document({**PLAIN, **unit})["responsible"] == {
        "raw": "ฝ่ายการศึกษา",
        "people": [],
        "unit": "ฝ่ายการศึกษา",
        "phone": None,
    }
    many = {**PERSON, **{f"responsible.name[{n}]": f"คนที่ {n}" for n in range(2, 13)}, "responsible.title[3]": "นาย"}
    people = document({**PLAIN, **many})["responsible"]["people"]
    assert [p["name"] for p in people[1:]] == [f"คนที่ {n}" for n in range(2, 13)]
    assert people[2] == {"title": "นาย", "name": "คนที่ 3"}
    assert document({**PLAIN, "coordinator": None})["coordinator"] is None


def test_both_rows_of_a_repeated_number_stand_in_printed_order_and_zero_reports_are_an_empty_list():
    rows = reports(("2", REPORT), ("1", REPORT), ("1#2", REPORT | {"date": "2019-11-01"}))
    bare = {k: v for k, v in PLAIN.items() if not k.startswith("reports")}
    assert [(r["seq"], r["date"][:7]) for r in document({**bare, **rows})["reports"]] == [
        (2, "2019-10"),
        (1, "2019-10"),
        (1, "2019-11"),
    ]
    assert document(bare)["reports"] == []


def test_copies_are_counted_and_truncated_ones_named_by_their_printed_place():
    copies = [
        printed_copy(PLAIN, 1, is_truncated=True),
        printed_copy(PLAIN, 2),
        printed_copy(PLAIN, 3, is_truncated=True),
    ]
    found = as_document(reconcile(copies, context()), FORM, [], [])
    assert (found["n_copies"], found["truncated_copies"]) == (3, [1, 3])


def test_flags_are_sorted_unread_lines_placed_and_conflicts_told():
    found = document(
        PLAIN, {**PLAIN, "budget_received": "1.00"}, flags=["z", "a:2"], unread=[UnreadLine(2, 7, "  อะไร ")]
    )
    assert found["flags"] == ["a:2", "z"]
    assert found["unread_lines"] == [{"page": 2, "line": 7, "text": "อะไร"}]
    assert found["conflicts"] == [
        {
            "field": "budget_received",
            "readings": ["180000.00", "1.00"],
            "chosen": "180000.00",
            "rule": "first_complete_copy",
            "decidable": False,
        }
    ]


def test_a_document_does_not_depend_on_where_its_files_lie():
    one, two = (file_of([printed_copy(PLAIN, sha=str(n) * 64, uri=uri)]) for n, uri in ((1, "x/b.txt"), (2, "a.txt")))
    found = [as_document(night_of(*order).deliveries[0], FORM, [], []) for order in ((one, two), (two, one))]
    assert found[0] == found[1]


# ---------------------------------------------------------------- the seed


def bare(text: str) -> str:
    return "".join(text.split()).strip("….")


@pytest.fixture(scope="module")
def seed() -> tuple[dict[str, Any], dict[str, Any]]:
    """(expected, found)"""
    path = SHARED / "seed" / "progress-form.txt"
    if not path.exists():
        pytest.skip("the seed is not beside this checkout")
    expected = json.loads((SHARED / "seed" / "expected.json").read_text(encoding="utf-8"))["documents"]
    found = documents(read_path(path))
    assert list(found) == [d["project_code"] for d in expected]
    return expected[0], found[expected[0]["project_code"]]


def test_the_seed_gives_its_facts(seed):
    expected, found = seed
    assert list(compare(expected, found)) == []
    assert bare(found["coordinator"]["raw"]) == bare(expected["coordinator"]["raw"])
    assert (found["n_copies"], found["truncated_copies"], found["unread_lines"]) == (2, [], [])


def test_the_seed_has_exactly_its_conflicts_and_they_are_decided_as_expected(seed):
    expected, found = seed
    conflicts = {c["field"]: c for c in found["conflicts"]}
    assert [c["field"] for c in found["conflicts"]] == [c["field"] for c in expected["conflicts"]]
    for wanted in expected["conflicts"]:
        conflict = conflicts[wanted["field"]]
        assert conflict["decidable"] is wanted["decidable"], wanted["field"]
        if wanted["field"] == "targets[1]":  # told in words there
            assert [" | " in reading for reading in conflict["readings"]] == [True, False]
            assert bare(conflict["chosen"]) == bare(expected["targets"][0]) == bare(conflict["readings"][1])
            continue
        assert len(conflict["readings"]) == len(wanted["readings"])
        for reading, part in zip(conflict["readings"], wanted["readings"], strict=True):
            assert bare(part) in bare(reading), wanted["field"]
        assert bare(wanted["chosen"]) in bare(conflict["chosen"])
    assert {f: c["rule"] for f, c in conflicts.items()} == {
        "coordinator.name": "name_statistics", "rationale": "first_complete_copy", "targets[1]": "line_wrap",
        "reports[2].status_text": "register", "reports[3].status_text": "register", "reports[4].status_text": "register",
    }  # fmt: skip


def test_a_party_whose_line_is_damaged_keeps_what_could_be_read():
    party = only(TEXT.replace("ปุณณวิช", "ปุณ\ufffdวิช"))["responsible"]
    assert [p["name"].startswith("ปุณ\ufffdวิช") for p in party["people"]] == [True]
    assert party["phone"] == "1935"
