"""The generator of whole corpora, and the small one that kaona must do well on."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache

from tests.benchmarks.corpus.files import Corpus, CorpusFile
from tests.benchmarks.corpus.nights import Outcome, run

SMALL = 600


@lru_cache(maxsize=1)
def small() -> Outcome:
    return run(Corpus(SMALL))


def files(corpus: Corpus) -> list[CorpusFile]:
    return [file for night in (0, 1) for file in corpus.files(night)]


def test_the_same_seed_prints_the_same_files_and_another_seed_others() -> None:
    assert files(Corpus(120)) == files(Corpus(120))
    assert files(Corpus(120))[0].text != files(Corpus(120, seed=2))[0].text


def test_every_copy_stands_on_its_lines() -> None:
    for file in files(Corpus(200)):
        lines = file.text.split("\n")
        for copy in file.copies:
            assert "\n".join(lines[copy.lines[0] - 1 : copy.lines[1]]) == copy.text.removesuffix("\n")


def test_copies_are_damaged_cut_and_misplaced_as_often_as_was_seen() -> None:
    copies = [copy for file in files(Corpus(4000)) for copy in file.copies]
    levels = Counter(copy.level for copy in copies)
    codes = [copy for copy in copies if copy.printed_code]
    assert 4000 <= len(copies) <= 4005
    assert abs(levels["exact"] / len(copies) - 0.30) < 0.03
    assert abs(levels["scan"] / len(copies) - 0.08) < 0.02
    assert abs(sum(copy.is_cut for copy in copies) / len(copies) - 0.04) < 0.01
    assert abs(sum(copy.is_headless for copy in copies) / len(copies) - 0.01) < 0.005
    assert abs(sum(copy.printed_code != copy.project.code for copy in codes) / len(codes) - 0.0036) < 0.002


def test_every_district_is_in_it_and_siblings_differ_in_one_digit() -> None:
    codes = {copy.project.code: copy.project for file in files(Corpus(3000)) for copy in file.copies}
    assert len({code[:4] for code in codes if code.startswith("50")}) == 50
    siblings = [
        (code, other)
        for code in codes
        for digit in "0123456789"
        if (other := code[:3] + digit + code[4:]) in codes and other != code
        if codes[other].name == codes[code].name
    ]
    assert len(siblings) > 500


def test_kaona_reads_exactly_what_is_true_where_nothing_is_damaged() -> None:
    outcome = run(Corpus(200, is_damaged=False))
    assert outcome.projects.pairs().precision == outcome.projects.pairs().recall == 1
    assert not outcome.apart
    assert outcome.decisions.total.all == 0
    assert sum(n for kind, n in outcome.decisions.agreed.items() if kind.endswith("wrong")) == 0
    assert outcome.decisions.lost_items == 0


def test_no_two_projects_are_put_together() -> None:
    assert small().projects.pairs().precision == 1


def test_copies_of_one_project_are_found() -> None:
    assert small().with_code.pairs().recall >= 0.99
    assert small().projects.pairs().recall >= 0.98


def test_no_number_code_or_date_is_decided_wrongly() -> None:
    assert small().decisions.wrong_digits == []


def test_decided_values_are_right() -> None:
    total = small().decisions.total
    assert total.decided >= 0.95 * total.all
    assert total.decided_right >= 0.95 * total.decided  # so few forms say little of how words are spelt
