"""What is kept of readings, decisions and deliveries is enough: checks and findings say the same as of all of them."""

import random
from dataclasses import replace

import pytest

from data.samples.generator.facts import invent_project
from expectations import crosschecks
from expectations.asked import UNASKED, asked_of_decisions, asked_of_readings, told_of
from expectations.findings import collect
from expectations.objections import CHOSEN, Given
from expectations.validate import validate
from extract.encodings import LOST
from flows.settings import CHECKOUT
from tests.transform.reading import NIGHT, night_of, printed, read_path, read_text, registers
from transform.brief import in_brief
from transform.form import load_form
from transform.records import OCR, SECOND_READER
from transform.tables import Earlier, build_frames, frame_of

FORM = load_form()


def damaged(text: str, seed: int, share: float = 0.08) -> str:
    """The dump with letters lost, other digits, and lines gone."""
    chance = random.Random(seed)
    lines = []
    for line in text.splitlines():
        if chance.random() < 0.03:
            continue
        if chance.random() < share and len(line) > 4:
            at = chance.randrange(len(line))
            line = line[:at] + chance.choice([LOST, "x", "9", "ก", ""]) + line[at + 1 :]
        lines.append(line)
    return "\n".join(lines)


def doubted(file, seed):
    """The same file with some readings doubted, as pictures and by another reader."""
    chance = random.Random(seed)
    doubts = [None] * 8 + [OCR, f"{SECOND_READER}1,234.00"]
    copies = (
        replace(copy, readings=tuple(r._replace(doubt=chance.choice(doubts)) for r in copy.readings))
        for copy in file.copies
    )
    return replace(file, copies=tuple(copies))


@pytest.fixture(scope="module")
def night():
    files = [read_path(p) for p in sorted((CHECKOUT / "data" / "samples" / "inbox").iterdir())]
    for seed in range(6):
        text = printed(1, invent_project(random.Random(seed)))
        files += [read_text(damaged(text, seed * 10 + n), f"damaged-{seed}-{n}.txt") for n in range(3)]
        alone = printed(1, invent_project(random.Random(100 + seed)))
        files.append(read_text(damaged(alone, seed, 0.4), f"alone-{seed}.txt"))
        files.append(doubted(read_text(damaged(text, seed), f"doubted-{seed}.txt"), seed))
    return night_of(*files)


def test_checks_and_findings_are_the_same_of_what_is_kept(night):
    frames = build_frames(night, Earlier.nothing())
    kept = frames | {
        "reading": asked_of_readings(frames["reading"]),
        "decision": asked_of_decisions(frames["decision"]),
    }
    rows, of_kept = crosschecks.run(frames, registers()), crosschecks.run(kept, registers())
    assert of_kept.equals(rows)
    assert {"copies_conflict", "value_not_well_formed", "second_reader_differs", "lost_letters", "read_by_ocr"} <= set(
        rows["rule"]
    )
    verdict, verdict_kept = validate(frames, rows, run_id="n"), validate(kept, rows, run_id="n")
    assert verdict_kept.results.equals(verdict.results)
    assert verdict_kept.failures.equals(verdict.failures)
    nothing = frame_of(FORM.tables["finding"], [])
    found = collect(night, frames, rows, verdict, nothing, FORM, registers=registers())
    brief = in_brief(night, told_of(registers()))
    assert sum(len(d.decisions) for d in brief.deliveries) < sum(len(d.decisions) for d in night.deliveries) / 2
    assert collect(brief, kept, rows, verdict, nothing, FORM, registers=registers()).equals(found)
    assert len(found) > 50


def test_texts_that_no_check_looks_at_are_not_kept(night):
    decisions = build_frames(night, Earlier.nothing())["decision"]
    kept = asked_of_decisions(decisions)
    long = decisions[decisions["field"] == "rationale"]
    assert (kept.loc[long.index, "value"] == UNASKED).any()
    assert len(kept) == len(decisions)


def test_a_check_may_ask_only_for_values_that_are_kept(night):
    given = Given(build_frames(night, Earlier.nothing()), registers())
    for field in CHOSEN:
        given.chosen(field)
    with pytest.raises(AssertionError, match="rationale"):
        given.chosen("rationale")
    assert night.night == NIGHT
