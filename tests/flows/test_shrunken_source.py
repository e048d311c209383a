"""A source that is suddenly empty or lost a fifth of its files: nothing disappears, and the night says so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.samples.generator.dump import STYLE_1, Copy, dump_text
from flows.archived_nights import read_asked
from flows.cli import app
from flows.delivery import listed_on, pull_sources
from flows.outbox import body, waiting
from flows.rebuild import rebuild_all, verify_exports
from flows.settings import Settings
from flows.summary import Summary, Watch, as_text
from load.dictionary import query
from load.sightings import judge_sources, record_sightings
from load.warehouse import open_work
from tests.flows.conftest import FIRST, SECOND, THIRD, run, settings_in
from tests.flows.test_nights import project
from transform.source_nights import SourceNight

FOURTH = THIRD + timedelta(days=1)
CODES = [f"50390000-91{n}1" for n in range(1, 6)]
FORMS = [dump_text([Copy(project(n, code, reports=1), STYLE_1)]) for n, code in enumerate(CODES, start=1)]
WHOLE, SHRUNKEN = range(5), range(4)


def fill(folder: Path, forms: Iterable[int], prefix: str = "form") -> None:
    """Let exactly these forms stand in a source."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for number in forms:
        (folder / f"{prefix}{number}.txt").write_text(FORMS[number], encoding="utf-8")


def night(settings: Settings, when: date, forms: Iterable[int]) -> Summary:
    fill(settings.home / "inbox", forms)
    return run(settings, when)


def gone(settings: Settings) -> list[tuple[object, ...]]:
    sql = "SELECT uri, gone_on FROM lineage.sighting WHERE gone_on IS NOT NULL ORDER BY ALL"
    return query(settings.published, sql)[1]


def told(settings: Settings, rule: str = "source_shrank") -> list[tuple[object, ...]]:
    sql = f"SELECT uri, state, first_seen, last_seen, days_open FROM quality.finding WHERE rule = '{rule}'"
    return query(settings.published, sql)[1]


def counts(settings: Settings) -> list[tuple[object, ...]]:
    sql = "SELECT night, source, files, files_before, files_gone, is_believed FROM lineage.source_night ORDER BY ALL"
    return query(settings.published, sql)[1]


def letters(settings: Settings) -> list[str]:
    return [body(mail) for path, mail in waiting(settings, settings.operator) if "--accept-loss" in body(mail)]


def exports_of(settings: Settings) -> dict[str, str]:
    folder = settings.published.parent / "exports"
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


@pytest.mark.fault(31)
def test_a_loss_is_told_every_night_until_the_source_is_whole_again(settings: Settings) -> None:
    assert night(settings, FIRST, WHOLE).sources[0]["is_believed"]
    lost = night(settings, SECOND, SHRUNKEN)
    assert (lost.nothing_new, lost.sources) == (
        False,
        [
            {
                "source": "inbox",
                "files": 4,
                "files_before": 5,
                "files_gone": 1,
                "is_believed": False,
                "unavailable": None,
                "unread": 0,
                "unreadable": 0,
            }
        ],
    )
    assert "NOT WHOLE source inbox holds 4 files, 5 before" in as_text(lost)
    assert told(settings) == [("inbox", "new", SECOND, SECOND, 0)]
    assert gone(settings) == []
    assert query(settings.published, "SELECT count(*) FROM dim_project")[1] == [(5,)]
    assert len(letters(settings)) == 1
    again = run(settings, SECOND)
    assert again.nothing_new
    assert again.sources == lost.sources
    assert len(letters(settings)) == 1
    assert not run(settings, THIRD).nothing_new
    assert told(settings) == [("inbox", "open", SECOND, THIRD, 1)]
    assert len(letters(settings)) == 2
    assert night(settings, FOURTH, WHOLE).sources[0]["is_believed"]
    assert told(settings) == [("inbox", "resolved", SECOND, THIRD, 1)]
    assert gone(settings) == []
    assert len(letters(settings)) == 2
    assert verify_exports(settings) == []


