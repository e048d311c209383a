"""Checks of the machine: versions, clock, limits, memory, and that a PDF and a Thai sort really work here."""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date, datetime
from hashlib import sha256
from importlib import metadata

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from flows.operating.findings import Check, Finding, judged
from flows.operating.measures import available_mb
from flows.operating.record import version_of
from flows.settings import BANGKOK, CHECKOUT, Settings

_UNITS = {"kb": 1e-3, "kib": 1 / 1024, "mb": 1, "mib": 1.05, "gb": 1e3, "gib": 1074, "tb": 1e6, "tib": 1.1e6}
_PRINTED = "ก้าวหน้า"
_FEW_DESCRIPTORS, _TOO_FEW_DESCRIPTORS = 1024, 128
_PREFECT_SECONDS = 45.0
_STARTS = "from prefect.server.api.server import create_app; create_app(ephemeral=True)"


def python(settings: Settings) -> Iterator[Finding]:
    """The Python this runs on."""
    wanted, found = _project()[0], platform.python_version()
    yield judged(
        "python", f"{found} ({sys.executable})", fails=found not in SpecifierSet(wanted), todo=f"kaona needs {wanted}"
    )


def packages(settings: Settings) -> Iterator[Finding]:
    """Every package that kaona needs, within its bounds."""
    wrong, count = [], 0
    for text in _project()[1]:
        needed = Requirement(text)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        count += 1
        found = version_of(needed.name)
        if found is None or not needed.specifier.contains(found, prereleases=True):
            wrong.append(f"{needed.name} {found or 'missing'} (expected {needed.specifier})")
    told = "; ".join(wrong) or f"{count} packages within their bounds"
    yield judged(
        "packages",
        told,
        fails=bool(wrong),
        todo="make setup, or pip install --require-hashes -r requirements.lock -c requirements.lock",
    )


