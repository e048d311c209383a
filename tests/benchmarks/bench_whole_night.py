"""A whole night of 10,000 files beside `extract_text` alone over its PDFs: `python tests/benchmarks/bench_whole_night.py`.

Half of the files are PDFs of about three pages, half dumps, a third of all exact repeats (tests/benchmarks/whole_nights.py).
Both get the same two processes. The night is all of it, from pulling to mails and pages, in a process of its own and
without Prefect; then the same again with nothing new. Seconds of one run lie side by side: ratios are what counts.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread

from tests.benchmarks.whole_nights import make_files, pdfs

WORKERS = 2
NIGHT = "2026-03-01"


def extract_text_alone(paths: list[Path]) -> float:
    """Seconds that `extract_text` takes for all of them on two processes."""
    started = time.perf_counter()
    with ProcessPoolExecutor(WORKERS) as pool:
        for _ in pool.map(_extracted, paths, chunksize=8):
            pass
    return time.perf_counter() - started


def _extracted(path: Path) -> int:
    from pdfminer.high_level import extract_text

    return len(extract_text(path))


class Memory:
    """The most that processes of a session held, as the kernel counts it for each: MB of the first, and of the largest
    other one. Asked for all the while, as it goes with the process; what is shared counts for each."""

    def __init__(self, leader: int):
        self._leader = leader
        self._most: dict[int, int] = {}
        self._is_over = Event()
        self._thread = Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> tuple[float, float]:
        """Of the leader, and of the largest other one."""
        self._is_over.set()
        self._thread.join()
        main = self._most.pop(self._leader, 0)
        return main / 1024, max(self._most.values(), default=0) / 1024

    def _look(self) -> None:
        while True:
            for folder in Path("/proc").glob("[0-9]*"):
                with suppress(OSError):
                    if int((folder / "stat").read_text().rpartition(")")[2].split()[3]) == self._leader:
                        found = re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
                        self._most[int(folder.name)] = int(found[1]) if found else self._most.get(int(folder.name), 0)
            if self._is_over.wait(0.1):
                return


def kaona(inbox: Path, home: Path) -> tuple[float, tuple[float, float], dict[str, object]]:
    """Seconds of one `kaona run`, peak memory (MB) of its main process and of the largest beside it, its summary."""
    command = [sys.executable, "-m", "flows", "run", "--no-prefect", "--json", "--as-of", NIGHT]
    command += ["--home", str(home), "--source", str(inbox)]
    started = time.perf_counter()
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ) | {"KAONA_WORKERS": str(WORKERS)},
        start_new_session=True,
    )
    memory = Memory(process.pid)
    printed, _ = process.communicate()
    took = time.perf_counter() - started
    if process.returncode:
        raise RuntimeError(f"kaona run ended with {process.returncode}")
    return took, memory.end(), json.loads(printed)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=int, nargs="+", default=[999, 9_999])
    parser.add_argument("--folder", type=Path, help="keep the files here for the next time")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        for files in arguments.files:
            folder = (arguments.folder or Path(temporary)) / f"n{files}"
            print_night(folder, make_files(folder, files))


def print_night(folder: Path, files: int) -> None:
    """One night of so many files, stage by stage."""
    with TemporaryDirectory() as temporary:
        home = Path(temporary) / "home"
        whole, peak, summary = kaona(folder / "inbox", home)
        again, peak_again, nothing = kaona(folder / "inbox", home)
    assert nothing["nothing_new"], "the second night found something new"
    alone = extract_text_alone(list(pdfs(folder)))
    print(f"{files:,} files, {summary['projects']:,} projects, {summary['mails']} mails: {summary['files']}")
    seconds = summary["seconds"]
    assert isinstance(seconds, dict)
    for stage, took in seconds.items():
        print(f"  {stage:<24}{took:>9.1f} s  {took / alone:>7.3f}")
    print(f"  {'whole night':<24}{whole:>9.1f} s  {whole / alone:>7.3f}   {_shown(peak)}")
    print(f"  {'extract_text alone':<24}{alone:>9.1f} s    1.000")
    print(f"  {'nothing new':<24}{again:>9.2f} s            {_shown(peak_again)}")


def _shown(peak: tuple[float, float]) -> str:
    return f"peak memory {peak[0]:,.0f} MB, of the largest process beside it {peak[1]:,.0f} MB"


if __name__ == "__main__":
    main()
