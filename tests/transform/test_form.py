"""The registry: what is declared is whole, and what is not is refused with its place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from transform.form import FORM_FOLDER, load_form
from transform.values import PARSERS

FORM = load_form()
TYPES = re.compile(r"VARCHAR|INTEGER|BIGINT|BOOLEAN|DATE|DECIMAL\(\d+,\d+\)")


@pytest.mark.parametrize("field", FORM.fields.values(), ids=lambda f: f.field)
def test_every_field_is_described_and_published_in_full_or_not_at_all(field):
    assert field.th
    assert field.en
    assert (field.table is None) == (field.column is None) == (field.type is None)
    assert field.policy in ("identity", "typed", "register", "status", "name", "text", "long_text", "item", "whole")
    assert FORM.field_of(field.field) is field


@pytest.mark.parametrize("table", FORM.tables.values(), ids=lambda t: t.qualified)
def test_every_table_has_a_key_described_columns_and_known_types(table):
    assert table.key
    assert set(table.key) <= set(table.column_names)
    assert table.column_names[: len(table.key)] == table.key
    assert len(set(table.column_names)) == len(table.column_names)
    for column in table.columns:
        assert column.th
        assert column.en
        assert TYPES.fullmatch(column.type), column


def test_every_field_of_a_table_is_a_column_of_it():
    for table in FORM.tables.values():
        named = {c.field for c in table.columns if c.field}
        assert {f.field for f in FORM.columns_of(table.name)} <= named


def test_every_entry_has_a_parser_and_belongs_to_a_section():
    sections = {s.id for s in FORM.sections}
    for entry in FORM.entries:
        assert entry.section in sections
        assert entry in FORM.entries_of(entry.section)
        assert entry.parser in PARSERS or entry.parser in ("paragraphs", "bullets", "report")
    assert [s.order for s in FORM.sections] == list(range(len(FORM.sections)))


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("budget_received", "budget_received"), ("targets[12]", "targets"), ("agency_path[1]", "agency_path[1]"), ("agency_path[7]", "agency_path"),
        ("reports[3#2].date", "reports.date"), ("strategy.indicators[2].dimension", "strategy.indicators.dimension"),
        ("responsible.name[2]", "responsible.name"),
    ],
)  # fmt: skip
def test_an_address_leads_to_its_field(address, field):
    assert FORM.field_of(address).field == field


def test_an_unknown_address_is_refused_by_name():
    with pytest.raises(KeyError, match=r"reports\[1\]\.mood: the form has no such field"):
        FORM.field_of("reports[1].mood")


def test_the_registry_is_read_once():
    assert load_form() is FORM


def declared(tmp_path: Path, name: str, old: str, new: str) -> Path:
    for file in ("progress.toml", "warehouse.toml"):
        text = (FORM_FOLDER / file).read_text(encoding="utf-8")
        assert name != file or old in text
        (tmp_path / file).write_text(text.replace(old, new, 1) if name == file else text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            "progress.toml",
            'table = "dim_project"',
            'table = "dim_projekt"',
            "tables that warehouse.toml does not declare",
        ),
        ("progress.toml", 'column = "project_name"\n', "", "project_name names a table but no column"),
        ("progress.toml", "expect = { required = true }", "expect = { needed = true }", "expect .'needed'. is none of"),
        ("progress.toml", 'nests_in = "strategy_issue_no"', 'nests_in = "issue"', "'issue', which is no column of it"),
        ("warehouse.toml", 'key = ["project_code"]', 'key = ["code"]', r"key \['code'\] of dim_project is no column"),
        ("warehouse.toml", '"@fields",', '"fields",', "'fields' is no column, #shared, @fields, @table or -NAME"),
    ],
)
def test_an_inconsistent_declaration_is_refused_with_its_place(tmp_path, file, old, new, said):
    with pytest.raises(ValueError, match=said):
        load_form(declared(tmp_path, file, old, new))
