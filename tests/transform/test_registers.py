"""Registers from CSV: read, or refused with the file, the line and what was expected; never half."""

from __future__ import annotations

from pathlib import Path

import pytest

from transform.registers import AgencyCode, Contact, Registers, read_registers

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
HEAD = "project_code,field,printed,right,reason,who,when\n"
GOOD = '50390000-9001,budget_received,"18O,000","180,000",ตรวจต้นฉบับ,ผู้ตรวจ,2026-01-05\n'


def committed() -> dict[str, str]:
    return {p.name: p.read_text(encoding="utf-8") for p in REFERENCE.iterdir() if p.is_file()}


def test_the_committed_registers_are_well_formed():
    registers = read_registers(committed())
    assert len({a.prefix for a in registers.agency_codes}) == len(registers.agency_codes) > 50
    assert "สำนักการศึกษา" in registers.departments
    assert [c.kind for c in registers.contacts].count("default") == 1
    assert registers.corrections == ()
    assert set(registers.status_words) == {"reports.plan_status", "reports.target_status"}


def test_missing_files_are_empty_registers():
    assert read_registers({}) == Registers()
    assert read_registers({"corrections.csv": "", "contacts.csv": "kind,name,email\n"}) == Registers()


def test_rows_are_read_with_a_bom_quotes_spaces_and_blank_lines():
    files = {
        "agency_codes.tsv": "\ufeffprefix\tagency\tstatus\textra\n5039\t สำนักงานเขตวัฒนา \tVERIFIED\t1039\n",
        "contacts.csv": 'kind,name,email\n\ncoordinator,"ใจดี, กล้า",a@kaona.invalid\n',
        "corrections.csv": HEAD + GOOD,
    }
    registers = read_registers(files)
    assert registers.agency_codes == (AgencyCode("5039", "สำนักงานเขตวัฒนา", "VERIFIED"),)
    assert registers.contacts == (Contact("coordinator", "ใจดี, กล้า", "a@kaona.invalid"),)
    (correction,) = registers.corrections_by_place["50390000-9001", "budget_received"]
    assert (correction.printed, correction.right) == ("18O,000", "180,000")


def test_keys_are_compared_without_spaces_and_longest_first():
    registers = Registers(
        departments=("สำนัก การโยธา", "สำนักการโยธาธิการ"), people=("กล้า ใจดี",), status_words={"x": ("ตาม แผน",)}
    )
    assert registers.agencies == ("สำนักการโยธาธิการ", "สำนักการโยธา")
    assert registers.people_keys == {"กล้าใจดี"}
    assert registers.status_keys == {"x": frozenset({"ตามแผน"})}


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("agency_codes.tsv", "prefix\tagency\n5039\tx\n", "agency_codes.tsv line 1: no column status"),
        ("agency_codes.tsv", "prefix\tagency\tstatus\n503\tx\tVERIFIED\n", "agency_codes.tsv line 2: '503' is no agency code"),
        ("agency_codes.tsv", "prefix\tagency\tstatus\n5039\tx\tSURE\n", "line 2: status 'SURE'; expected VERIFIED, INFERRED or GUESS"),
        ("agency_codes.tsv", "prefix\tagency\tstatus\n5039\t\tGUESS\n", "line 2: the column agency is empty"),
        ("contacts.csv", "kind,name,email\ndefault,x\n", "contacts.csv line 2: 2 values where the head names 3 columns"),
        ("contacts.csv", "kind,name,email\nboss,x,a@b\n", "line 2: kind 'boss'"),
        ("contacts.csv", "kind,name,email\ndefault,x,a b\n", "line 2: 'a b' is no mail address"),
        ("status_words.csv", "field,word\nreports.mood,ดี\n", "status_words.csv line 2: 'reports.mood' is no field"),
        ("departments.csv", 'name,note\n"สำนัก,x\n', "departments.csv line"),
        ("corrections.csv", HEAD + GOOD.replace('"180,000"', "180,000"), "corrections.csv line 2: 8 values where the head names 7"),
        ("corrections.csv", HEAD + GOOD + "x\n", "corrections.csv line 3: 1 values"),
        ("corrections.csv", HEAD + GOOD.replace("180,000", "18O,OOO"), "line 2: budget_received:"),
        ("corrections.csv", HEAD + GOOD.replace("50390000-9001", "5039-9001"), "line 2: '5039-9001' is no project code"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "budget"), "line 2: budget: the form has no such field"),
        ("corrections.csv", HEAD + GOOD.replace("ผู้ตรวจ", ""), "line 2: the column who is empty"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "project_code"), "as a whole cannot be corrected"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "coordinator"), "correct its parts"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "targets"), "expected for example targets[1]"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "reports.date"), "expected for example reports[3].date"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "strategy.indicators.dimension"), "strategy.indicators[1]"),
        ("corrections.csv", HEAD + GOOD.replace("budget_received", "strategy.indicators[1].dimension"), "is no number"),
        ("corrections.csv", HEAD + GOOD + GOOD.replace("180,000", "190,000"), "line 3: '18O,000' is already corrected to '180,000'"),
    ],
)  # fmt: skip
def test_a_row_that_is_not_well_formed_is_refused_with_its_place(name, text, said):
    with pytest.raises(ValueError, match="data/reference/") as refused:
        read_registers({name: text})
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("targets[2]", "ข้อความ"), ("reports[3].date", "25/10/2562"), ("reports[3#2].progress_pct", "10.00 %"), ("coordinator.name", "กล้า ใจดี"),
        ("strategy.indicators[1].dimension", "2"), ("strategy.goal_no", "7.2.1"), ("agency_path[1]", "สำนักงานเขตวัฒนา"), ("rationale", "-"),
        ("budget_spent", ""), ("fiscal_year_be", "๒๕๖๓"),
    ],
)  # fmt: skip
def test_every_kind_of_value_can_be_corrected(address, right):
    row = f"50390000-9001,{address},เดิม,{right},เหตุผล,ผู้ตรวจ,2026-01-05\n"
    assert read_registers({"corrections.csv": HEAD + row}).corrections[0].field == address
