"""What it costs to turn the bytes of a form into lines, beside its peers: `python tests/benchmarks/bench_encodings.py`.

Forms are invented; a form here is one printed copy. Each row reads the same night, in turns on the same machine; ratios are
what counts. The first rows are steps of `read_dump`, each timed alone; the others are whole reads of the same forms in
other bytes. charset-normalizer only guesses the encoding, PyThaiNLP's normalize only cleans the text.
"""

from __future__ import annotations

import argparse
import gc
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from pythainlp.util import normalize as pythainlp_normalize

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, dump_text
from data.samples.generator.facts import invent_project
from extract.dump import read_dump
from extract.encodings import read_text, repair_mojibake

COPIES = 2
PEERS_READ = 8  # one dump in so many: they take milliseconds


def night(projects: int, seed: int) -> list[str]:
    """Dumps of two copies each, as the export prints them; without ☐, which cp874 lacks."""
    rng = Random(seed)
    invented = [invent_project(rng, fiscal_year_be=2563 + n % 3) for n in range(projects)]
    return [dump_text([Copy(p, STYLE_1), Copy(p, STYLE_2)]).replace("☐", "-") for p in invented]


def seconds(work: Callable[[Any], object], dumps: Sequence[Any]) -> float:
    """Processor seconds for one form."""
    gc.collect()
    begin = time.process_time()
    for dump in dumps:
        work(dump)
    return (time.process_time() - begin) / len(dumps) / COPIES


def rows_of(texts: list[str]) -> dict[str, tuple[Callable[[Any], object], Sequence[Any]]]:
    """Each row of the table: what is timed, and on what."""
    utf8 = [text.encode() for text in texts]
    cp874 = [text.encode("cp874") for text in texts]
    garbled = [data.decode("latin-1").encode() for data in cp874]
    broken = [data[: len(data) // 2] + b"\xff" + data[len(data) // 2 :] for data in utf8]
    few = slice(None, None, PEERS_READ)
    rows: dict[str, tuple[Callable[[Any], object], Sequence[Any]]] = {
        "bytes.decode, nothing else": (bytes.decode, utf8),
        "read_text: decode and repair": (read_text, utf8),
        "repair_mojibake alone": (repair_mojibake, texts),
        "read_dump, UTF-8": (read_dump, utf8),
        "read_dump, CR LF": (read_dump, [data.replace(b"\n", b"\r\n") for data in utf8]),
        "read_dump, UTF-16": (read_dump, [text.encode("utf-16") for text in texts]),
        "read_dump, cp874": (read_dump, cp874),
        "read_dump, cp874 as Latin-1": (read_dump, garbled[few]),
        "read_dump, a broken byte": (read_dump, broken[few]),
        "PyThaiNLP normalize": (pythainlp_normalize, texts[few]),
    }
    try:
        from charset_normalizer import from_bytes
    except ImportError:
        print("charset-normalizer is not installed: its rows are left out")
        return rows
    rows["charset-normalizer, UTF-8"] = (from_bytes, utf8[few])
    rows["charset-normalizer, cp874"] = (from_bytes, cp874[few])
    return rows


def main() -> None:
    """Time a night and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--projects", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    texts = night(arguments.projects, seed=7)
    rows = rows_of(texts)
    best = dict.fromkeys(rows, float("inf"))
    for _ in range(arguments.rounds):
        for name, (work, dumps) in rows.items():
            best[name] = min(best[name], seconds(work, dumps))
    characters = sum(map(len, texts)) / len(texts) / COPIES
    lines = sum(text.count("\n") for text in texts) / len(texts) / COPIES
    print(f"{characters:,.0f} characters and {lines:.0f} lines a form, {arguments.rounds} rounds, best of each")
    print(f"{'':34}{'µs/form':>10}{'x decode':>10}{'x PyThaiNLP':>13}")
    decode, beside = best["bytes.decode, nothing else"], best["PyThaiNLP normalize"]
    for name, each in best.items():
        print(f"{name:34}{each * 1e6:10.1f}{each / decode:10.1f}{beside / each:13.1f}")


if __name__ == "__main__":
    main()
