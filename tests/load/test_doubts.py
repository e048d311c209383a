"""Doubts of the file's reader in the warehouse: kept beside each reading, given back on the next run, told by `why`."""

from __future__ import annotations

from dataclasses import replace

import pytest

from load.explain import as_json, as_text, why
from load.publish import published_path
from load.warehouse import copies_of_night
from tests.load.conftest import CODE, FIRST, VALUES, make_night
from transform.records import OCR, SECOND_READER

DOUBTS = {"budget_received": f"{SECOND_READER}18,000", "end_date": OCR}


@pytest.fixture
def doubted(one_night):
    """A night of which the first copy's budget and last day are doubted, loaded over the same night without."""
    night = make_night(FIRST, {CODE: VALUES})
    first, *others = night.copies
    readings = tuple(r._replace(doubt=DOUBTS.get(r.field)) for r in first.readings)
    copies = (replace(first, readings=readings, overlooked="1 180,000\n2 7"), *others)
    one_night.load(replace(night, copies=copies))
    return one_night


def test_doubts_come_back_as_they_were_read(doubted):
    first, second = copies_of_night(doubted.con, FIRST)
    assert {r.field: r.doubt for r in first.readings if r.doubt} == DOUBTS
    assert (first.is_ocr, first.overlooked) == (True, "1 180,000\n2 7")
    assert (second.is_ocr, second.overlooked) == (False, None)


def test_analysts_see_the_doubt_beside_the_reading_and_the_picture_on_the_copy(doubted):
    assert dict(doubted.rows("SELECT field, doubt FROM lineage.reading WHERE doubt IS NOT NULL")) == DOUBTS
    assert doubted.rows("SELECT is_ocr, count(*) FROM lineage.form_copy GROUP BY ALL ORDER BY ALL") == [
        (False, 1),
        (True, 1),
    ]


def test_why_says_which_reading_is_doubted_and_how(doubted):
    doubted.publish()
    path = published_path(doubted.home)
    for word, remark in (
        ("budget_received", "(another PDF reader sees 18,000)"),
        ("end_date", "(recognised in a picture)"),
    ):
        explained = why(path, CODE, word)
        assert as_text(explained).count(remark) == 1
        assert [w["doubt"] for w in as_json(explained)["fields"][0]["readings"]] == [DOUBTS[word], None]
