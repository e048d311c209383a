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


def read(documents: list[Document]) -> tuple[int, int]:
    """Split and parse; how many copies and readings came out."""
    copies = readings = 0
    for document in documents:
        for copy in split(document, FORM).copies:
            parsed = parse_copy(copy, "0123456789abcdef-1", FORM)
            readings += len(mark_cut(parsed.readings, parsed.is_truncated))
            copies += 1
    return copies, readings


def seconds(work: Callable[[], object]) -> float:
    """Processor time of one run."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    """Time a night and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="show where the time goes")
    arguments = parser.parse_args()
    read([read_dump(text.encode()) for text in night(20, seed=1)])  # the registry and the patterns are prepared once
    rows = []
    for round_number in range(arguments.rounds):
        texts = night(arguments.projects, seed=100 + round_number)
        documents = [read_dump(text.encode()) for text in texts]
        copies, readings = read(documents[:50])
        first = seconds(lambda documents=documents[50:]: read(documents)) / (len(documents) - 50) / 2
        again = seconds(lambda documents=documents[50:]: read(documents)) / (len(documents) - 50) / 2
        few = texts[50:100]
        peer = seconds(lambda few=few: [pythainlp_normalize(text) for text in few]) / len(few) / 2
        rows.append((first, again, peer, readings / copies, sum(map(len, texts)) / len(texts) / 2))
    first, again, peer, per_form, characters = (min(column) for column in zip(*rows, strict=True))
    print(f"{characters:,.0f} characters and {per_form:.0f} readings a form, {arguments.rounds} rounds, best of each")
    print(f"{'':34}{'µs/form':>10}{'forms/s':>10}{'x PyThaiNLP':>13}")
    for name, each in (("split + parse, first", first), ("split + parse, again", again), ("PyThaiNLP normalize", peer)):
        print(f"{name:34}{each * 1e6:10.0f}{1 / each:10,.0f}{peer / each:13.1f}")
    if arguments.profile:
        with cProfile.Profile() as profile:
            read(documents)
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
