"""A working warehouse with many stored projects, in a minute: one real night, and copies of its rows under other codes.

The base is a night of invented forms (corpus) loaded by kaona itself. Each further thousand repeats it in SQL with other
codes, hashes, places and nights; texts and amounts stay. Repeated
codes have letters in two places, so that none of them is a code that is printed tonight.
"""

from __future__ import annotations

import shutil
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

import duckdb

from flows.run import run_night
from flows.settings import Settings
from flows.summary import Watch
from load.schema import literal, quoted
from load.warehouse import open_work, work_path
from tests.benchmarks.corpus.files import Corpus
from transform.form import load_form

BASE_NIGHT = date(2026, 3, 1)
TONIGHT = date(2026, 3, 2)
# about so many printed copies on the base night give a thousand projects
BASE_DOCUMENTS = 2_950
BASE_PROJECTS = 1_000
# nights over which the repeated thousands are spread
EARLIER_NIGHTS = 60


def settings_of(home: Path, **changes: object) -> Settings:
    """Settings of a home on which only nights are measured: no Prefect, no mails."""
    return Settings(home=home, use_prefect=False, write_mails=False, **changes)  # type: ignore[arg-type]


def make_base(home: Path, seed: int = 1) -> int:
    """Load the base night into a new home; return how many projects it has."""
    write_files(home / "inbox", Corpus(BASE_DOCUMENTS, seed), night=0)
    summary = run_night(settings_of(home), BASE_NIGHT, Watch(is_quiet=True))
    return summary.projects


def write_files(folder: Path, corpus: Corpus, night: int, most: int | None = None) -> int:
    """Write the files of a corpus's night as dumps; return how many."""
    written = 0
    for file in corpus.files(night):
        if most is not None and written >= most:
            break
        target = folder / file.uri
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(file.text, encoding="utf-8")
        written += 1
    return written


def multiply(base: Path, home: Path, times: int) -> None:
    """Copy the base to another home and store its projects so many times."""
    shutil.copytree(base, home, dirs_exist_ok=True)
    with closing(open_work(home, memory_limit="4GB")) as con:
        con.execute(f"ATTACH {literal(str(work_path(base)))} AS base (READ_ONLY)")
        for number in range(1, times):
            repeat(con, number)
        con.execute("DETACH base")
        con.execute("CHECKPOINT")


def repeat(con: duckdb.DuckDBPyConnection, number: int) -> None:
    """Store every row of the attached base once more, as of other projects, files and nights."""
    for table in load_form().tables.values():
        if table.name in ("correction", "source_night", "data_dictionary") or {
            "project_code", "source_sha256", "copy_id",
        }.isdisjoint(table.column_names):  # fmt: skip
            continue
        con.execute(
            f"INSERT INTO {table.qualified} SELECT {', '.join(_again(c, number) for c in table.column_names)} "
            f"FROM base.{table.qualified}"
        )


def _again(column: str, number: int) -> str:
    name = quoted(column)
    tens, ones = divmod(number, 10)
    days = 1 + number % EARLIER_NIGHTS
    sha = f"md5(source_sha256 || '{number}') || md5('{number}' || source_sha256)"
    code = f"left(project_code, 4) || {_lettered(5, tens)} || substr(project_code, 6, 1) || {_lettered(7, ones)} || "
    code += "substr(project_code, 8)"

    return {
        "project_code": code,
        "delivery_id": f"{code} || '@' || CAST(night - {days} AS VARCHAR)",
        "source_sha256": sha,
        "copy_id": f"left(md5(left(copy_id, 16) || '{number}'), 16) || substr(copy_id, 17)",
        "finding_id": f"md5(finding_id || '{number}')",
        "uri": f"replace({name}, 'inbox/', 'again/{number}/')",
    }.get(column, f"{name} - {days}" if column in _NIGHTS else name)


def _lettered(at: int, number: int) -> str:
    """SQL of one place of a code with a letter for each digit and number."""
    letters = "".join(chr(0x400 + 32 * digit + number) for digit in range(10))
    return f"translate(substr(project_code, {at}, 1), '0123456789', '{letters}')"


_NIGHTS = frozenset(
    {"night", "first_seen", "last_seen", "valid_from", "valid_to", "as_of", "seen_from", "gone_on", "first_night"}
)


def spread_over() -> timedelta:
    """The time over which the stored nights lie."""
    return timedelta(days=EARLIER_NIGHTS)
