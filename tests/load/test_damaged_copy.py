"""A copy that is damaged or cut before readers get it: the full scan finds it, and what it passes over is no value."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from load.copy_check import NotWhole, check_copy
from load.opening import OFFLINE
from load.publish import Published, PublishRefused
from tests.load.conftest import Warehouse

_HEAD = 3 * 4096
"""Three pages of numbers with a hash each: the file's, and two that take turns."""


def values_of(path: Path) -> list[tuple[object, ...]]:
    """Every value of every table, and how each view is made."""
    with duckdb.connect(str(path), read_only=True, config=OFFLINE) as con:
        names = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        rows = [
            con.execute(f"SELECT '{n}', count(*), bit_xor(hash(t)) FROM {n} AS t").fetchone() or () for (n,) in names
        ]
        return rows + con.execute("SELECT view_name, sql FROM duckdb_views() ORDER BY ALL").fetchall()


def passed_over(published: Published, folder: Path, places: Iterable[int]) -> list[int]:
    """Places where a changed byte is not found and changes a value."""
    whole, copy = published.path.read_bytes(), folder / "copy.duckdb"
    copy.write_bytes(whole)
    should, wrong = values_of(published.path), []
    for place in places:
        with copy.open("r+b") as file:
            file.seek(place)
            file.write(bytes([whole[place] ^ 0x10]))
            file.flush()
            try:
                check_copy(copy, published.tables, OFFLINE, is_rewritten=False)
                if values_of(copy) != should:
                    wrong.append(place)
            except NotWhole:
                pass
            file.seek(place)
            file.write(whole[place : place + 1])
    return wrong


@pytest.mark.fault(39)
def test_a_changed_byte_is_found_or_changes_no_value(one_night: Warehouse, tmp_path: Path) -> None:
    published = one_night.publish()
    places = [*range(5, _HEAD, 1021), *range(_HEAD + 4096, published.bytes, 509 * 1024)]
    assert passed_over(published, tmp_path, places) == []


@pytest.mark.soak
@pytest.mark.fault(39)
def test_a_byte_changed_in_each_page_is_found_or_changes_no_value(one_night: Warehouse, tmp_path: Path) -> None:
    published = one_night.publish()
    places = [*range(0, _HEAD, 61), *range(_HEAD + 1234, published.bytes, 4096)]
    assert passed_over(published, tmp_path, places) == []


@pytest.mark.fault(39)
def test_a_copy_that_is_cut_is_found(one_night: Warehouse, tmp_path: Path) -> None:
    published = one_night.publish()
    whole, copy = published.path.read_bytes(), tmp_path / "copy.duckdb"
    for tenth in range(10):
        copy.write_bytes(whole[: len(whole) * tenth // 10])
        with pytest.raises(NotWhole, match=r"check the disk and run again"):
            check_copy(copy, published.tables, OFFLINE, is_rewritten=False)


@pytest.mark.fault(39)
def test_what_is_damaged_between_the_copy_and_the_check_is_not_published(
    one_night: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = one_night.publish().path.read_bytes()
    building = one_night.publish().path.with_name("kaona.duckdb.next")

    def damage(point: str) -> None:
        if point == "publish.copied":
            with building.open("r+b") as file:
                file.seek(building.stat().st_size // 2)
                file.write(b"damage")

    monkeypatch.setattr("load.publish.at", damage)
    with pytest.raises(PublishRefused, match=r"the copy cannot be read back .*check the disk and run again"):
        one_night.publish()
    assert building.with_name("kaona.duckdb").read_bytes() == old
    assert not building.exists()
