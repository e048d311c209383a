"""What Great Expectations costs a night, its pass and its Data Docs: `python tests/benchmarks/bench_validate.py`.

On the night of the committed samples, and on a night of invented forms with ten thousand report rows. The first pass of
a process also imports Great Expectations; it is shown apart.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import pandas as pd

from expectations import crosschecks
from expectations.validate import validate
from extract.document import SourceFile
from extract.read import read_bytes
from flows.settings import Settings
from tests.benchmarks.corpus.files import Corpus
from tests.benchmarks.stored import write_files
from transform.form import load_form
from transform.night import read_file, reconcile_night
from transform.registers import Registers, read_registers
from transform.tables import Earlier, build_frames

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "samples" / "inbox"
NIGHT = date(2026, 3, 1)
REPORT_ROWS = 10_000
DOCUMENTS = 300
Frames = Mapping[str, pd.DataFrame]
T = TypeVar("T")


def frames_of(folder: Path, registers: Registers) -> dict[str, pd.DataFrame]:
    """The frames of a first night on which all files of a folder arrive."""
    form = load_form()
    read = []
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        source = SourceFile(hashlib.sha256(data).hexdigest(), path.relative_to(folder).as_posix(), NIGHT, len(data))
        read.append(read_file(read_bytes(source, data), form))
    return build_frames(reconcile_night(NIGHT, read, registers, form), Earlier.nothing(), form)


def repeated(frames: Frames, times: int) -> dict[str, pd.DataFrame]:
    """Every frame so many times over, each time of other projects and files."""
    return {name: _repeated(frame, times) for name, frame in frames.items()}


def _repeated(frame: pd.DataFrame, times: int) -> pd.DataFrame:
    parts = []
    for number in range(times):
        part = frame.copy()
        for column in frame.columns.intersection(["project_code", "delivery_id"]):
            part[column] = part[column].str.slice(0, 4) + f"{number:04d}" + part[column].str.slice(8)
        for column in frame.columns.intersection(["copy_id", "source_sha256"]):
            part[column] = f"{number:04d}" + part[column]
        parts.append(part)
    return pd.concat(parts, ignore_index=True)


def best_of(repeats: int, work: Callable[[], T]) -> tuple[float, T]:
    """The least CPU time of several passes, and what the last of them said."""
    least = float("inf")
    for _ in range(repeats):
        began = time.process_time()
        result = work()
        least = min(least, time.process_time() - began)
    return least, result


def main() -> None:
    """Measure both nights and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--rows", type=int, default=REPORT_ROWS, help="report rows of the large night")
    arguments = parser.parse_args()
    registers = read_registers(Settings().registers())
    with TemporaryDirectory() as folder:
        write_files(Path(folder), Corpus(DOCUMENTS, 1), night=0)
        corpus = frames_of(Path(folder), registers)
    large = repeated(corpus, -(-arguments.rows // max(1, len(corpus["fact_progress_report"]))))
    small = frames_of(SAMPLES, registers)
    began = time.process_time()
    validate(small, crosschecks.run(small, registers), run_id="first")
    print(f"first pass with the import: {time.process_time() - began:.2f} s")
    print(
        f"{'night':<10}{'projects':>9}{'reports':>9}{'checks':>8}{'failing':>9}{'cross-checks':>14}{'GX pass':>9}"
        f"{'ms/check':>10}{'Data Docs':>11}{'kB':>8}"
    )
    for name, frames in (("samples", small), ("large", large)):
        measure(name, frames, registers, arguments.repeats)


def measure(name: str, frames: Frames, registers: Registers, repeats: int) -> None:
    """One line of the table."""
    from expectations.data_docs import write_data_docs

    crossed, rows = best_of(repeats, lambda: crosschecks.run(frames, registers))
    seconds, verdict = best_of(repeats, lambda: validate(frames, rows, run_id="bench"))
    with TemporaryDirectory() as folder:
        docs = Path(folder) / "data_docs"
        written, _ = best_of(repeats, lambda: write_data_docs(verdict, docs, load_form(), show_values=True))
        size = sum(page.stat().st_size for page in docs.iterdir()) / 1024
    print(
        f"{name:<10}{len(frames['dim_project']):>9,}{len(frames['fact_progress_report']):>9,}{len(verdict.results):>8,}"
        f"{len(verdict.failures):>9,}{crossed:>12.2f} s{seconds:>7.2f} s{1000 * seconds / len(verdict.results):>10.1f}"
        f"{written:>9.2f} s{size:>8,.0f}"
    )


if __name__ == "__main__":
    main()