def prefect_server(settings: Settings) -> Iterator[Finding]:
    """Prefect's own server can be made: a newer fastapi breaks it though everything installs (docs/decisions.md)."""
    if not settings.use_prefect:
        yield Finding("prefect server", "ok", "not asked for (use_prefect = false)")
        return
    from flows.prefect_server import prefect_environment

    env = {**os.environ, **prefect_environment(settings)}
    try:
        done = subprocess.run(
            [sys.executable, "-c", _STARTS],
            env=env, capture_output=True, text=True, timeout=_PREFECT_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        yield Finding("prefect server", "warning", f"not made within {_PREFECT_SECONDS:g} s: a slow or busy machine")
        return
    error = (done.stderr.strip().splitlines() or ["no reason given"])[-1][:160]
    versions = f"prefect {version_of('prefect')}, fastapi {version_of('fastapi')}"
    yield judged(
        "prefect server", versions if not done.returncode else f"{versions}: {error}", warns=bool(done.returncode),
        todo="nights run without it; install the versions of requirements.lock",
    )  # fmt: skip


def clock(settings: Settings) -> Iterator[Finding]:
    """The clock is plausible, not behind the last night, and knows Bangkok."""
    now = datetime.now(BANGKOK)
    offset = now.strftime("%z")
    nights = sorted((settings.archive / "nights").glob("*.tsv"))
    latest = max((path.stat().st_mtime for path in nights), default=0.0)
    problems = []
    if not date(2026, 1, 1) <= now.date() < date(2100, 1, 1):
        problems.append("the year is not plausible")
    if offset != "+0700":
        problems.append(f"Asia/Bangkok is taken for {offset}")
    if latest > now.timestamp() + 300:
        problems.append("the archive was written later than now")
    ahead = [path.stem for path in nights if path.stem > now.date().isoformat()]
    told = f"{now:%Y-%m-%d %H:%M:%S} {offset}" + "".join(f"; {problem}" for problem in problems)
    yield judged("clock", told, fails=bool(problems), todo="set the clock (NTP) and install tzdata")
    if ahead:
        said = f"the archive holds nights of the future ({', '.join(ahead[-3:])})"
        yield Finding(
            "clock", "warning", said, "right if they were run with --as-of; nights until then come before them"
        )


def descriptors(settings: Settings) -> Iterator[Finding]:
    """How many files a process may have open."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    is_endless = soft == resource.RLIM_INFINITY
    yield judged(
        "open files", "no limit" if is_endless else f"at most {soft:,}",
        fails=not is_endless and soft < _TOO_FEW_DESCRIPTORS, warns=not is_endless and soft < _FEW_DESCRIPTORS,
        todo=f"raise the limit to {_FEW_DESCRIPTORS} (ulimit -n, LimitNOFILE=)",
    )  # fmt: skip


def memory(settings: Settings) -> Iterator[Finding]:
    """What the readers and DuckDB may take at most, against what there is."""
    most = settings.workers * settings.worker_memory_mb + megabytes(settings.memory_limit)
    there = available_mb()
    if there is None:
        yield Finding("memory", "ok", f"a night may take {most:,.0f} MB; this system does not say what is there")
        return
    yield judged(
        "memory", f"{there:,.0f} MB available; a night may take {most:,.0f} MB at most", warns=there < most,
        todo="set KAONA_WORKERS, KAONA_WORKER_MEMORY_MB or KAONA_MEMORY_LIMIT lower",
    )  # fmt: skip


def locale(settings: Settings) -> Iterator[Finding]:
    """Thai can be printed and stands in file names."""
    stdout, files = (sys.stdout.encoding or "none").lower(), sys.getfilesystemencoding().lower()
    is_well = all(name.replace("-", "") == "utf8" for name in (stdout, files))
    yield judged("locale", f"output {stdout}, file names {files}", warns=not is_well, todo="set LANG=C.UTF-8")


def duckdb(settings: Settings) -> Iterator[Finding]:
    """DuckDB sorts Thai without fetching anything."""
    from load.engine_check import sorts_thai

    yield judged(
        "duckdb", f"{version_of('duckdb')}, Thai order without a network", fails=not sorts_thai(),
        todo="install the version of requirements.lock",
    )  # fmt: skip


def pdf_reader(settings: Settings) -> Iterator[Finding]:
    """One page is read in a guarded process, as a night reads thousands."""
    from extract.document import SourceFile
    from extract.isolation import read_all

    data = one_page()
    source = SourceFile(sha256(data).hexdigest(), "doctor/one-page.pdf", datetime.now(BANGKOK).date(), len(data))
    [result] = read_all(
        [source], lambda _: data, workers=min(1, settings.workers), timeout_seconds=45.0,
        memory_limit_bytes=settings.worker_memory_mb * 1024 * 1024,
    )  # fmt: skip
    text = " ".join(line.text for page in result.document.pages for line in page.lines) if result.document else ""
    reason = "" if result.rejection is None else f": {result.rejection.code}"
    said = f"pdfminer.six {version_of('pdfminer.six')} in a process of {settings.worker_memory_mb} MB{reason}"
    yield judged(
        "pdf reader", said, fails=_PRINTED not in text,
        todo="raise KAONA_WORKER_MEMORY_MB, or install the versions of requirements.lock",
    )  # fmt: skip


def one_page() -> bytes:
    """A PDF of one page that says ก้าวหน้า, by a font whose table says which letters are meant."""
    letters = sorted(set(_PRINTED))
    codes = "".join(f"{65 + letters.index(letter):02x}" for letter in _PRINTED)
    content = f"BT /F1 24 Tf 72 720 Td <{codes}> Tj ET".encode()
    meant = "".join(f"<{65 + number:02x}> <{ord(letter):04x}>\n" for number, letter in enumerate(letters))
    table = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ff> endcodespacerange "
        f"{len(letters)} beginbfchar\n{meant}endbfchar endcmap end"
    ).encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(content), content),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/ToUnicode 6 0 R>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(table), table),
    )
    made, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj%s\nendobj\n" % (number, body)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n"
    return made + end % (len(places) + 1, entries, len(places) + 1, len(made))


def megabytes(text: str) -> float:
    """A memory limit of DuckDB in MB.

    >>> megabytes("2GB"), megabytes("512 MB")
    (2000.0, 512.0)
    """
    found = re.fullmatch(r"\s*([\d.]+)\s*([kmgt]i?b)\s*", text, re.I)
    return float(found[1]) * _UNITS[found[2].lower()] if found else 0.0


def _project() -> tuple[str, list[str]]:
    """Bounds of Python and of the packages: of this checkout, else as installed."""
    path = CHECKOUT / "pyproject.toml"
    if path.is_file():
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        return project["requires-python"], project["dependencies"]
    return metadata.metadata("kaona")["Requires-Python"], metadata.requires("kaona") or []


CHECKS: tuple[Check, ...] = (
    python, packages, prefect_server, clock, descriptors, memory, locale, duckdb, pdf_reader
)  # fmt: skip
