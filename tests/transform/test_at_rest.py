"""Readings at rest are the readings: in memory or in a file, opened as often as somebody asks."""

from dataclasses import replace

import pytest

from flows.settings import CHECKOUT
from tests.transform.reading import read_path
from transform.at_rest import AtRest, RestingPlace, Span, at_rest, opened
from transform.packed import packed, unpacked

FILE = read_path(CHECKOUT / "data" / "samples" / "inbox" / "dump-two-copies.txt")
READINGS = FILE.copies[0].readings


def test_readings_at_rest_are_equal_to_the_readings_and_count_like_them():
    resting = AtRest.of(READINGS)
    assert resting == READINGS == resting.opened() == tuple(resting)
    assert resting == AtRest.of(READINGS)
    assert (len(resting), resting[0], resting[-2:]) == (len(READINGS), READINGS[0], READINGS[-2:])
    assert hash(resting) == hash(READINGS)
    assert resting != READINGS[1:]
    assert resting != AtRest.of(READINGS[1:])
    assert AtRest.of(resting) is resting


def test_a_copy_is_put_to_rest_and_opened_again():
    copy = FILE.copies[0]
    resting = at_rest(copy)
    assert isinstance(resting.readings, AtRest)
    assert resting == copy
    assert at_rest(resting) is resting
    assert opened(resting) == copy
    assert isinstance(opened(resting).readings, tuple)
    assert opened(copy) is copy
    assert at_rest(replace(copy, readings=())).readings == ()


def test_readings_rest_in_the_file_they_were_written_to(tmp_path):
    data, before = packed(FILE), b"something that stands before"
    path = tmp_path / "part"
    path.write_bytes(before + data)
    found = unpacked(data, (str(path), len(before)))
    assert found == FILE
    assert unpacked(packed(found)) == FILE, "packed again from where it rests"
    path.unlink()
    with pytest.raises(OSError, match="part"):
        found.copies[0].readings[0]


def test_a_resting_place_is_made_by_the_first_readings_and_holds_those_of_every_copy(tmp_path):
    with RestingPlace(tmp_path / "nothing") as place:
        pass
    assert not (tmp_path / "nothing").exists()
    copies = [copy.readings for copy in FILE.copies]
    with RestingPlace(tmp_path / "folder" / "some") as place:
        resting = [place.put(readings) for readings in (*copies, ())]
    assert [each.opened() for each in resting] == [*copies, ()]
    assert sum(len(AtRest.of(readings).packed) for readings in (*copies, ())) == place_size(tmp_path)
    with RestingPlace(tmp_path / "folder" / "some") as place, pytest.raises(FileExistsError):
        place.put(READINGS)


def place_size(folder):
    return (folder / "folder" / "some").stat().st_size


def test_bytes_that_were_cut_are_no_readings(tmp_path):
    path = tmp_path / "part"
    path.write_bytes(AtRest.of(READINGS).packed[:-20])
    with pytest.raises((ValueError, EOFError, TypeError)):
        AtRest(len(READINGS), Span(str(path), 0, 10**6)).opened()
