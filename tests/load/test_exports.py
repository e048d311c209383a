from __future__ import annotations

import csv
import json
import time
from decimal import Decimal

import duckdb
import pytest
from openpyxl import load_workbook

from load.exports import NOT_EXPORTED, export, export_beside, export_views, exported_tables
from load.manifest import hash_of, manifest, write_manifest
from load.warehouse import open_work, work_path
from load.workbook import write_workbook
from tests.load.conftest import CODE, FIRST, REJECTED, SECOND, VALUES, Warehouse, agreed, make_night, second_values
from transform.form import load_form
from transform.workbooks import ACTS


def hashes(files):
    return {path.name: hash_of(path) for path in files}


def test_the_same_content_gives_the_same_bytes(published, tmp_path):
    formats = ("parquet", "csv", "xlsx")
    first = {format: export(published, tmp_path / "one", format) for format in formats}
    time.sleep(2.1)  # a zip entry keeps its time to two seconds
    for format in formats:
        assert hashes(first[format]) == hashes(export(published, tmp_path / "two", format))
        assert [p.name for p in first[format]] == [f"{t.name}.{format}" for t in exported_tables()]


def test_exports_do_not_depend_on_the_order_in_which_the_nights_were_loaded(published, two_nights, tmp_path):
    expected = hashes(export(published, tmp_path / "one", "parquet"))
    del expected["finding.parquet"]  # its life-cycle is the work of expectations/, hand-made here
    two_nights.con.close()
    work_path(tmp_path).unlink()
    again = Warehouse(tmp_path, open_work(tmp_path))
    again.load(make_night(SECOND, {CODE: second_values()}, sha="c" * 64))
    again.load(make_night(FIRST, {CODE: VALUES}, files=(REJECTED,)))
    found = hashes(export(again.con, tmp_path / "two", "parquet"))
    del found["finding.parquet"]
    again.con.close()
    assert found == expected


def test_the_writers_connection_and_the_published_file_export_the_same(published, two_nights, tmp_path):
    threads = two_nights.rows("SELECT current_setting('threads')")
    assert hashes(export(two_nights.con, tmp_path / "a", "parquet")) == hashes(
        export(published, tmp_path / "b", "parquet")
    )
    assert two_nights.rows("SELECT current_setting('threads')") == threads


def test_what_depends_on_the_number_of_nights_is_not_exported(published, tmp_path):
    names = {path.stem for path in export(published, tmp_path / "out", "parquet")}
    assert {"run", "expectation_result", "sighting", "source_night"} == NOT_EXPORTED
    assert names == set(load_form().tables) - NOT_EXPORTED


def test_parquet_keeps_types_and_rows_in_key_order(published, tmp_path):
    export(published, tmp_path / "out", "parquet")
    relation = duckdb.sql(f"FROM '{tmp_path}/out/fact_progress_report.parquet'")
    assert dict(zip(relation.columns, map(str, relation.types), strict=True))["disbursed_baht"] == "DECIMAL(18,2)"
    assert [row[:3] for row in relation.fetchall()] == [(CODE, 1, 1), (CODE, 2, 1)]


