"""What another kaona, another pdfminer or another home makes of the same archive, per file and per value.

The way tika-eval compares two parsers: both read everything, and what differs is looked at before one is adopted.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.comparing import Told, compare_files
from flows.delivery import only_run
from flows.run import WrongUsage
from flows.settings import Settings

COMPARISON = "comparison"
# settings that decide what is read; where things lie and who is written to is of this home alone
_READING = ("workers", "file_timeout_seconds", "worker_memory_mb", "second_reader", "ocr", "memory_limit")


def compare_against(settings: Settings, other: Path) -> Told:
    """Compare this home's working file (old) with another home, another warehouse file, or what another Python makes.

    `other`: a KAONA_HOME, a kaona.duckdb, or the `python` of an environment with another kaona or pdfminer: that one
    reads this home's archive in a scratch folder. The report is HOME/work/comparison. Raises WrongUsage for anything
    else, RuntimeError with its last words when the other Python fails.
    """
    from load.warehouse import work_path

    with only_run(settings), _warehouse_of(settings, other) as new:
        folder = settings.home / "work" / COMPARISON
        return compare_files(settings, work_path(settings.home), new, folder, f"What {other.name} makes of the archive")


@contextmanager
def _warehouse_of(settings: Settings, other: Path) -> Iterator[Path]:
    from load.warehouse import work_path

    if other.is_dir():
        found = [p for p in (work_path(other), other / "published" / "kaona.duckdb") if p.is_file()]
        if not found:
            raise WrongUsage(f"{other}: no KAONA_HOME; expected work/kaona.duckdb or published/kaona.duckdb in it")
        yield found[0]
    elif other.is_file() and other.suffix == ".duckdb":
        yield other
    elif other.is_file() and os.access(other, os.X_OK):
        with TemporaryDirectory(prefix="against-") as folder:
            _rebuild_there(settings, other, Path(folder))
            yield work_path(Path(folder) / "home")
    else:
        raise WrongUsage(f"{other}: expected a KAONA_HOME, a kaona.duckdb, or the python of another environment")


def _rebuild_there(settings: Settings, python: Path, folder: Path) -> None:
    """Let another Python read the whole archive with its own kaona, from a folder where no checkout is in its way."""
    from load.warehouse import work_path

    given = {f"KAONA_{name.upper()}": str(getattr(settings, name)) for name in _READING}
    given |= {
        "KAONA_HOME": str(folder / "home"),
        "KAONA_ARCHIVE_AT": str(settings.archive.resolve()),
        "KAONA_REFERENCE": str(settings.reference.resolve()),
        "KAONA_DATA_DOCS": "false",
        "KAONA_WRITE_PAGE": "false",
        "KAONA_EXPORTS": "none",
    }
    # the link in an environment's bin is what makes it that environment: it is not followed
    command = [os.path.abspath(python), "-m", "flows", "run", "--rebuild", "--no-mail", "--no-prefect"]  # noqa: PTH100
    done = subprocess.run(command, cwd=folder, env=os.environ | given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise RuntimeError(f"{python}: its kaona could not rebuild the archive (exit code {done.returncode}): {last}")
    if not work_path(folder / "home").is_file():
        raise WrongUsage(f"{python}: it ran and made no warehouse; expected the python of an environment with kaona")
