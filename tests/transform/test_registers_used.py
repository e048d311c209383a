"""Which changes of the registers make every stored night decided again, and which do not."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transform import registers_used
from transform.registers_used import RULES, register_hashes

CONTACTS = "kind,name,email\ncoordinator,สมหมาย ใจงาม,a@kaona.invalid\nagency,สำนักงานเขตวัฒนา,b@kaona.invalid\n"
FILES = {
    "contacts.csv": CONTACTS,
    "departments.csv": "name,status\nสำนักการศึกษา,VERIFIED\nสำนักการโยธา,VERIFIED\n",
    "corrections.csv": "project_code,field,printed,right,reason,who,when\n",
}


def changed(name: str, text: str) -> list[str]:
    """Names of the registers that are other ones when this file says this."""
    before, after = register_hashes(FILES), register_hashes({**FILES, name: text})
    return [n for n in sorted({*before, *after}) if before.get(n) != after.get(n)]


def test_another_mail_address_changes_nothing():
    assert changed("contacts.csv", CONTACTS.replace("a@kaona", "somebody@kaona")) == []
    assert changed("contacts.csv", CONTACTS.replace("b@kaona.invalid", "")) == []


def test_contacts_in_another_order_are_the_same_contacts():
    head, one, two = CONTACTS.splitlines()
    assert changed("contacts.csv", f"{head}\n{two}\n{one}\n") == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("สมหมาย", "สมมาย"), ("coordinator", "agency"),
        ("agency,", "coordinator,กล้า ใจดี,c@kaona.invalid\nagency,"),
    ],
)  # fmt: skip
def test_another_coordinator_is_another_register(old, new):
    assert changed("contacts.csv", CONTACTS.replace(old, new)) == ["contacts.csv"]


def test_who_else_gets_mail_and_what_is_muted_decide_nothing():
    assert changed("contacts.csv", CONTACTS.replace("agency,สำนักงานเขตวัฒนา,b@kaona.invalid\n", "")) == []
    assert changed("contacts.csv", CONTACTS + "head,ผู้อำนวยการ,c@kaona.invalid\n") == []
    assert changed("mutes.csv", "finding_id,rule,project_code,until,reason,who,when\n") == []


@pytest.mark.parametrize(
    "text",
    [
        FILES["departments.csv"] + "สำนักอนามัย,VERIFIED\n", FILES["departments.csv"].replace("โยธา", "โยทา"),
        FILES["departments.csv"].replace("VERIFIED\n", "GUESS\n", 1), "name,status\nสำนักการโยธา,VERIFIED\nสำนักการศึกษา,VERIFIED\n", "",
    ],
)  # fmt: skip
def test_any_other_line_of_any_other_register_counts(text):
    assert changed("departments.csv", text) == ["departments.csv"]


@pytest.mark.parametrize(
    "as_saved", [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t + "\n\n", str.strip]
)
@pytest.mark.parametrize("name", sorted(FILES))
def test_how_a_spreadsheet_saves_a_register_changes_nothing(name, as_saved):
    assert changed(name, as_saved(FILES[name])) == []


def test_a_register_that_comes_or_goes_counts():
    assert changed("divisions.csv", "name\n") == ["divisions.csv"]
    without = {k: v for k, v in FILES.items() if k != "departments.csv"}
    assert set(register_hashes(FILES)) - set(register_hashes(without)) == {"departments.csv"}


def test_entries_are_the_lines_behind_the_head():
    assert {name: entries for name, (_, entries) in register_hashes(FILES).items()} == {
        "contacts.csv": 1, "corrections.csv": 0, "departments.csv": 2, RULES: 1,
    }  # fmt: skip
    assert register_hashes({"empty.csv": ""})["empty.csv"][1] == 0


def test_other_rules_are_another_register(monkeypatch):
    before = register_hashes({})
    assert list(before) == [RULES]
    monkeypatch.setattr(registers_used, "RULES_VERSION", f"{registers_used.RULES_VERSION}+")
    assert register_hashes({})[RULES] != before[RULES]


def test_the_registers_come_sorted_whatever_the_order_of_the_files():
    turned = dict(reversed(FILES.items()))
    assert list(register_hashes(turned).items()) == list(register_hashes(FILES).items())
    assert list(register_hashes(turned)) == [RULES, *sorted(FILES)]


def test_a_hash_is_one_that_other_tools_make_too():
    said = FILES["departments.csv"].strip()
    assert register_hashes(FILES)["departments.csv"][0] == hashlib.sha256(said.encode()).hexdigest()


def test_the_committed_registers_are_hashed():
    folder = Path(__file__).parents[2] / "data" / "reference"
    files = {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir() if p.is_file()}
    found = register_hashes(files)
    assert set(found) == {RULES, *files} - {"mutes.csv"}  # who is told what decides nothing
    assert all(len(digest) == 64 for digest, _ in found.values())


@given(st.text(max_size=60), st.text(max_size=60))
def test_any_text_has_a_hash_and_other_lines_another_one(one, two):
    first, second = (register_hashes({"departments.csv": text})["departments.csv"] for text in (one, two))

    def lines(text: str) -> list[str]:
        return [line for line in text.removeprefix("\ufeff").splitlines() if line.strip()]

    assert (first == second) == (lines(one) == lines(two))
    assert register_hashes({"contacts.csv": one})["contacts.csv"][1] >= 0