@pytest.mark.fault(45)
def test_csv_opens_as_utf8_in_a_spreadsheet_and_runs_no_formula(published, tmp_path):
    export(published, tmp_path / "out", "csv")
    path = tmp_path / "out" / "project_target.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file)) == [["project_code", "ordinal", "text"], [CODE, "1", "'=ครบ 36 ครั้ง/ปี"]]
    with (tmp_path / "out" / "fact_progress_report.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["disbursed_baht"] for row in csv.DictReader(file)] == ["0.00", "9999999999999999.99"]


@pytest.mark.fault(45)
def test_xlsx_has_thai_headers_no_formulas_and_exact_amounts(published, tmp_path):
    export(published, tmp_path / "out", "xlsx")
    sheet = load_workbook(tmp_path / "out" / "project_target.xlsx").active
    assert [cell.value for cell in sheet[1]] == ["รหัสโครงการ", "ลำดับที่พิมพ์", "เป้าหมายของโครงการ"]
    assert [cell.value for cell in sheet[2]] == ["project_code", "ordinal", "text"]
    danger = sheet["C3"]
    assert (danger.value, danger.data_type, danger.quotePrefix) == ("=ครบ 36 ครั้ง/ปี", "s", True)
    reports = load_workbook(tmp_path / "out" / "fact_progress_report.xlsx").active
    column = [cell.value for cell in reports[2]].index("disbursed_baht")
    assert [reports[r][column].value for r in (3, 4)] == [0, "9999999999999999.99"]


@pytest.mark.fault(45)
@pytest.mark.parametrize("sign", ACTS)
def test_no_text_of_a_workbook_is_a_formula_whatever_sign_it_begins_with(tmp_path, sign):
    table = load_form().tables["project_target"]
    write_workbook(tmp_path / "t.xlsx", table, [(CODE, 1, f"{sign}SUM(A1)")])
    cell = load_workbook(tmp_path / "t.xlsx").active["C3"]
    said = f"{sign}SUM(A1)".replace("\r", "\n")  # a line end of XML
    assert (cell.value, cell.data_type, cell.quotePrefix) == (said, "s", True)


def test_xlsx_survives_control_characters_and_says_where_it_cuts(one_night, tmp_path):
    values = {**VALUES, "rationale": agreed("ก" * 40_000), "project_name": agreed("ชื่อ\x07โครงการ")}
    one_night.load(make_night(SECOND, {CODE: values}, sha="c" * 64))
    export(one_night.con, tmp_path / "out", "xlsx")
    rows = load_workbook(tmp_path / "out" / "dim_project.xlsx").active
    row = dict(zip([c.value for c in rows[2]], [c.value for c in rows[3]], strict=True))
    assert row["project_name"] == "ชื่อ\ufffdโครงการ"
    assert len(row["rationale"]) == 32_767
    assert row["rationale"].endswith("whole text in csv or parquet]")
    assert Decimal(str(row["budget_spent_baht"])) == Decimal("0.01")


def test_an_unknown_format_is_refused(published, tmp_path):
    with pytest.raises(ValueError, match="'json' is no export format; expected one of parquet, csv, xlsx"):
        export(published, tmp_path / "out", "json")  # type: ignore[arg-type]


def test_the_manifest_names_inputs_registry_code_and_outputs_and_nothing_else(two_nights, tmp_path):
    published = two_nights.publish().path
    registry = tmp_path / "form"
    registry.mkdir()
    (registry / "a.toml").write_text("x = 1\n")
    export(published, published.parent / "exports", "parquet")
    first = write_manifest(tmp_path, code_version="0.1.0", registry=[registry]).read_bytes()
    found = json.loads(first)
    assert list(found) == ["code_version", "inputs", "outputs", "registry"]
    assert [i["sha256"][0] for i in found["inputs"]] == ["a", "b", "c"]
    assert found["registry"] == {"form/a.toml": hash_of(registry / "a.toml")}
    assert set(found["outputs"]) == {f"exports/{t.name}.parquet" for t in exported_tables()}
    assert str(tmp_path).encode() not in first
    assert write_manifest(tmp_path, code_version="0.1.0", registry=[registry]).read_bytes() == first


def test_the_manifest_covers_the_whole_registry_by_default(published):
    assert {"form/progress.toml", "form/warehouse.toml", "form/rules.toml", "reference/agency_codes.tsv"} <= set(
        manifest(published.parents[1], code_version="1")["registry"]
    )


def test_a_view_goes_to_excel_with_thai_headers(published, tmp_path):
    [file] = export_views(published, ["v_latest_report"], tmp_path / "out", "xlsx")
    sheet = load_workbook(file).active
    headers = {low.value: high.value for high, low in zip(sheet[1], sheet[2], strict=True)}
    assert file.name == "v_latest_report.xlsx"
    assert headers["project_code"].startswith("รหัสโครงการ")
    assert sheet.max_row == 3  # two lines of headers, one project


def test_a_view_that_is_not_there_is_named_with_what_to_do(published, tmp_path):
    with pytest.raises(ValueError, match="v_nothing: there is no such table or view; `kaona sql` lists them"):
        export_views(published, ["v_nothing"], tmp_path / "out", "csv")


def test_facts_leave_lineage_out_and_remove_what_an_earlier_night_wrote(published, tmp_path):
    everything = export_beside(published, tmp_path, "all")
    facts = export_beside(published, tmp_path, "facts")
    assert {t.schema for t in exported_tables("facts")} == {"main", "quality"}
    assert set(tmp_path.iterdir()) == set(facts) < set(everything)
    assert export_beside(published, tmp_path, "none") == []
    assert list(tmp_path.iterdir()) == []


def test_the_hashes_of_the_manifest_are_those_of_the_files(two_nights, tmp_path):
    published = two_nights.publish().path
    export_beside(published, published.parent / "exports", "facts")
    outputs = json.loads(write_manifest(tmp_path, code_version="1").read_bytes())["outputs"]
    assert outputs == {f"exports/{p.name}": hash_of(p) for p in (published.parent / "exports").iterdir()}