@pytest.mark.fault(32)
@pytest.mark.no_mails
def test_a_source_that_cannot_be_listed_stops_neither_the_others_nor_the_night(tmp_path: Path) -> None:
    north, south = tmp_path / "north", tmp_path / "south"
    fill(north, [0])
    fill(south, [1])
    settings = settings_in(tmp_path / "home", sources=[str(north), str(south)])
    run(settings, FIRST)
    north.rename(tmp_path / "away")
    fill(south, [1, 2])
    found = run(settings, SECOND)
    assert found.files.new == 1
    assert "source north could not be listed" in as_text(found)
    assert told(settings, "source_unavailable") == [("north", "new", SECOND, SECOND, 0)]
    assert not run(settings, THIRD).nothing_new
    assert gone(settings) == []
    (tmp_path / "away").rename(north)
    run(settings, FOURTH)
    assert told(settings, "source_unavailable") == [("north", "resolved", SECOND, THIRD, 1)]


@pytest.mark.soak
def test_a_file_that_vanishes_and_comes_back_is_recorded_on_nights_with_nothing_else(settings: Settings) -> None:
    night(settings, FIRST, [0, 1])
    assert not night(settings, SECOND, [0]).nothing_new
    assert not night(settings, THIRD, [0, 1]).nothing_new
    sql = "SELECT uri, seen_from, gone_on FROM lineage.sighting ORDER BY ALL"
    assert query(settings.published, sql)[1] == [
        ("inbox/form0.txt", FIRST, None),
        ("inbox/form1.txt", FIRST, SECOND),
        ("inbox/form1.txt", THIRD, None),
    ]
    before = query(settings.published, sql)[1], counts(settings), exports_of(settings)
    rebuild_all(settings, Watch(is_quiet=True))
    assert (query(settings.published, sql)[1], counts(settings), exports_of(settings)) == before


@pytest.mark.soak
def test_a_second_run_that_finds_the_source_whole_takes_the_loss_of_the_night_back(settings: Settings) -> None:
    night(settings, FIRST, [0])
    night(settings, SECOND, [])
    night(settings, THIRD, [])
    assert told(settings) == [("inbox", "open", SECOND, THIRD, 1)]
    night(settings, THIRD, [0])
    assert told(settings) == [("inbox", "resolved", SECOND, SECOND, 0)]
    assert verify_exports(settings) == []


@pytest.mark.soak
def test_a_loss_that_comes_to_light_late_counts_for_the_nights_after_it(settings: Settings) -> None:
    night(settings, FIRST, [0])
    night(settings, THIRD, [0])
    night(settings, SECOND, [])
    assert told(settings) == [("inbox", "resolved", SECOND, SECOND, 0)]
    assert verify_exports(settings) == []


@pytest.mark.soak
@pytest.mark.fault(31)
def test_a_loss_that_is_accepted_is_believed_and_a_rebuild_knows_it(settings: Settings) -> None:
    fill(settings.home / "inbox", [0])
    arguments = ["run", "--home", str(settings.home), "--no-prefect", "--json", "--as-of"]
    answers = [CliRunner().invoke(app, [*arguments, str(FIRST)])]
    fill(settings.home / "inbox", [])
    answers += [CliRunner().invoke(app, [*arguments, str(SECOND), *more]) for more in ([], ["--accept-loss"])]
    assert [a.exit_code for a in answers] == [0, 0, 0]
    assert [json.loads(a.stdout)["sources"][0]["is_believed"] for a in answers] == [True, False, True]
    assert told(settings) == []  # a loss of this very night only: it was never there
    assert gone(settings) == [("inbox/form0.txt", SECOND)]
    assert query(settings.published, "SELECT count(*) FROM dim_project")[1] == [(1,)]
    before = exports_of(settings), gone(settings), counts(settings)
    rebuild_all(settings, Watch(is_quiet=True))
    assert (exports_of(settings), gone(settings), counts(settings)) == before


def test_a_rebuild_takes_the_nights_as_they_were() -> None:
    assert CliRunner().invoke(app, ["run", "--rebuild", "--accept-loss"]).exit_code == 2


