"""Lines of the files under data/reference that have no effect are findings, whatever a night brings."""

from dataclasses import replace
from datetime import timedelta

from transform.records import Night
from transform.registers import Mute

NEXT = timedelta(days=1)


def one(findings, rule):
    found = findings[findings["rule"] == rule]
    assert len(found) == 1, findings[["rule", "field"]].to_string()
    return found.iloc[0]


def test_a_quiet_night_leaves_standing_findings_as_they_are(office):
    refused = replace(office.REGISTERS, faults=("data/reference/contacts.csv line 3: the column email holds …",))
    known = office.findings(office.night(), registers=refused)
    row = one(known, "reference_line_refused")
    assert (row["uri"], row["line"]) == ("data/reference/contacts.csv", 3)
    quiet = Night(office.NIGHT + NEXT, (), (), ())
    assert office.findings(quiet, known, registers=refused).empty
    assert office.findings(quiet, known)["state"].tolist() == ["resolved"]


def test_a_mute_of_a_rule_that_does_not_exist_is_told(office):
    lines = [
        Mute(2, None, "zero_report", None, office.NIGHT, "r", "w", None),
        Mute(3, None, "zero_reports", None, office.NIGHT, "r", "w", None),
    ]
    found = office.findings(office.night(), registers=replace(office.REGISTERS, mutes=tuple(lines)))
    row = one(found, "reference_line_refused")
    assert (row["uri"], row["line"]) == ("data/reference/mutes.csv", 2)
    assert "zero_report" in row["message_th"]
