"""Whole files: the real one, the committed samples, and a small invented document for every oddity of structure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.transform.reading import ROOT, SHARED, as_golden, compare, documents, night_of, read_path

SEED = SHARED / "seed" / "progress-form.txt"
INBOX = ROOT / "data" / "samples" / "inbox"
EXPECTED: dict[str, Any] = json.loads((ROOT / "data" / "samples" / "expected.json").read_text(encoding="utf-8"))
DUMPS = sorted(path for path in INBOX.glob("*.txt"))
READ = sorted(INBOX / name for name, file in EXPECTED["files"].items() if file["status"] == "read")
seed_only = pytest.mark.skipif(not SEED.is_file(), reason="the real file is not part of the repository")


@seed_only
def test_the_real_file_gives_all_its_facts_and_leaves_no_line_unread() -> None:
    truth = json.loads((SEED.parent / "expected.json").read_text(encoding="utf-8"))["documents"]
    file = read_path(SEED)
    found = list(documents(file).values())
    assert list(compare(truth, found)) == []
    assert found[0]["n_copies"] == 2
    assert found[0]["truncated_copies"] == []
    assert file.outcome.unread == ()
    assert file.outcome.lines.total == len(SEED.read_text(encoding="utf-8").splitlines())


@seed_only
def test_the_copies_of_the_real_file_begin_where_an_editor_shows_them() -> None:
    first, second = read_path(SEED).copies
    assert (first.line_first, second.line_first) == (5, 78)
    assert (first.is_closed, second.is_closed) == (False, True)
    code = next(r for r in second.readings if r.field == "project_code")
    assert (code.evidence.line_first, code.evidence.char_from, code.evidence.raw) == (92, 2, "50390000-3367")


@seed_only
def test_the_copies_of_the_real_file_differ_in_six_places() -> None:
    (delivery,) = night_of(read_path(SEED)).deliveries
    assert [d.field for d in delivery.decisions if d.is_conflict] == [
        "coordinator.name", "rationale", "targets[1]",
        "reports[2].status_text", "reports[3].status_text", "reports[4].status_text",
    ]  # fmt: skip


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_a_sample_gives_the_facts_it_was_printed_from(path: Path) -> None:
    file = read_path(path)
    found = documents(file)
    expected = EXPECTED["files"][path.name]["documents"]
    assert sorted(found) == sorted(each["project_code"] for each in expected)
    for each in expected:
        code = each["project_code"]
        truth = EXPECTED["projects"][code]
        wrong = [address for address, _, _ in compare(truth, found[code])]
        undecided = {c["field"] for c in found[code]["conflicts"] if not c["decidable"]}
        assert [a for a in wrong if _as_conflict(a) not in undecided] == []
        assert found[code]["n_copies"] == each["n_copies"]
        assert found[code]["truncated_copies"] == each["truncated_copies"]
    assert file.outcome.unread == ()


def _as_conflict(address: str) -> str:
    """`coordinator.people[1].name` is `coordinator.name` in conflicts."""
    return address.replace(".people[1]", "")


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_every_line_of_a_sample_is_accounted_for(path: Path) -> None:
    lines = read_path(path).outcome.lines
    assert lines.consumed > 20
    if path.suffix == ".txt":
        encoding = EXPECTED["files"][path.name]["encoding"]
        assert lines.total == len(path.read_text(encoding=encoding).split("\n")) - 1


@pytest.mark.parametrize("path", DUMPS, ids=lambda path: path.name)
def test_a_dump_is_read_as_before(path: Path, golden: Any) -> None:
    golden(f"reading/{path.stem}", as_golden(read_path(path)))
