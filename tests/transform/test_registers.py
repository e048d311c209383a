"""Registers from CSV: read, or refused with the file, the line and what was expected; never half."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from transform import register_files
from transform.register_names import REGISTER_NAMES
from transform.registers import AgencyCode, Contact, Division, Registers, Strategy, read_registers

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
HEAD = "project_code,field,printed,right,reason,who,when\n"
PLAN = "plan_period,number,level,text,text_en,basis\n"
PAIRS = "from,to,kind,basis\n"
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
    assert len(registers.sections) == 10
    assert {s.plan_period for s in registers.strategies} == {"2561-2565", "2566-2570"}
    assert registers.confusion_kinds["ธ", "อ"] == "likely_misprint"
    assert registers.people == ()


@pytest.mark.parametrize(
    "name", ["departments.csv", "divisions.csv", "strategies.csv", "confusions.csv", "status_words.csv"]
)
def test_every_line_of_the_committed_registers_says_how_sure_it_is(name):
    lines = list(csv.DictReader(committed()[name].splitlines()))
    assert lines
    assert {line["basis"] for line in lines} <= {"VERIFIED", "INFERRED", "GUESS"}


def test_no_line_of_the_committed_registers_is_there_twice():
    for name, text in committed().items():
        lines = text.splitlines()
        assert len(set(lines)) == len(lines), name


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


def test_the_registers_of_divisions_strategies_confusions_and_people_are_read():
    files = {
        "divisions.csv": "name,kind,basis,note\nฝ่ายโยธา,district,INFERRED,\nกองหนังสือ,department,GUESS,ยังไม่พบ\n",
        "strategies.csv": "plan_period,number,level,text,text_en,basis\n2561-2565,7.2,sub_issue,ห้องสมุด ชุมชน,Library,VERIFIED\n",
        "confusions.csv": "from,to,kind,basis,note\nอ,ธ,likely_misprint,VERIFIED,\n่,,likely_misprint,INFERRED,\n0,O,likely_misprint,GUESS,\n",
        "people.csv": "name,role,basis\nกล้า ใจดี,coordinator,VERIFIED\nใคร สักคน,responsible,GUESS\n",
    }
    registers = read_registers(files)
    assert registers.divisions == (
        Division("ฝ่ายโยธา", "district", "INFERRED"),
        Division("กองหนังสือ", "department", "GUESS"),
    )
    assert (registers.division_keys, registers.sections) == ({"ฝ่ายโยธา"}, ("ฝ่ายโยธา",))
    assert registers.strategies == (Strategy("2561-2565", "7.2", "sub_issue", "ห้องสมุด ชุมชน", "Library", "VERIFIED"),)
    kinds = registers.confusion_kinds
    assert {("อ", "ธ"), ("ธ", "อ"), ("่", ""), ("", "่"), ("0", "o"), ("o", "0")} == set(kinds)
    assert registers.people == ("กล้า ใจดี",)  # a guess is no knowledge


def test_the_same_line_twice_is_one_and_columns_of_ones_own_are_free():
    line = "ฝ่ายโยธา,district,INFERRED,สมหมาย\n"
    registers = read_registers({"divisions.csv": f"name,kind,basis,checked_by\n{line}{line}"})
    assert registers.division_keys == {"ฝ่ายโยธา"}


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
        ("status_words.csv", "field,word\nreports.mood,ดี\n", "status_words.csv line 2: 'reports.mood' is no field"),
        ("departments.csv", 'name,note\n"สำนัก,x\n', "departments.csv line"),
        ("departments.csv", "name,basis\nสำนักการโยธา,SURE\n", "departments.csv line 2: basis 'SURE'; expected VERIFIED, INFERRED or GUESS"),
        ("status_words.csv", "field,word,basis\nreports.plan_status,ดี,x\n", "status_words.csv line 2: basis 'x'"),
        ("divisions.csv", "name,kind\nฝ่ายโยธา,district\n", "divisions.csv line 1: no column basis; expected the columns name, kind, basis"),
        ("divisions.csv", "name,kind,basis\nฝ่ายโยธา,office,INFERRED\n", "line 2: kind 'office'; expected district or department"),
        ("divisions.csv", "name,kind,basis\nฝ่ายโยธา,district,\n", "line 2: basis ''"),
        ("divisions.csv", "name,kind,basis\n,district,GUESS\n", "line 2: the column name is empty"),
        ("divisions.csv", "name,kind,basis\nก,district,GUESS\nก,department,GUESS\n", "line 3: 'ก' is already a division of the kind district"),
        ("people.csv", "name,role,basis\nกล้า,boss,GUESS\n", "people.csv line 2: role 'boss'; expected coordinator or responsible"),
        ("strategies.csv", PLAN + "2563-2567,7,issue,ก,,GUESS\n", "strategies.csv line 2: '2563-2567' is no plan period; expected 2561-2565"),
        ("strategies.csv", PLAN + "2561-2566,7,issue,ก,,GUESS\n", "line 2: '2561-2566' is no plan period"),
        ("strategies.csv", PLAN + "2561-2565,7.2,issue,ก,,GUESS\n", "line 2: '7.2' is no number of a issue; expected for example 7"),
        ("strategies.csv", PLAN + "2561-2565,๗.๒.๑,goal,ก,,GUESS\n", "expected for example 7.2.1"),
        ("strategies.csv", PLAN + "2561-2565,7,aim,ก,,GUESS\n", "line 2: level 'aim'; expected issue, sub_issue or goal"),
        ("strategies.csv", PLAN + "2561-2565,7,issue,,,GUESS\n", "line 2: the column text is empty"),
        ("strategies.csv", PLAN + "2561-2565,7,issue,ก,A,GUESS\n2561-2565,7,issue,ก,B,GUESS\n", "line 3: 7 'ก' is already 'A' in English"),
        ("confusions.csv", PAIRS + ",ก,harmless,GUESS\n", "confusions.csv line 2: the column from is empty"),
        ("confusions.csv", PAIRS + "ก,ข,typo,GUESS\n", "line 2: kind 'typo'; expected harmless or likely_misprint"),
        ("confusions.csv", PAIRS + "3,8,likely_misprint,GUESS\n", "line 2: two digits are never a standing confusion"),
        ("confusions.csv", PAIRS + "๓,8,harmless,GUESS\n", "line 2: two digits are never a standing confusion"),
        ("confusions.csv", PAIRS + "เเ,แ,likely_misprint,GUESS\n", "are the same after normalisation: harmless"),
        ("confusions.csv", PAIRS + "ก,ข,harmless,GUESS\nข,ก,likely_misprint,GUESS\n", "line 3: 'ก' and 'ข' are already harmless"),
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


@pytest.mark.parametrize(
    ("name", "line", "why"),
    [
        ("contacts.csv", "default,x", "2 values where the head names 3 columns"),
        ("contacts.csv", "boss,x,a@kaona.invalid", "kind 'boss'"),
        ("contacts.csv", "default,x,a b", "holds no mail address"),
        ("contacts.csv", 'default,x,"a@kaona.invalid,b@kaona.invalid"', "holds no mail address"),
        ("contacts.csv", '"default","x","a@kaona.invalid\nBcc: b@kaona.invalid"', "holds no mail address"),
        ("mutes.csv", "00aa,,,,รอ,สยป.,", "the column until is empty"),
        ("mutes.csv", "00aa,,,-,รอ,สยป.,", "must come back one day"),
        ("mutes.csv", "00aa,,,31/2/2570,รอ,สยป.,", "is not a day"),
        ("mutes.csv", ",,50390000-9001,1/2/2570,รอ,สยป.,", "expected either a finding_id"),
        ("mutes.csv", "00aa,zero_reports,,1/2/2570,รอ,สยป.,", "expected either a finding_id"),
    ],
)
def test_a_line_about_who_is_told_what_is_set_aside_and_said(name, line, why):
    head = {"contacts.csv": "kind,name,email", "mutes.csv": "finding_id,rule,project_code,until,reason,who,when"}[name]
    good = {"contacts.csv": "head,ข,b@kaona.invalid", "mutes.csv": ",zero_reports,5039,1 มี.ค. 2570,รอ,สยป.,"}[name]
    registers = read_registers({name: f"{head}\n{line}\n{good}\n"})
    [fault] = registers.faults
    assert fault.startswith(f"data/reference/{name} line ")
    assert why in fault
    assert "kaona.invalid" not in fault
    assert len(registers.contacts) + len(registers.mutes) == 1  # the lines behind it are used


def test_a_mute_names_a_finding_or_a_rule_and_a_day():
    text = "finding_id,rule,project_code,until,reason,who,when\n00aa,,,2027-03-01,รอหนังสือ,สยป.,25/11/2569\n"
    [mute] = read_registers({"mutes.csv": text}).mutes
    assert (mute.finding_id, mute.rule, mute.until, mute.when) == ("00aa", None, date(2027, 3, 1), date(2026, 11, 25))


def test_a_quote_that_is_not_closed_ends_the_file_and_says_so():
    text = 'kind,name,email\ndefault,ก,a@kaona.invalid\nhead,"ข,b@kaona.invalid\nagency,ค,c@kaona.invalid\n'
    registers = read_registers({"contacts.csv": text})
    assert [c.kind for c in registers.contacts] == ["default"]
    assert registers.faults[0].endswith("of this file nothing more is used")


def test_every_register_is_named():
    known = [value.name for value in vars(register_files).values() if isinstance(value, register_files.RegisterFile)]
    assert sorted(known) == sorted(REGISTER_NAMES)
