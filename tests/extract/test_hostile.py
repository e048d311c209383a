"""The hostile set costs seconds and no worker: pulled, read in workers and in this process, each case as it must end."""

import os
import random
import socket
from collections import Counter
from datetime import date

import pytest

from extract.document import SourceFile
from extract.encodings import LOST
from extract.isolation import read_all
from extract.options import Options
from extract.read import read_bytes
from extract.sources import pull, read_archived
from tests.extract.hostile import (
    FLIPPED_LINES,
    GOOD,
    GROUPS,
    READ,
    cases_of,
    flippable_pdf,
    hostile_cases,
    mutations,
    with_bit_flipped,
)
from tests.extract.pdf_bytes import build_pdf, source_file, text_at

PLAIN = Options(second_reader=False, ocr=False)
"""What is tested does not depend on programs that may be missing."""

SECONDS, MEMORY = 60.0, 768 * 1024**2
"""Far above what any case takes: no outcome may be that of a limit of the worker."""
QUICK = [group for group in GROUPS if group.__name__ not in ("bombs", "operators", "parsing", "fonts", "extras")]


def outcome(result):
    if result.rejection is not None:
        assert result.rejection.message
        return result.rejection.code
    lines = [line.text for line in result.document.lines()]
    return READ if GOOD in "".join(lines) else f"read as {lines[:3]}"


def wrong(results, cases):
    """The cases that ended as they must not, with what became of them."""
    return {
        case.id: f"{found} instead of {' or '.join(sorted(case.outcomes))}"
        for case, found in zip(cases, results, strict=True)
        if found not in case.outcomes
    }


def odd_names():
    """File names that are no plain names."""
    yield from (
        "exe.\u202efdp.pdf",
        "-rf.pdf",
        "a\nb.pdf",
        "a\tb\x1b[31m.pdf",
        "con\x7f.pdf",
        " .pdf",
        "%00.pdf",
        "a;rm -rf ~.pdf",
    )
    yield "ก" * 83 + "ก.pd"  # 255 bytes
    yield os.fsdecode(b"\xff\xfe\xa1.pdf")
    yield "<img src=x onerror=alert(1)>.pdf"


def put_odd_things_into(folder, outside):
    """What can stand in a folder and is no file → the code it must get."""
    codes = {}
    os.mkfifo(folder / "z pipe.pdf")
    codes["z pipe.pdf"] = "not_a_regular_file"
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            here = os.open(".", os.O_RDONLY)
            os.chdir(folder)  # the path of a socket is at most 107 bytes long
            listener.bind("z socket.pdf")
        finally:
            os.chdir(here)
            os.close(here)
    codes["z socket.pdf"] = "not_a_regular_file"
    links = {"device": "/dev/zero", "out": outside, "up": f"../{outside.name}", "dead": "nowhere", "loop": "z loop.pdf"}
    for name, target in links.items():
        (folder / f"z {name}.pdf").symlink_to(target)
        codes[f"z {name}.pdf"] = "link_outside_source"
    with (folder / "z sparse.pdf").open("wb") as file:
        file.truncate(8 * 1024**3)
    codes["z sparse.pdf"] = "too_large"
    (folder / "z folder.pdf").mkdir()
    if os.geteuid():
        (folder / "z secret.pdf").write_bytes(b"%PDF-1.7")
        (folder / "z secret.pdf").chmod(0)
        codes["z secret.pdf"] = "cannot_open"
    return codes


@pytest.mark.fault(15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 56)
def test_everything_hostile_ends_within_the_limits_and_nothing_good_is_lost(tmp_path):
    inbox, outside = tmp_path / "inbox", tmp_path / "outside.pdf"
    inbox.mkdir()
    good = build_pdf(text_at(50, 700, GOOD))
    outside.write_bytes(good)
    odd = put_odd_things_into(inbox, outside)
    cases = list(hostile_cases())
    chance = random.Random(0)
    for number, case in enumerate(chance.sample(cases, len(cases))):
        (inbox / f"{case.id}.pdf").write_bytes(case.data)
        (inbox / f"good {number:03}.pdf").write_bytes(good + b"%d" % number)
    names = list(odd_names())
    for number, name in enumerate(names):
        (inbox / name).write_bytes(good + b"%%%d" % number)

    pulled = pull(str(inbox), tmp_path / "archive")
    refused = {file.uri.removeprefix("inbox/"): file.rejection.code for file in pulled if file.rejection}
    assert refused == odd
    assert all(file.uri.isprintable() for file in pulled)

    files = [SourceFile(file.sha256, file.uri, date(2026, 1, 5), file.size) for file in pulled if file.sha256]
    assert len(files) == 2 * len(cases) + len(names)
    results = read_all(
        files,
        lambda source: read_archived(tmp_path / "archive", source.sha256),
        workers=2,
        timeout_seconds=SECONDS,
        memory_limit_bytes=MEMORY,
        options=PLAIN,
    )
    found = {result.source.uri.removeprefix("inbox/"): outcome(result) for result in results}
    assert wrong([found.pop(f"{case.id}.pdf") for case in cases], cases) == {}
    assert Counter(found.values()) == {READ: len(files) - len(cases)}


@pytest.mark.fault(15, 16, 17, 18, 20)
@pytest.mark.parametrize("group", QUICK, ids=lambda group: group.__name__)
def test_each_of_these_ends_as_it_must_without_a_worker_around_it(group):
    cases = list(cases_of(group))
    results = [outcome(read_bytes(source_file(case.id, case.data), case.data, PLAIN)) for case in cases]
    assert wrong(results, cases) == {}


def test_no_change_of_a_few_bytes_raises_or_crashes_the_reader():
    codes = Counter()
    for number, data in enumerate(mutations(600)):
        result = read_bytes(source_file(f"inbox/{number}.pdf", data), data, PLAIN)
        codes[result.rejection.code if result.rejection else READ] += 1
        assert codes["reader_crashed"] == 0, f"mutation {number}: {result.rejection.message}"
    assert set(codes) > {READ, "broken_pdf"}


def test_no_flipped_bit_makes_a_text_that_is_wrong_or_cut_without_a_sign():
    whole = flippable_pdf()
    source = source_file("inbox/a.pdf", whole)
    silent = {}
    for at in range(0, len(whole), 2):
        result = read_bytes(source, with_bit_flipped(whole, at, at // 2 % 8), PLAIN)
        if result.document is None:
            continue
        lines = [line.text for line in result.document.lines()]
        if (
            lines != FLIPPED_LINES
            and not result.document.notes
            and not result.document.doubts
            and LOST not in "".join(lines)
        ):
            silent[at] = (lines, whole[max(0, at - 20) : at + 10])
    assert silent == {}
