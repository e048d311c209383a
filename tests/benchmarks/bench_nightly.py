"""What a night of 200 new files costs on 1,000, 10,000 and 100,000 stored projects: `python tests/benchmarks/bench_nightly.py`.

Each night runs in a process of its own on a copy of the stored home, without Prefect. The stages that copy whole files
(publish, pages) are shown apart: they grow with what is stored, as a copy does. Needs some 8 GB of disk.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from load.warehouse import open_work
from tests.benchmarks.corpus.files import Corpus
from tests.benchmarks.stored import BASE_DOCUMENTS, TONIGHT, make_base, multiply, settings_of, write_files

TIMES = (1, 10, 100)
NEW_FILES = 200
COPYING = ("publish", "pages")
NO_STAGES = ("all", "projects", "forms", "rows", "reports", "peak MB", "GB")


def one_night(home: Path) -> dict[str, float]:
    """Seconds of each stage of tonight on a stored home, and what the night did."""
    program = (
        "import json,sys,resource; from pathlib import Path; from tests.benchmarks.bench_nightly import run_here; "
        "print(json.dumps(run_here(Path(sys.argv[1]))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(home)], stdout=subprocess.PIPE, text=True, check=True, env=dict(os.environ)
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def run_here(home: Path) -> dict[str, float]:
    """Run tonight in this process: half of its files bring projects that are stored, half new ones."""
    import resource

    from flows.run import run_night
    from flows.summary import Watch

    started = time.perf_counter()
    settings = settings_of(home, sources=[str(home / "tonight")])
    summary = run_night(settings, TONIGHT, Watch(is_quiet=True))
    seconds = {stage: float(s) for stage, s in summary.seconds.items()}
    rows, reports = counted(home)
    return {
        **seconds,
        "rows": rows,
        "reports": reports,
        "all": time.perf_counter() - started,
        "projects": summary.projects,
        "forms": summary.forms,
        "peak MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def counted(home: Path) -> tuple[int, int]:
    """Rows of evidence that tonight wrote (readings, decisions), and all reports that are stored."""
    with closing(open_work(home)) as con:
        written = "SELECT count(*) FROM lineage.{} WHERE night = ?"
        rows = [con.execute(written.format(t), [TONIGHT]).fetchall()[0][0] for t in ("reading", "decision")]
        reports = con.execute("SELECT count(*) FROM main.fact_progress_report").fetchall()[0][0]
    return sum(rows), reports


def tonight(home: Path) -> None:
    """200 new files: a hundred of the stored projects' next night, a hundred of projects never seen."""
    write_files(home / "tonight", Corpus(BASE_DOCUMENTS, 1), 1, NEW_FILES // 2)
    write_files(home / "tonight" / "new", Corpus(BASE_DOCUMENTS, 2), 0, NEW_FILES // 2)


def measured(base: Path, times: int, repeats: int, folder: Path) -> list[dict[str, float]]:
    """Several runs of the same night on so many thousands of stored projects, each on a fresh copy."""
    stored = folder / f"stored{times}"
    if not stored.is_dir():
        multiply(base, stored, times)
    tonight(stored)
    found = []
    for _ in range(repeats):
        with TemporaryDirectory(dir=folder) as fresh:
            home = Path(fresh) / "home"
            shutil.copytree(stored, home)
            found.append(one_night(home) | {"GB": (home / "work" / "kaona.duckdb").stat().st_size / 1e9})
    return found


def main() -> None:
    """Measure each size and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, nargs="+", default=list(TIMES[:2]), help="thousands of stored projects")
    parser.add_argument("--full", action="store_true", help="1,000, 10,000 and 100,000 projects")
    parser.add_argument("--repeats", type=int, default=2)
    parser.add_argument("--folder", type=Path, help="keep the stored homes here for the next time")
    arguments = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        base = folder / "base"
        if not base.is_dir():
            make_base(base)
        print_table(
            {t: measured(base, t, arguments.repeats, folder) for t in (TIMES if arguments.full else arguments.times)}
        )


def print_table(runs: dict[int, list[dict[str, float]]]) -> None:
    """One column for each size: the least of its runs, and the ratio of the largest to the smallest."""
    sizes = sorted(runs)
    stages = [s for s in runs[sizes[0]][0] if s not in NO_STAGES]
    least = {t: {s: min(run.get(s, 0.0) for run in found) for s in found[0]} for t, found in runs.items()}
    flat = {t: sum(found[s] for s in stages if s not in COPYING) for t, found in least.items()}
    print(f"{'seconds':<24}" + "".join(f"{least[t]['projects']:>12,.0f}" for t in sizes) + "   largest/smallest")
    for stage in stages:
        note = " (copies files)" if stage in COPYING else ""
        _line(stage + note, [least[t].get(stage, 0.0) for t in sizes])
    _line("night without copying", [flat[t] for t in sizes])
    _line("whole night", [least[t]["all"] for t in sizes])
    _line("peak memory (MB)", [least[t]["peak MB"] for t in sizes])
    _line("work file (GB)", [least[t]["GB"] for t in sizes])
    _line("kB a stored report", [1e6 * least[t]["GB"] / least[t]["reports"] for t in sizes])
    _line("1,000 rows loaded/s", [least[t]["rows"] / least[t]["load"] / 1_000 for t in sizes])


def _line(name: str, values: list[float]) -> None:
    ratio = f"{values[-1] / values[0]:>12.2f}" if values[0] else ""
    print(f"{name:<24}" + "".join(f"{value:>12.2f}" for value in values) + ratio)


if __name__ == "__main__":
    main()
