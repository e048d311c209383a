"""Recognising and reconciling copies, on whole invented corpora with the truth: `python tests/benchmarks/bench_copies.py`.

Each size runs in a process of its own, so that its memory is its own. A document is one printed copy. `--full` takes
some ten minutes: 1,000, 10,000 and 100,000 documents and all alternatives.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from tests.benchmarks.corpus import alternatives
from tests.benchmarks.corpus.files import Corpus
from tests.benchmarks.corpus.nights import Outcome, run
from tests.benchmarks.corpus.scoring import Cell, Pairs

T = TypeVar("T")
FULL = (1_000, 10_000, 100_000)
# MinHash of more copies takes minutes, all pairs of 500 copies by token_set twenty seconds
QUICK = 10_000


def measured(documents: int, seed: int) -> tuple[Outcome, float]:
    """What kaona makes of a corpus, and the most memory its process took (MB)."""
    outcome = run(Corpus(documents, seed))
    return outcome, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def compared(documents: int, seed: int, with_slow: bool) -> list[alternatives.Alternative]:
    """What others make of it."""
    corpus = Corpus(documents, seed)
    found = alternatives.keyed(corpus)
    if with_slow or documents <= QUICK:
        found += alternatives.minhash(corpus)
    return [*found, alternatives.token_set(corpus)] if with_slow else found


def in_a_process(work: Callable[..., T], *arguments: object) -> T:
    """The result of work in a process of its own."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments).result()


def main() -> None:
    """Measure each size and print its tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--documents", type=int, nargs="+", default=[1_000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--alternatives", action="store_true", help="also the slow ones: rapidfuzz token_set, MinHash of any size"
    )
    parser.add_argument("--full", action="store_true", help="1,000, 10,000 and 100,000 documents, all alternatives")
    parser.add_argument("--misses", action="store_true", help="list what went wrong")
    arguments = parser.parse_args()
    for documents in FULL if arguments.full else arguments.documents:
        outcome, memory = in_a_process(measured, documents, arguments.seed)
        others = in_a_process(compared, documents, arguments.seed, arguments.alternatives or arguments.full)
        print_recognition(outcome, others)
        print_decisions(outcome)
        print_cost(outcome, memory)
        if arguments.misses:
            print_misses(outcome)
        print(flush=True)


def print_recognition(outcome: Outcome, others: Iterable[alternatives.Alternative]) -> None:
    """Pairs of copies of one project."""
    count = outcome.documents
    print(
        f"{count:,} copies, {outcome.codes / count:.2%} with a readable code, of which "
        f"{outcome.wrong_codes / max(outcome.codes, 1):.2%} with a wrong digit\n"
    )
    print(f"{'pairs of copies':34}{'copies':>9}{'precision':>11}{'recall':>9}{'wrong':>9}{'lost':>9}{'copies/s':>11}")
    speed = count / outcome.seconds["grouping"]
    for name, pairs, shown in (
        ("kaona", outcome.projects.pairs(), f"{speed:,.0f}"),
        ("kaona, with a readable code", outcome.with_code.pairs(), ""),
        ("kaona, within one night", outcome.same_night.pairs(), ""),
    ):
        print_pairs(name, count, pairs, shown)
    for other in others:
        print_pairs(other.name, other.documents, other.pairs, f"{other.docs_per_second:,.0f}")
    print("\ncopies that are not with their project")
    for why, copies in outcome.apart.most_common():
        print(f"  {why:60}{copies:8,}")
    print(f"  {'deliveries under a code of no project':60}{outcome.phantoms:8,}")


def print_pairs(name: str, count: int, pairs: Pairs, speed: str) -> None:
    """One line of the table."""
    wrong, lost = pairs.found - pairs.right, pairs.true - pairs.right
    print(f"{name:34}{count:9,}{pairs.precision:11.5f}{pairs.recall:9.4f}{wrong:9,}{lost:9,}{speed:>11}")


def print_decisions(outcome: Outcome) -> None:
    """Values on which copies differ, by rule and by kind of field."""
    decisions = outcome.decisions
    head = f"{'values':>9}{'decided':>9}{'right if decided':>18}{'right':>9}{'ceiling':>9}"
    for title, cells in (("by rule", decisions.by_rule), ("by kind of field", decisions.by_kind)):
        print(f"\n{'copies differ, ' + title:34}{head}")
        for name, cell in sorted(cells.items(), key=lambda pair: -pair[1].all):
            print_cell(name, cell)
    print_cell("all", decisions.total)
    spans = decisions.spans
    print(
        f"\nplaces where copies of a long text are damaged: {spans['all']:,}; the chosen text is right in "
        f"{1 - spans['wrong'] / max(spans['all'], 1):.4f} of them, some copy in "
        f"{1 - spans['everywhere'] / max(spans['all'], 1):.4f}"
    )
    agreed = sum(n for kind, n in decisions.agreed.items() if not kind.endswith(" wrong"))
    wrong = sum(n for kind, n in decisions.agreed.items() if kind.endswith(" wrong"))
    print(f"copies agree: {agreed:,} values, {wrong / max(agreed, 1):.3%} not true (damaged twice alike)")
    print(f"list items that no decision stands for: {decisions.lost_items:,}")
    print(f"digits, codes, money and dates decided wrongly: {len(decisions.wrong_digits)}")
    print_lines(decisions.wrong_digits)
    print(f"digits inside texts decided wrongly: {len(decisions.wrong_digits_in_text)}")
    print_lines(decisions.wrong_digits_in_text)


def print_cell(name: str, cell: Cell) -> None:
    """One line of the table."""
    share = cell.decided_right / cell.decided if cell.decided else float("nan")
    print(
        f"{name:34}{cell.all:9,}{cell.decided / cell.all:9.4f}{share:18.4f}"
        f"{cell.right / cell.all:9.4f}{cell.reachable / cell.all:9.4f}"
    )


def print_cost(outcome: Outcome, memory: float) -> None:
    """Copies a core does in a second, by stage; the most memory."""
    each = ", ".join(f"{stage} {outcome.documents / s:,.0f}" for stage, s in sorted(outcome.seconds.items()))
    print(f"\ncopies a second and core: {each}; peak memory {memory:,.0f} MB")


def print_misses(outcome: Outcome) -> None:
    """Examples of what went wrong."""
    print("\ncopies that are not with their project, but for headless ones")
    print_lines(outcome.apart_lines, most=200)
    for sort, lines in sorted(outcome.decisions.samples.items()):
        print(sort)
        print_lines(lines, most=200)


def print_lines(lines: Iterable[str], most: int = 40) -> None:
    """The first of some lines, indented."""
    for line, _ in zip(lines, range(most), strict=False):
        print(f"  {line[:400]}")


if __name__ == "__main__":
    main()
