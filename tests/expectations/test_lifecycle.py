"""The life of a finding: new, open, resolved, regressed; judged only by nights that can say something of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from expectations.lifecycle import Finding, findings_in, follow
from transform.form import load_form
from transform.tables import frame_of

START = date(2026, 1, 1)


def found(finding_id: str, night: date) -> Finding:
    return Finding(
        finding_id, "zero_reports", "completeness", "check", finding_id, None, None, None, None, None, None, "ก", "a",
        night, night,
    )  # fmt: skip


def live(nights: Mapping[int, tuple[set[str], set[str]]]) -> dict[int, dict[str, Finding]]:
    """How findings stand after each night; a night is (what it delivers, what is found of it)."""
    standing: dict[str, Finding] = {}
    after = {}
    for day, (delivered, wrong) in sorted(nights.items()):
        night = START + timedelta(days=day)
        told = follow(
            [found(x, night) for x in wrong & delivered],
            standing.values(),
            night,
            lambda f: f.project_code in delivered,  # noqa: B023
        )
        standing = {**standing, **{f.finding_id: f for f in told}}
        after[day] = standing
    return after


def test_a_life_from_new_to_regressed() -> None:
    after = live(
        {
            0: ({"p"}, {"p"}),
            1: ({"p"}, {"p"}),
            2: (set(), set()),
            4: ({"p"}, set()),
            6: ({"p"}, {"p"}),
            7: ({"p"}, {"p"}),
        }
    )
    seen = [(f.state, f.days_open, f.resolved_on) for f in (after[day]["p"] for day in (0, 1, 2, 4, 6, 7))]
    assert seen == [
        ("new", 0, None),
        ("open", 1, None),
        ("open", 1, None),
        ("resolved", 1, START + timedelta(days=4)),
        ("regressed", 6, None),
        ("open", 7, None),
    ]
    assert {f.first_seen for f in (after[day]["p"] for day in after)} == {START}


def test_what_was_not_delivered_is_not_resolved() -> None:
    after = live({0: ({"p", "q"}, {"p", "q"}), 1: ({"q"}, set())})
    assert {x: f.state for x, f in after[1].items()} == {"p": "new", "q": "resolved"}


def test_a_resolved_finding_is_told_once() -> None:
    known = [found("p", START)]
    [resolved] = follow([], known, START + timedelta(days=1), lambda f: True)
    assert follow([], [resolved], START + timedelta(days=2), lambda f: True) == []


def test_findings_come_back_from_a_frame_as_they_went_in() -> None:
    table = load_form().tables["finding"]
    [resolved] = follow([], [found("p", START)], START + timedelta(days=1), lambda f: True)
    rows = [{name: getattr(f, name) for name in table.column_names} for f in (found("q", START), resolved)]
    assert findings_in(frame_of(table, rows)) == [found("q", START), resolved]


PROJECTS = st.sets(st.sampled_from("pqr"))


@given(st.dictionaries(st.integers(0, 9), st.tuples(PROJECTS, PROJECTS), min_size=1))
def test_the_state_is_what_the_nights_say(nights: dict[int, tuple[set[str], set[str]]]) -> None:
    after = live(nights)
    for project in "pqr":
        judged = [(day, project in wrong) for day, (delivered, wrong) in sorted(nights.items()) if project in delivered]
        finding = after[max(nights)].get(project)
        if not any(is_wrong for _, is_wrong in judged):
            assert finding is None
            continue
        assert finding is not None
        wrong_days = [day for day, is_wrong in judged if is_wrong]
        assert finding.first_seen == START + timedelta(days=wrong_days[0])
        assert finding.last_seen == START + timedelta(days=wrong_days[-1])
        stands = judged[-1][1]
        assert (finding.state != "resolved") == stands
        assert (finding.resolved_on is None) == stands
        if stands and len(judged) > 1:
            assert finding.state == ("open" if judged[-2][1] else "regressed" if len(wrong_days) > 1 else "new")
