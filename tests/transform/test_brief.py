"""A delivery in brief says where each value stands, and of its copies what recognition tells."""

from dataclasses import replace

import pytest

from flows.settings import CHECKOUT
from tests.transform.reading import night_of, read_path
from transform.at_rest import AtRest, RestingPlace
from transform.brief import in_brief, places_of
from transform.doubts import is_ocr
from transform.records import OCR

NIGHT = night_of(*(read_path(p) for p in sorted((CHECKOUT / "data" / "samples" / "inbox").iterdir())))
PLACES = [(d, x) for d in NIGHT.deliveries for x in d.decisions]


def test_each_value_keeps_the_place_of_the_reading_that_says_it():
    brief = {d.project_code: d for d in in_brief(NIGHT, lambda _: False).deliveries}
    assert len(PLACES) > 500
    for delivery, decision in PLACES:
        found = places_of(brief[delivery.project_code]).of(decision.field)
        if not decision.readings:
            assert found is None
            continue
        chosen = next((r for r in decision.readings if r.value == decision.value), decision.readings[0])
        copy = delivery.copies[found[0]]
        assert (copy.copy_id, *found[1:]) == (chosen.copy_id, chosen.evidence.page, chosen.evidence.line_first)
    assert places_of(NIGHT.deliveries[0]).of("reports[99].date") is None


def test_told_decisions_stay_whole_and_the_others_go():
    brief = in_brief(NIGHT, lambda decision: decision.is_conflict)
    for whole, short in zip(NIGHT.deliveries, brief.deliveries, strict=True):
        assert short.decisions == tuple(d for d in whole.decisions if d.is_conflict)
        assert (short.project_code, short.report_addresses) == (whole.project_code, whole.report_addresses)
    assert in_brief(brief, lambda _: True) == brief, "in brief twice is the same"


@pytest.mark.parametrize("pictured", [False, True])
def test_copies_keep_their_codes_and_that_they_are_pictures(pictured):
    copies = NIGHT.copies
    if pictured:
        copies = tuple(replace(c, readings=tuple(r._replace(doubt=OCR) for r in c.readings)) for c in copies)
        copies = (
            replace(copies[0], readings=(copies[0].readings[0]._replace(doubt=None), *copies[0].readings[1:])),
            *copies[1:],
        )
    night = replace(NIGHT, copies=copies, deliveries=())
    for copy, short in zip(night.copies, in_brief(night, lambda _: True).copies, strict=True):
        codes = [r for r in copy.readings if r.field == "project_code"]
        assert [r for r in short.readings if r.field == "project_code"] == codes
        assert short.is_ocr == copy.is_ocr == pictured
        assert len(short.readings) <= len(codes) + pictured
        assert replace(short, readings=()) == replace(copy, readings=())
    assert not any(map(is_ocr, NIGHT.copies[0].readings))


def test_what_copies_say_of_a_decision_that_is_told_rests_on_disk(tmp_path):
    with RestingPlace(tmp_path / "told") as place:
        brief = in_brief(NIGHT, lambda decision: decision.is_conflict, place.put)
    told = [d for delivery in brief.deliveries for d in delivery.decisions]
    assert told
    assert told == [d for delivery in NIGHT.deliveries for d in delivery.decisions if d.is_conflict]
    assert all(isinstance(d.readings, AtRest) for d in told)
    assert (tmp_path / "told").stat().st_size
