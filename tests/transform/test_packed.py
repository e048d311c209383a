import pickle
from dataclasses import replace
from datetime import date

import pytest

from extract.document import SourceFile
from extract.read import read_bytes
from flows.settings import CHECKOUT
from transform.at_rest import opened
from transform.form import load_form
from transform.night import FileReading, read_file
from transform.packed import packed, read_and_pack, unpacked
from transform.records import UnreadLine

SAMPLES = sorted((CHECKOUT / "data" / "samples" / "inbox").iterdir())


def result_of(path):
    data = path.read_bytes()
    return read_bytes(SourceFile("ab" * 32, f"inbox/{path.name}", date(2026, 11, 22), len(data)), data)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_parsed_file_comes_back_equal_in_every_value(path):
    result = result_of(path)
    file = read_file(result, load_form())
    back = unpacked(read_and_pack(result))
    assert back == file
    assert pickle.dumps(back).count(b"transform.records") == pickle.dumps(file).count(b"transform.records"), (
        "same types"
    )


def test_values_that_no_sample_holds_come_back_too():
    file = read_file(result_of(CHECKOUT / "data" / "samples" / "inbox" / "dump-two-copies.txt"), load_form())
    first = file.copies[0].readings[0]
    odd = first._replace(
        evidence=first.evidence._replace(raw="\ud800 \x00", line_last=10**6), value=None, doubt="ocr", is_cut=True
    )
    copies = (replace(file.copies[0], readings=(odd,)), replace(file.copies[1], readings=(), identity_note="?"))
    outcome = replace(file.outcome, unread=(UnreadLine(1, 2, "\udfff"),), notes=("ก",), pages=None)
    assert unpacked(packed(FileReading(outcome, copies))) == FileReading(outcome, copies)


def test_equal_texts_of_a_copy_are_one_object_and_addresses_are_one_for_all_files():
    result = result_of(CHECKOUT / "data" / "samples" / "inbox" / "dump-two-copies.txt")
    first, second = unpacked(read_and_pack(result)), unpacked(read_and_pack(result))
    for copy in map(opened, first.copies):
        objects = {}
        for reading in copy.readings:
            for text in (reading.evidence.raw, reading.value, reading.copy_id):
                if text is not None:
                    assert objects.setdefault(text, text) is text
    assert first.copies[0].readings[0].field is second.copies[0].readings[0].field


@pytest.mark.parametrize(
    "data",
    [b"", b"\x00", b"not packed", packed(FileReading(read_file(result_of(SAMPLES[0]), load_form()).outcome))[:-9]],
)
def test_other_bytes_are_refused(data):
    with pytest.raises((ValueError, EOFError, TypeError)):
        unpacked(data)
