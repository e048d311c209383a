"""What tests of one module do to a file, a download, a check or the published file, done once more to a whole night."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from flows.settings import Settings
from flows.validating import NotPublished
from load.dictionary import query
from load.publish import PublishRefused
from tests.extract.hostile import READ, hostile_cases
from tests.extract.pdf_bytes import build_pdf, text_at
from tests.extract.source_servers import Web, becomes, cut, web_server
from tests.extract.test_hostile import odd_names, put_odd_things_into
from tests.flows.broken_nights import LISTED, Before, broken
from tests.flows.conftest import FIRST, SAMPLES, SECOND, run, settings_in
from tests.flows.homes import copied, lines
from tests.flows.mail_servers import Inbox
from tests.flows.test_nights import project
from tests.flows.test_quarantine import damaged
from tests.flows.told_worker import read_as_told_there
from tests.flows.whole import (
    Undisturbed,
    check_accounts,
    check_published,
    check_whole,
    left_over,
    sha_of,
    tables_of,
    undisturbed_of,
)
from tests.load.test_dictionary import FORBIDDEN
from tests.ordinary_user import with_limits

# one of each kind: what is wrong with it in its name (tests/extract/hostile*.py)
KINDS = (
    "references-", "tables-", "object_streams-", "page_trees-", "encryption-", "no_pdfs-", "cut_off-", "flipped-",
    "bombs-flate", "operators-saved-states", "operators-20000-scattered-letters", "parsing-", "numbers-", "extras-",
    "fonts-",
)  # fmt: skip


def one_of_each_kind() -> dict[str, bytes]:
    """Poison by name; of each kind the first that no reader can read, or the first at all."""
    found: dict[str, bytes] = {}
    for case in hostile_cases():
        kind = next((kind for kind in KINDS if case.id.startswith(kind)), None)
        if kind is not None and (kind not in found or READ not in case.outcomes):
            found.setdefault(kind, case.data)
    assert set(found) == set(KINDS)
    return {f"{kind}.pdf": data for kind, data in found.items()}


@pytest.mark.fault(9, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25)
def test_a_night_with_one_poison_of_each_kind_has_the_facts_of_the_night_without_it(
    before: Before, should: Undisturbed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("extract.isolation.read_bytes", read_as_told_there)
    home = copied(before.home, tmp_path, worker_memory_mb=400)
    inbox, good = home.home / "inbox", (SAMPLES / "dump-cp874.txt").read_bytes()
    poison = one_of_each_kind() | {
        f"{order}.pdf": build_pdf(text_at(50, 700, "รหัส")) + f"%!{order}".encode() for order in ("die", "need 500")
    }  # fmt: skip
    for name, data in poison.items():
        (inbox / name).write_bytes(data)
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(good)
    odd = put_odd_things_into(inbox, outside)
    names = list(odd_names())
    for name in names:
        (inbox / name).write_bytes(good)  # bytes that the night has: duplicates, whatever they are called
    night = run(home, SECOND)
    codes = {r["uri"].removeprefix("inbox/"): r["code"] for r in night.rejected}
    assert {name: codes.get(name) for name in odd} == odd
    assert (codes["die.pdf"], codes["need 500.pdf"]) == ("reader_crashed", "reader_out_of_memory")
    listed = LISTED + len(poison) + len(odd) + len(names)
    check_accounts(home, night, listed)
    now = tables_of(home.published)
    facts = [name for name in should.tables if name.startswith("main.") or name == "lineage.decision"]
    assert {name: now[name] for name in facts} == {name: should.tables[name] for name in facts}
    check_whole(home, SECOND, undisturbed_of(home), listed=listed)


@pytest.mark.fault(48)
def test_whatever_is_asked_of_the_file_before_a_night_and_after_it_the_night_is_whole(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    home = copied(before.home, tmp_path)
    for _ in range(2):
        published = sha_of(home.published)
        for sql, _ in FORBIDDEN:
            with pytest.raises(ValueError, match="the query cannot run"):
                query(home.published, sql)
        assert sha_of(home.published) == published
        run(home, SECOND)
    check_whole(home, SECOND, should, listed=LISTED)


# ---------------------------------------------------------------- on the way here


@pytest.fixture
def web() -> Iterator[Web]:
    with web_server() as made:
        yield made


@pytest.mark.soak
@pytest.mark.fault(26, 28, 30)
def test_files_that_break_off_or_change_on_their_way_come_in_whole_with_the_next_run(web: Web, tmp_path: Path) -> None:
    forms = [dump_text([Copy(project(n, f"50390000-93{n}1", reports=1), STYLE_1)]).encode() for n in range(5)]
    forms[0] += b"\n" * 2_000_000
    names = ("a.txt", "A.txt", "กำ.txt", unicodedata.normalize("NFKD", "กำ.txt"), "c.txt")
    web.files = {f"/export/{name}": form for name, form in zip(names, forms, strict=True)}
    home, calm = (
        settings_in(tmp_path / name, sources=[f"{web.uri}/export/"], source_wait_seconds=0.01, source_attempts=2)
        for name in ("home", "calm")
    )
    run(calm, FIRST)
    should = undisturbed_of(calm)
    web.faults["/export/a.txt"].extend([cut(1_000_000), cut(500_000)])
    web.faults["/export/c.txt"].extend(becomes("/export/c.txt", forms[4] + b"\n" * n) for n in (1, 2))
    night = run(home, FIRST)
    check_accounts(home, night, len(names))
    codes = {r["uri"].removeprefix("export/"): r["code"] for r in night.rejected}
    assert codes == {"a.txt": "short_read", "c.txt": "changed_while_read"}
    assert night.files.new == 3
    web.files["/export/c.txt"] = forms[4]
    check_whole(home, FIRST, should, listed=len(names))


# ---------------------------------------------------------------- checks, and the file that readers have


@pytest.mark.fault(53)
def test_a_night_whose_rows_got_lost_on_the_way_publishes_nothing_and_the_next_run_does(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    def emptied(frames: dict[str, pd.DataFrame]) -> None:
        for name in frames:
            frames[name] = frames[name].iloc[:0]

    home = copied(before.home, tmp_path)
    was, old = tables_of(home.published), sha_of(home.published)
    with pytest.MonkeyPatch.context() as patch:
        damaged(patch, emptied)
        with pytest.raises(NotPublished):
            run(home, SECOND)
    assert not check_published(home, was, old, should.tables)
    assert lines(home)[-1]["outcome"] == "blocked"
    check_whole(home, SECOND, should, listed=LISTED)


def is_refused(home: Settings, should: Undisturbed, said: str) -> None:
    """The second night is not published, and readers keep what they have."""
    was, old = tables_of(home.published), sha_of(home.published)
    with pytest.raises(PublishRefused, match=said):
        run(home, SECOND)
    assert not check_published(home, was, old, should.tables)
    assert (lines(home)[-1]["outcome"], lines(home)[-1]["stage"]) == ("failed", "publish")
    assert [name for name in left_over(home) if not name.endswith(".wal")] == []


@pytest.mark.fault(38)
def test_a_log_that_somebody_left_beside_the_published_file_is_refused_until_it_is_gone(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    home = copied(before.home, tmp_path)
    log = home.published.with_name("kaona.duckdb.wal")
    log.write_bytes(b"left by someone")
    is_refused(home, should, r"kaona\.duckdb\.wal.*delete the \.wal file")
    log.unlink()
    check_whole(home, SECOND, should, listed=LISTED)


@pytest.mark.fault(39)
def test_a_night_whose_copy_lost_its_end_on_the_disk_is_not_published_and_the_next_run_is(
    before: Before, should: Undisturbed, tmp_path: Path
) -> None:
    home = copied(before.home, tmp_path)
    building = home.published.with_name("kaona.duckdb.next")

    def damage(point: str) -> None:
        if point == "publish.copied":
            with building.open("r+b") as file:
                file.truncate(building.stat().st_size // 2)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("load.publish.at", damage)
        is_refused(home, should, "check the disk and run again")
    check_whole(home, SECOND, should, listed=LISTED)


# ---------------------------------------------------------------- a machine that has no more


@pytest.mark.fault(60)
def test_a_night_that_may_open_no_more_files_fails_with_the_remedy_and_the_next_run_goes_on(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int]
) -> None:
    home = before.copied(tmp_path, server)
    was, old = tables_of(home.published), sha_of(home.published)
    done = broken(home, under=with_limits(nofile=12))
    assert done.returncode == 1
    assert "kaona: no process could be started to read PDFs in" in done.stderr
    assert "look at ulimit -u and -n" in done.stderr
    assert "Traceback" not in done.stderr
    assert not check_published(home, was, old, should.tables)
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)


@pytest.mark.fault(60)
@pytest.mark.parametrize(("memory", "stages"), [("6MB", "read|reconcile|validate"), ("12MB", "validate|load|publish")])
def test_a_night_whose_memory_for_duckdb_is_too_small_fails_with_the_setting_and_the_next_run_goes_on(
    before: Before, should: Undisturbed, tmp_path: Path, server: tuple[Inbox, int], memory: str, stages: str
) -> None:
    home = before.copied(tmp_path, server)
    was, old = tables_of(home.published), sha_of(home.published)
    done = broken(home, KAONA_MEMORY_LIMIT=memory)
    assert done.returncode == 1
    (said,) = (line for line in done.stderr.splitlines() if line.startswith("kaona:"))
    assert re.match(rf"kaona: out of memory for DuckDB in stage ({stages}) \(OutOfMemoryException: ", said)
    assert said.endswith("what is published is whole, allow it more (KAONA_MEMORY_LIMIT) and run again")
    assert not check_published(home, was, old, should.tables)
    check_whole(home, SECOND, should, received=server[0].received, listed=LISTED)