# ---------------------------------------------------------------- listing and judging only


def judge(settings: Settings, when: date) -> dict[str, SourceNight]:
    """What a night concludes from its listing, and stores of it; no file is read."""
    delivered = pull_sources(settings, when)
    with closing(open_work(settings.home)) as con:
        sources = judge_sources(con, when, delivered.standing, delivered.asked, {})
        record_sightings(con, when, delivered.standing, sources)
    return {s.now.source: s.now for s in sources}


def ended(settings: Settings) -> list[tuple[object, ...]]:
    with closing(open_work(settings.home)) as con:
        return con.execute(
            "SELECT uri, gone_on FROM lineage.sighting WHERE gone_on IS NOT NULL ORDER BY ALL"
        ).fetchall()


@pytest.mark.fault(31)
def test_of_two_sources_only_the_empty_one_is_not_believed(tmp_path: Path) -> None:
    one, other = tmp_path / "north" / "drop", tmp_path / "south" / "drop"
    settings = settings_in(tmp_path / "home", sources=[str(one), str(other)])
    fill(one, [0, 1])
    fill(other, [2, 3])
    judge(settings, FIRST)
    fill(one, [])
    fill(other, [2])
    found = judge(settings, SECOND)
    # the names stay, though the first source has no file to show its name by
    assert {name: (s.files, s.is_believed) for name, s in found.items()} == {"drop": (0, False), "drop~2": (1, True)}
    assert ended(settings) == [("drop~2/form3.txt", SECOND)]


def test_a_source_that_nobody_asks_any_more_has_lost_nothing(tmp_path: Path) -> None:
    north, south = tmp_path / "north", tmp_path / "south"
    fill(north, [0])
    fill(south, [1])
    judge(settings_in(tmp_path / "home", sources=[str(north), str(south)]), FIRST)
    alone = settings_in(tmp_path / "home", sources=[str(south)])
    assert list(judge(alone, SECOND)) == ["south"]
    assert ended(alone) == []


def test_a_drop_box_whose_files_are_others_every_night_is_believed(settings: Settings) -> None:
    for when in (FIRST, SECOND):
        fill(settings.home / "inbox", WHOLE, prefix=f"{when}-")
        found = judge(settings, when)["inbox"]
    assert (found.files_before, found.files_gone, found.is_believed) == (5, 5, True)
    assert len(ended(settings)) == 5


@pytest.mark.parametrize(
    ("limit", "forms", "is_believed"),
    [(0.2, range(4), False), (0.25, range(4), True), (1, (), True), (0, range(4), False), (0, range(5), True)],
)
@pytest.mark.no_mails
def test_how_much_may_be_lost_is_a_setting(
    tmp_path: Path, limit: float, forms: Iterable[int], is_believed: bool
) -> None:
    settings = settings_in(tmp_path / "home", loss_limit=limit)
    fill(settings.home / "inbox", WHOLE)
    judge(settings, FIRST)
    fill(settings.home / "inbox", forms)
    assert judge(settings, SECOND)["inbox"].is_believed is is_believed


def test_a_second_run_that_finds_less_takes_nothing_back(settings: Settings) -> None:
    fill(settings.home / "inbox", WHOLE)
    judge(settings, FIRST)
    fill(settings.home / "inbox", [])
    assert judge(settings, FIRST)["inbox"].files == 5
    assert ended(settings) == []


def test_lists_of_nights_from_before_sources_were_written_down_are_believed(settings: Settings) -> None:
    fill(settings.home / "inbox", WHOLE)
    pull_sources(settings, FIRST)
    path = settings.archive / "nights" / f"{FIRST}.tsv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if "\tsource\t" not in line) + "\n", encoding="utf-8")
    old = listed_on(settings, FIRST)
    assert [(a.source, a.loss_limit) for a in old.asked] == [("inbox", 1)]
    assert len(old.listing) == len(old.standing) == 5
    assert read_asked(settings.archive, SECOND) == []
