"""How many forms a core reads in a second, beside PyThaiNLP's normalize on the same text: `python tests/benchmarks/bench_dumps.py`.

Forms are invented, two copies each; a form here is one printed copy. Both are timed in turns on the same machine, and
ratios are what counts. `first` has seen nothing before, `again` reads the same night a second time with filled caches.
"""

from __future__ import annotations

import argparse
import cProfile
import pstats
import time
from collections.abc import Callable
from random import Random

from pythainlp.util import normalize as pythainlp_normalize

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.facts import invent_project
from extract.document import Document
from extract.dump import read_dump
from transform.copies import split
from transform.form import load_form
from transform.parse import mark_cut, parse_copy

FORM = load_form()


def night(projects: int, seed: int) -> list[str]:
    """Dumps of two copies each, as the export prints them."""
    rng = Random(seed)
    years = (2563, 2564, 2565)
    invented = [invent_project(rng, fiscal_year_be=years[n % 3]) for n in range(projects)]
    return [dump_text([Copy(p, STYLE_1), Copy(p, STYLE_2)]) for p in invented]


def read(document: Document) -> int:
    """Split and parse; how many readings came out."""
    readings = 0
    for copy in split(document, FORM).copies:
        parsed = parse_copy(copy, "0123456789abcdef-1", FORM)
        readings += len(mark_cut(parsed.readings, parsed.is_truncated))
    return readings


def seconds(work: Callable[[Document], int], texts: list[str]) -> tuple[float, float]:
    """Processor seconds and readings of one form; one document at a time is in memory, as in a night."""
    spent, readings = 0.0, 0
    for text in texts:
        document = read_dump(text.encode())
        begin = time.process_time()
        readings += work(document)
        spent += time.process_time() - begin
    return spent / len(texts) / 2, readings / len(texts) / 2


def peer(document: Document) -> int:
    """PyThaiNLP's normalize on the same text."""
    return len(pythainlp_normalize("\n".join(line.text for line in document.lines())))


def main() -> None:
    """Time a night and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    arguments = parser.parse_args()
    seconds(read, night(20, seed=1))  # the registry and the patterns are prepared once
    rows = []
    for round_number in range(arguments.rounds):
        texts = night(arguments.projects, seed=100 + round_number)
        first, readings = seconds(read, texts)
        again, _ = seconds(read, texts)
        beside, _ = seconds(peer, texts[: max(20, len(texts) // 8)])
        rows.append((first, again, beside, readings, sum(map(len, texts)) / len(texts) / 2))
    first, again, beside, per_form, characters = (min(column) for column in zip(*rows, strict=True))
    print(f"{characters:,.0f} characters and {per_form:.0f} readings a form, {arguments.rounds} rounds, best of each")
    print(f"{'':34}{'µs/form':>10}{'forms/s':>10}{'x PyThaiNLP':>13}")
    for name, each in (
        ("split + parse, first", first),
        ("split + parse, again", again),
        ("PyThaiNLP normalize", beside),
    ):
        print(f"{name:34}{each * 1e6:10.0f}{1 / each:10,.0f}{beside / each:13.1f}")
    if arguments.profile:
        texts = night(arguments.projects, seed=99)
        with cProfile.Profile() as profile:
            seconds(read, texts)
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
