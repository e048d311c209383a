"""Publications before the current one: what is kept, and the way back."""

from __future__ import annotations

import duckdb
import pytest

from load.generations import NoGeneration, finish_rollback, generations, roll_back, withdrawn_path
from load.publish import publish, published_path
from tests.load.conftest import SECOND, VALUES, Warehouse, make_night


def projects(path) -> int:
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute("SELECT count(*) FROM dim_project").fetchall()[0][0]


@pytest.fixture
def two_published(one_night: Warehouse) -> Warehouse:
    """Two publications, the second with one more project and another page beside it."""
    one_night.publish()
    page = published_path(one_night.home).with_name("report.html")
    page.write_text("first")
    docs = page.with_name("data_docs") / "index.html"
    docs.parent.mkdir()
    docs.write_text("first")
    one_night.load(make_night(SECOND, {"50390000-9955": VALUES}, sha="d" * 64))
    one_night.publish()
    page.with_suffix(".part").write_text("second")
    page.with_suffix(".part").replace(page)
    docs.parent.rename(page.with_name("data_docs.dropped"))  # as write_data_docs puts others in their place
    docs.parent.mkdir()
    docs.write_text("second")
    docs.with_name("night_measure.html").write_text("second")
    return one_night


def test_rolling_back_puts_the_file_and_what_stands_beside_it_back_together(two_published: Warehouse) -> None:
    home = two_published.home
    after = projects(published_path(home))
    done = roll_back(home)
    assert projects(done.path) == after - 1
    assert done.path.with_name("report.html").read_text() == "first"
    docs = done.path.with_name("data_docs")
    assert {page.name: page.read_text() for page in docs.iterdir()} == {"index.html": "first"}
    assert projects(withdrawn_path(home)) == after
    assert generations(home) == ()


def test_rolling_back_without_a_generation_says_what_to_do(one_night: Warehouse) -> None:
    one_night.publish()
    with pytest.raises(NoGeneration, match="kaona run --rebuild"):
        roll_back(one_night.home)


def test_a_reader_keeps_the_night_it_opened(two_published: Warehouse) -> None:
    home = two_published.home
    with duckdb.connect(str(published_path(home)), read_only=True) as reader:
        before = reader.execute("SELECT count(*) FROM dim_project").fetchall()
        roll_back(home)
        assert reader.execute("SELECT count(*) FROM dim_project").fetchall() == before


def test_a_rollback_that_was_killed_is_completed_by_the_next_publication(two_published: Warehouse) -> None:
    home = two_published.home
    folder = published_path(home).parent / "generations"
    (generations(home)[-1].parent).rename(folder / "restoring")  # as a kill leaves it
    finish_rollback(home)
    assert published_path(home).with_name("report.html").read_text() == "first"
    assert not (folder / "restoring").exists()
    publish(two_published.con, home)
    assert projects(published_path(home)) == two_published.rows("SELECT count(*) FROM dim_project")[0][0]


def test_a_rollback_killed_while_it_clears_up_does_not_go_back_twice(two_published: Warehouse) -> None:
    home = two_published.home
    two_published.publish()  # a second generation, which another rollback would take
    folder = published_path(home).parent / "generations"
    current, before = published_path(home).stat().st_ino, generations(home)
    restored = folder / "restored"
    restored.mkdir()
    (restored / "manifest.json").write_text("{}")  # as a kill leaves it, half removed
    roll_back(home)
    assert (published_path(home).stat().st_ino, generations(home)) == (current, before)
    assert not restored.exists()


def test_what_a_killed_run_left_half_made_is_removed(two_published: Warehouse) -> None:
    folder = published_path(two_published.home).parent / "generations"
    for name in ("next", "dropped"):
        (folder / name / "exports").mkdir(parents=True)
    two_published.publish()
    assert sorted(p.name for p in folder.iterdir()) == ["000001", "000002"]


def test_only_the_latest_generations_stay(one_night: Warehouse) -> None:
    for _ in range(4):
        publish(one_night.con, one_night.home, keep=1)
    assert len(generations(one_night.home)) == 1
