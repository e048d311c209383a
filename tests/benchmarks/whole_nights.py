"""The files of one whole night: half PDFs of about three pages, half dumps, a third of all exact repeats under other names.

Each project is printed by a PDF of one of three producers, in a dump with two copies, or in both; the same seed makes
the same files. Making 10,000 takes some minutes of two processes, so they are kept where `--folder` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import lru_cache, partial
from itertools import chain, cycle, islice
from pathlib import Path
from random import Random

from data.samples.generator.dump import STYLE_1, STYLE_2, Copy, copy_text
from data.samples.generator.facts import Project
from data.samples.generator.pdf import fpdf2_pdf, reportlab_pdf
from tests.benchmarks.corpus.damage import LEVELS, damage
from tests.benchmarks.corpus.plans import Plan, blocks
from tests.benchmarks.corpus.programmes import invent_programme
from tests.benchmarks.corpus.projects import invent_project

SEED = 8
_BATCH = 64
# of three files two are documents, the third repeats one of them
_DOCUMENTS, _FILES = 2, 3
_DUMPS_FROM = 10_000


def make_files(folder: Path, files: int, workers: int = 2) -> int:
    """Write the night's files below `folder`, unless they are there; return how many there are."""
    done = folder / f"{files}.made"
    if not done.exists():
        (folder / "inbox").mkdir(parents=True, exist_ok=True)
        numbers = range(files // _FILES)  # each makes a PDF, a dump and a repeat of one of them
        with ProcessPoolExecutor(workers) as pool:
            list(pool.map(partial(_write, folder / "inbox"), numbers, chunksize=_BATCH))
        done.touch()
    return sum(1 for _ in pdfs(folder)) + sum(1 for _ in (folder / "inbox").rglob("*.txt"))


def pdfs(folder: Path) -> Iterator[Path]:
    """The PDFs of a night, in order."""
    yield from sorted((folder / "inbox").rglob("*.pdf"))


def _write(inbox: Path, number: int) -> None:
    place = inbox / f"{number // 1000:03}"
    place.mkdir(exist_ok=True)
    pdf = _pdf(number)
    # every third dump prints a project that a PDF prints too
    dump = _dump(_project(number, is_long=True) if number % _FILES == 0 else _project(_DUMPS_FROM + number), number)
    (place / f"form-{number:05}.pdf").write_bytes(pdf)
    (place / f"dump-{number:05}.txt").write_bytes(dump)
    again, kind = (pdf, "pdf") if number % _DOCUMENTS else (dump, "txt")
    (place / f"again-{number:05}.{kind}").write_bytes(again)


def _project(number: int, *, is_long: bool = False) -> Project:
    """One project; a long one has the paragraphs of three programmes and fills about three pages."""
    plan = _plans()[number]
    project = invent_project(SEED, plan, invent_programme(SEED, plan.family), 0)
    if not is_long:
        return project
    near = [invent_programme(SEED, plan.family + further) for further in (1, 2)]

    def told(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(text.format(place=plan.agency.place, n=4, m=120, pct=9) for text in texts)

    statuses = told(status for programme in near for status in programme.statuses)
    reports = tuple(
        replace(report, status_text=f"{report.status_text} {status}")
        for report, status in zip(project.reports, cycle(statuses), strict=False)
    )
    paragraphs = (*project.rationale, *told(text for programme in near for text in programme.rationale))
    return replace(project, rationale=paragraphs, reports=reports)


@lru_cache(maxsize=1)
def _plans() -> list[Plan]:
    """Plans of projects that are not each other's."""
    return list(islice(chain.from_iterable(blocks(SEED, 20 * _DUMPS_FROM)), 2 * _DUMPS_FROM))


def _pdf(number: int) -> bytes:
    """Shaping is slow to make, so one in twenty is shaped."""
    project = _project(number, is_long=True)
    if number % 20 == 0:
        return fpdf2_pdf([project], shaped=True)
    return fpdf2_pdf([project], shaped=False) if number % 2 else reportlab_pdf([project])


def _dump(project: Project, number: int) -> bytes:
    rng = Random(f"{SEED} dump {number}")
    style = (STYLE_1, STYLE_2)[number % 2]
    first = copy_text(Copy(project, style))
    second = damage(first, LEVELS["light"], rng)
    return ("\n" * 4 + first + "\n" + second + "\n").encode("utf-8")
