"""Two working files compared: what is better, worse, otherwise, lost, and why; and what people are shown of it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from load.comparison import Comparison, Difference, NotComparable, compared
from load.comparison_report import as_lines, told, write_report
from load.warehouse import work_path
from tests.load.conftest import CODE, FIRST, REJECTED, SECOND, SHA

Change = Callable[..., Path]


@pytest.fixture
def changed(loaded: dict[int, Path], tmp_path: Path) -> Change:
    """A copy of the file after two nights, with SQL run on it."""

    def make(*statements: str, name: str = "new.duckdb") -> Path:
        path = tmp_path / name
        shutil.copy(work_path(loaded[2]), path)
        with duckdb.connect(str(path)) as con:
            for statement in statements:
                con.execute(statement)
        return path

    return make


@pytest.fixture
def old(loaded: dict[int, Path]) -> Path:
    return work_path(loaded[2])


def difference(old: Path, new: Path, tmp_path: Path) -> Difference:
    with compared(old, new, tmp_path / "spill") as comparison:
        return comparison.difference


def test_a_file_differs_in_nothing_from_its_copy(old: Path, changed: Change, tmp_path: Path) -> None:
    found = difference(old, changed(), tmp_path)
    assert found.is_equal
    assert found.files == (("equal", "the same", 3),)
    assert not found.losses.any
    assert {(year, measure): (a, b) for year, measure, a, b in found.totals}[2563, "budget_received_baht"] == (
        Decimal("200000.00"),
        Decimal("200000.00"),
    )


COPIES = f"(SELECT copy_id FROM lineage.form_copy WHERE source_sha256 = '{SHA}')"


@pytest.mark.parametrize(
    ("statement", "verdict", "what"),
    [
        (f"UPDATE lineage.source_file SET status = 'rejected' WHERE source_sha256 = '{SHA}'", "worse", "newly rejected"),
        (f"UPDATE lineage.source_file SET status = 'read' WHERE source_sha256 = '{REJECTED.source_sha256}'", "better", "newly readable"),
        (f"DELETE FROM lineage.source_file WHERE source_sha256 = '{SHA}'", "worse", "only in the old one"),
        ("UPDATE quality.rejected_file SET code = 'broken_pdf'", "otherwise", "rejected for another reason"),
        (f"DELETE FROM lineage.reading WHERE field = 'rationale' AND copy_id IN {COPIES}", "worse", "fewer values"),
        (f"UPDATE lineage.reading SET is_cut = true WHERE field = 'end_date' AND copy_id IN {COPIES}", "worse", "fewer values"),
        (f"UPDATE lineage.source_file SET lines_unread = 0 WHERE source_sha256 = '{SHA}'", "better", "fewer unread lines"),
        (f"UPDATE lineage.reading SET value = '9' WHERE field = 'budget_spent' AND copy_id IN {COPIES}", "otherwise", "other values or places"),
        (f"UPDATE lineage.source_file SET encoding = 'cp874' WHERE source_sha256 = '{SHA}'", "otherwise", "another encoding"),
    ],
    ids=lambda value: value if " " not in value or len(value) < 30 else "",
)  # fmt: skip
def test_each_file_is_better_worse_or_otherwise(
    statement: str, verdict: str, what: str, old: Path, changed: Change, tmp_path: Path
) -> None:
    found = difference(old, changed(statement), tmp_path)
    assert [f for f in found.files if f[0] != "equal"] == [(verdict, what, 1)]
    assert not found.is_equal
    assert found.losses.files_rejected == (what == "newly rejected")
    assert found.losses.files_missing == (what == "only in the old one")


def test_a_file_that_gains_and_loses_is_otherwise(old: Path, changed: Change, tmp_path: Path) -> None:
    new = changed(
        f"UPDATE lineage.source_file SET lines_unread = 0 WHERE source_sha256 = '{SHA}'",
        f"DELETE FROM lineage.reading WHERE field = 'rationale' AND copy_id IN {COPIES}",
    )
    found = difference(old, new, tmp_path)
    assert found.files[-1] == ("otherwise", "fewer values, fewer unread lines", 1)


BUDGET = f"project_code = '{CODE}' AND field = 'budget_received'"


def test_a_value_says_what_it_was_by_which_rule_and_where_it_stands(old: Path, changed: Change, tmp_path: Path) -> None:
    new = changed(
        f"UPDATE lineage.decision SET value = '7.00', rule = 'typed_majority', confidence = 'resolved' WHERE {BUDGET} AND night = '{FIRST}'",
        f"UPDATE lineage.reading SET value = '7.00', line_first = 55 WHERE field = 'budget_received' AND copy_id IN {COPIES}",
    )
    with compared(old, new, tmp_path / "spill") as comparison:
        names, (row,) = comparison.rows("SELECT * FROM value_difference")
    found = dict(zip(names, row, strict=True))
    assert (found["kind"], found["project_code"], found["field"], found["night"]) == (
        "changed",
        CODE,
        "budget_received",
        FIRST,
    )
    assert (found["old_value"], found["new_value"]) == ("180000.00", "7.00")
    assert (found["old_rule"], found["new_rule"], found["new_confidence"]) == ("agreed", "typed_majority", "resolved")
    assert (found["old_uri"], found["old_page"], found["old_line"]) == ("inbox/aaaa.txt", 1, 5)
    assert (found["new_uri"], found["new_page"], found["new_line"]) == ("inbox/aaaa.txt", 1, 55)
    assert found["cause"] == "read otherwise"


@pytest.mark.parametrize(
    ("statements", "cause"),
    [
        ((f"UPDATE lineage.decision SET value = '7.00' WHERE {BUDGET}",), "what stands beside it"),
        ((f"UPDATE lineage.decision SET value = '7.00' WHERE {BUDGET}", "UPDATE lineage.register SET sha256 = '1'"), "registers or rules"),
        ((f"UPDATE lineage.decision SET value = '7.00', rule = 'correction' WHERE {BUDGET}", "UPDATE lineage.register SET sha256 = '1'"), "a correction"),
        ((f"DELETE FROM lineage.decision WHERE night = '{SECOND}' AND field = 'budget_received'", f"DELETE FROM lineage.delivery WHERE night = '{SECOND}'"), "a delivery that only one has"),
    ],
    ids=["nothing known", "registers", "correction", "delivery"],
)  # fmt: skip
def test_the_cause_of_a_changed_value_is_said(
    statements: tuple[str, ...], cause: str, old: Path, changed: Change, tmp_path: Path
) -> None:
    found = difference(old, changed(*statements), tmp_path)
    assert [name for name, _ in found.causes] == [cause]
    assert found.registers == (("departments.csv",) if "register" in " ".join(statements) else ())


def test_kinds_are_counted_by_field_and_by_rule(old: Path, changed: Change, tmp_path: Path) -> None:
    new = changed(
        "UPDATE lineage.decision SET value = NULL, rule = 'none_well_formed' WHERE field IN ('reports[1].date', 'reports[2].date')",
        f"UPDATE lineage.decision SET rule = 'register' WHERE {BUDGET}",
    )
    found = difference(old, new, tmp_path)
    assert found.values == {"lost": 4, "weighed": 2}
    assert found.fields == (("reports.date", 0, 4, 0, 0), ("budget_received", 0, 0, 0, 2))
    assert found.rules == (("agreed", "none_well_formed", 4), ("agreed", "register", 2))
    back = difference(new, old, tmp_path)
    assert back.values == {"gained": 4, "weighed": 2}
    assert not back.losses.any


@pytest.mark.parametrize(
    ("statements", "lost"),
    [
        (("DELETE FROM main.fact_progress_report WHERE report_no = 2",), {"reports": 1}),
        (("DELETE FROM main.dim_project",), {"projects": 1}),
        ((f"DELETE FROM lineage.delivery WHERE night = '{FIRST}'",), {"deliveries": 1}),
        # in what stands now, not in a delivery of before
        (("UPDATE lineage.decision SET value = NULL WHERE field = 'end_date'",), {"values": 1}),
        ((f"UPDATE lineage.decision SET value = NULL WHERE field = 'end_date' AND night = '{FIRST}'",), {}),
        (("UPDATE lineage.decision SET value = '9' WHERE field = 'budget_spent'",), {}),
    ],
    ids=["report", "project", "delivery", "value of now", "value of before", "changed only"],
)  # fmt: skip
def test_only_what_is_gone_is_a_loss(
    statements: tuple[str, ...], lost: dict[str, int], old: Path, changed: Change, tmp_path: Path
) -> None:
    losses = difference(old, changed(*statements), tmp_path).losses
    assert {name: n for name, n in asdict(losses).items() if n} == lost
    assert losses.any == bool(lost)
    assert bool(told(losses)) == bool(lost)


def test_a_file_of_an_older_registry_is_compared_as_far_as_both_go(changed: Change, tmp_path: Path) -> None:
    older = changed(
        "DROP TABLE lineage.register", "ALTER TABLE lineage.form_copy DROP COLUMN print_sha", name="older.duckdb"
    )
    found = difference(older, changed(), tmp_path)
    assert not found.values
    assert not found.losses.any
    assert "lineage.form_copy.print_sha" in found.not_compared


def test_what_is_no_warehouse_is_named(old: Path, tmp_path: Path) -> None:
    broken, empty = tmp_path / "broken.duckdb", tmp_path / "empty.duckdb"
    broken.write_bytes(b"no database" * 1000)
    duckdb.connect(str(empty)).close()
    for path in (broken, empty):
        with pytest.raises(NotComparable, match=path.name), compared(path, old, tmp_path / "spill"):
            raise AssertionError("it was compared")


# --------------------------------------------------------------- what people see


@pytest.fixture
def telling(old: Path, changed: Change, tmp_path: Path) -> Iterator[Comparison]:
    new = changed(
        "UPDATE lineage.decision SET value = 'สมปอง <b>ใหม่</b>' WHERE field = 'coordinator.name'",
        "UPDATE lineage.decision SET value = '=1+1' WHERE field = 'rationale'",
        "UPDATE lineage.decision SET value = '7.00' WHERE field = 'budget_spent'",
        f"UPDATE lineage.source_file SET status = 'rejected' WHERE source_sha256 = '{SHA}'",
    )
    with compared(old, new, tmp_path / "spill") as comparison:
        yield comparison


def test_the_terminal_shows_no_names_and_no_texts(telling: Comparison) -> None:
    text = "\n".join(as_lines(telling))
    assert "0.01 → 7.00" in text
    assert f"changed  {CODE} coordinator.name" in text
    assert "สม" not in text
    assert "1+1" not in text
    assert "LOST       1 file newly rejected" in text
    assert "inbox/aaaa.txt p.1 line 6" in text


def test_the_folder_holds_a_page_every_difference_and_the_numbers(telling: Comparison, tmp_path: Path) -> None:
    folder = tmp_path / "diff"
    folder.mkdir()
    (folder / "of an earlier run.txt").touch()
    page = write_report(telling, folder, "What a rebuild changes")
    assert sorted(p.name for p in folder.iterdir()) == [
        "files.csv", "files.parquet", "index.html", "summary.json", "values.csv", "values.parquet",
    ]  # fmt: skip
    html = page.read_text(encoding="utf-8")
    assert "&lt;b&gt;ใหม่&lt;/b&gt;" in html
    assert "<b>ใหม่" not in html
    assert "1 file newly rejected" in html
    assert "://" not in html
    csv = (folder / "values.csv").read_bytes()
    assert csv.startswith(b"\xef\xbb\xbfkind,")
    assert b"'=1+1" in csv
    assert len(duckdb.sql(f"FROM '{folder / 'values.parquet'}'").fetchall()) == 6
    numbers = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert numbers["values"] == {"changed": 6}
    assert numbers["losses"]["files_rejected"] == 1


def test_the_same_difference_gives_the_same_folder(telling: Comparison, tmp_path: Path) -> None:
    one, two = (write_report(telling, tmp_path / name, "x").parent for name in ("one", "two"))
    for path in sorted(one.iterdir()):
        assert path.read_bytes() == (two / path.name).read_bytes(), path.name
