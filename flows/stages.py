"""The stages of a night. Each takes values and returns values; the heavy libraries are imported inside them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extract.document import SourceFile
from extract.pdf import witness
from extract.read import reader_version, rejected
from flows import nights_left
from flows.archived_nights import replaced
from flows.deciding import with_workers
from flows.delivery import VERSION, Delivered, identity, nights_of
from flows.evidence import Reconciled, folder_of, kept
from flows.pages import page_paths
from flows.reading import forget_stored_readings, read_files, stored_readings
from flows.settings import Settings
from flows.summary import Files, Summary, Watch, told
from flows.uncollected import uncollected
from flows.validating import Frames, Verdict
from transform.brief import NightInNumbers
from transform.form import load_form
from transform.night import FileReading, decide_night, look_at, read_file, recognise_night
from transform.reconcile import Context
from transform.records import FileOutcome, FormCopy
from transform.refused_lines import usable
from transform.registers import Registers, read_registers
from transform.registers_used import register_hashes
from transform.returns import is_return
from transform.thai import squash
from transform.witnesses import witnesses_of

if TYPE_CHECKING:
    import pandas as pd

    from load.publish import Published

__all__ = ["Delivered"]

# media type of a file whose bytes never arrived
UNPULLED = "unknown"


@dataclass
class Readings:
    """Files of this night: those read just now, and those an earlier run of the same night had read."""

    new: tuple[FileReading, ...]
    before: tuple[FileReading, ...]
    unchanged: int
    duplicate: int

    def let_go(self) -> None:
        """Keep what became of the files; what was read of them stands in the tables by now."""
        self.new, self.before = (tuple(FileReading(f.outcome) for f in files) for files in (self.new, self.before))


@dataclass(frozen=True)
class Settled:
    """Findings that are gone since the nights were decided again, and the projects they were about, for the mails."""

    findings: pd.DataFrame
    projects: pd.DataFrame


def registers_of(settings: Settings) -> Registers:
    """The registers under `reference`; lines of corrections.csv that cannot be used are set aside with the reason."""
    files, refused = usable(settings.registers())
    return replace(read_registers(files), refused_corrections=refused)


def read(settings: Settings, delivered: Delivered, watch: Watch) -> Readings:
    """Read every file whose bytes are new, or that an older reader had rejected; each in a guarded process."""
    from expectations.corrections_told import refused_words
    from load.warehouse import copies_of_night, files_of_night, known_files, open_work

    if settings.second_reader and not witness.is_available():
        watch.console.print("the second reader is not installed (pip install 'kaona[pdfium]'): PDFs are read once")
    forget_stored_readings(settings)
    with (
        closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con,
        stored_readings(settings) as place,
    ):
        known = known_files(con, (identity(pulled) for pulled in delivered.listing))
        outcomes, copies = files_of_night(con, delivered.night), copies_of_night(con, delivered.night, put=place.put)
    to_read: dict[str, SourceFile] = {}
    version = reader_version(settings.reading)
    moved: dict[str, tuple[date, SourceFile]] = {}
    unchanged = duplicate = 0
    for pulled in delivered.listing:
        sha = identity(pulled)
        source = SourceFile(sha, pulled.uri, delivered.night, pulled.size)
        before = known.get(sha)
        if pulled.rejection is not None:
            continue  # there is nothing to read; `reconcile` knows whether that is new
        if before is not None and (before.status == "read" or before.reader_version == version):
            if before.night > delivered.night and sha in moved:
                duplicate += 1
            elif before.night > delivered.night:  # a later night had brought these bytes; now this one did
                moved[sha] = (before.night, source)
            else:
                unchanged += 1
        elif sha in to_read:
            duplicate += 1
        else:
            to_read[sha] = source
    registers = registers_of(settings)
    for line in registers.refused_corrections:
        said = f"a correction is not used: {refused_words(line)['en']}"  # without telephone numbers
        watch.console.print(said, highlight=False, markup=False)
    for fault in registers.faults:
        watch.console.print(f"a line is not used: {fault}", highlight=False, markup=False)
    new = [*_brought_earlier(settings, moved), *read_files(settings, list(to_read.values()), watch)]
    replaced = {f.outcome.source_sha256 for f in new}
    kept = _by_file((o for o in outcomes if o.source_sha256 not in replaced), copies)
    return Readings(tuple(new), kept, unchanged, duplicate)


def _brought_earlier(settings: Settings, moved: Mapping[str, tuple[date, SourceFile]]) -> list[FileReading]:
    """Files that are stored with a later night, as of the night that turns out to have brought them first."""
    found = []
    for stored in sorted({night for night, _ in moved.values()}):
        for file in restored(settings, stored).before:
            _, source = moved.get(file.outcome.source_sha256, (None, None))
            if source is not None:
                copies = tuple(replace(copy, night=source.night, uri=source.uri) for copy in file.copies)
                found.append(FileReading(replace(file.outcome, night=source.night, uri=source.uri), copies))
    return found


def is_decided_otherwise(settings: Settings) -> bool:
    """Whether the stored nights were decided with other registers, or a record waits that another version of the
    program had refused."""
    from load.warehouse import open_work, refused_otherwise, registers_stored

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        used, is_due = registers_stored(con), refused_otherwise(con, VERSION)
    given = {name: sha for name, (sha, _) in register_hashes(settings.registers()).items()}
    return is_due or bool(used and used != given)


def nights_to_decide_again(settings: Settings, delivered: Delivered) -> list[date]:
    """The stored nights, when tonight comes before the last of them, the registers are other ones, or a record waits
    that another version of the program had refused; [] nearly always.

    A night counts for the nights after it: what it teaches of projects and texts is known from then on.
    """
    from load.warehouse import nights_stored, open_work

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        stored = nights_stored(con)
        # a night that was quiet and not stored may be none any more behind this one
        later = [night for night in nights_of(settings.archive) if night > delivered.night] if stored else []
        others = sorted({*stored, *later} - {delivered.night})
        return others if later or (others and is_decided_otherwise(settings)) else []


@contextmanager
def kept_open(settings: Settings) -> Iterator[None]:
    """Keep the working file open for the stages that each open it. Where it cannot be opened, the first stage that
    needs it says why."""
    from load.warehouse import kept_open

    with ExitStack() as stack:
        with suppress(Exception):
            stack.enter_context(kept_open(settings.home, memory_limit=settings.memory_limit))
        yield


def settled(settings: Settings, aside: Settings) -> Settled:
    """What a correction, a register or a late night settled: findings that were told and that the new file does not
    hold, as resolved."""
    from load.warehouse import findings, open_work, people_of

    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        before = findings(con)
    with closing(open_work(aside.home, memory_limit=settings.memory_limit)) as con:
        after = findings(con)
        told = before[(before["state"] != "resolved") & before["project_code"].notna()]
        gone = told[~told["finding_id"].isin(after["finding_id"])].assign(state="resolved")
        return Settled(gone, people_of(con, sorted(set(gone["project_code"]))))


def take_over(aside: Settings, settings: Settings, without: Collection[date] = ()) -> None:
    """Put the working file of another home in the place of this one's; until then the old one stands.

    The new one holds every night of the archive `without` these.
    """
    from load.warehouse import work_path

    work_path(aside.home).replace(work_path(settings.home))
    nights_left.all_loaded(settings, without)


def restored(settings: Settings, when: date, without: frozenset[str] = frozenset()) -> Readings:
    """What was read for a night before, as the working warehouse keeps it; nothing of it is read again.

    `without`: hashes of files that another night brought earlier.
    """
    from load.warehouse import copies_of_night, files_of_night, open_work

    with (
        closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con,
        stored_readings(settings) as place,
    ):
        outcomes, copies = files_of_night(con, when), copies_of_night(con, when, put=place.put)
    kept = [o for o in outcomes if o.source_sha256 not in without]
    return Readings((), _by_file(kept, copies), len(kept), 0)


def _by_file(outcomes: Iterable[FileOutcome], copies: Iterable[FormCopy]) -> tuple[FileReading, ...]:
    """Files with their copies; those that came back or never arrived are left out, they are told from what stands."""
    of_file: dict[str, list[FormCopy]] = defaultdict(list)
    for copy in copies:
        of_file[copy.source_sha256].append(copy)
    kept = (o for o in outcomes if not is_return(o.source_sha256) and o.media_type != UNPULLED)
    return tuple(FileReading(o, tuple(of_file[o.source_sha256])) for o in kept)


def _never_arrived(settings: Settings, delivered: Delivered, stood: frozenset[tuple[str, str]]) -> list[FileReading]:
    """Files of this night whose bytes could not be fetched, but for those that stood so before it."""
    form = load_form()
    return [
        read_file(rejected(SourceFile(sha, p.uri, delivered.night, p.size), UNPULLED, reason, settings.reading), form)
        for p in delivered.unpulled
        if (reason := p.rejection) is not None and (p.uri, sha := identity(p)) not in stood
    ]


@uncollected()
def reconcile(settings: Settings, delivered: Delivered, readings: Readings) -> Reconciled:
    """Recognise the copies of each project among the night's files and decide every field, with what nights before
    this one know of both. Bytes that were gone and came back are files of the night too, and files that begin to be
    there without their bytes."""
    from expectations.asked import told_of
    from load.past import known_projects, past_of
    from load.returned import returned_on
    from load.sightings import stood_before
    from load.warehouse import open_work

    files, registers, form = [*readings.before, *readings.new], registers_of(settings), load_form()
    when = delivered.night
    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:
        files += [FileReading(*returned) for returned in returned_on(con, when, delivered.standing)]
        files += _never_arrived(settings, delivered, stood_before(con, when, (p.uri for p in delivered.unpulled)))
        seen = look_at(files)
        recognised = recognise_night(seen, registers, known_projects(con, when, seen.printed, seen.damaged))
        witnesses = witnesses_of(recognised.groups, form)
        past = past_of(con, when, recognised.groups, witnesses.asked)
    context = Context(form, registers, witnesses.corpus, past, witnesses.language)
    slices = decide_night(when, recognised, context, with_workers(settings.workers))
    outcomes = tuple(file.outcome for file in recognised.files)
    decided = kept(when, outcomes, slices, folder_of(settings), form, told_of(registers))
    squash.cache_clear()  # it holds every text of the night twice, and nothing asks for most of them any more
    return decided


@uncollected()
def build_tables(settings: Settings, reconciled: Reconciled) -> Frames:
    """The rows of the touched projects, over all their nights, and what the forms of this night are like."""
    from expectations.night_measures import TABLE, measured
    from load.warehouse import earlier_state, open_work, projects_of_night
    from transform.tables import frame_of, joined, project_frames

    night, form = reconciled.night, load_form()
    decision = form.tables["decision"]
    deliveries = {d.project_code: d for d in night.deliveries}
    with closing(open_work(settings.home, memory_limit=settings.memory_limit)) as con:

        def built(codes: Sequence[str], decisions: pd.DataFrame) -> dict[str, pd.DataFrame]:
            own = replace(night, deliveries=tuple(deliveries[code] for code in codes if code in deliveries))
            return project_frames(own, decisions, earlier_state(con, codes, night.night), form)

        parts, done = [], set()
        for decisions in reconciled.staged["decision"].slices(con, decision):
            codes = list(dict.fromkeys(decisions["project_code"]))
            parts.append(built(codes, decisions))
            done.update(codes)
        # delivered without any value, or taken for another project's by a run of this night before
        left = sorted({*deliveries, *projects_of_night(con, night.night)} - done)
        parts.append(built(left, frame_of(decision, [])))
    frames = reconciled.lineage | joined(parts, form)
    return {**frames, TABLE: measured(night, frames, form)}


def summarise(
    settings: Settings,
    delivered: Delivered,
    readings: Readings,
    numbers: NightInNumbers,
    verdict: Verdict,
    published: Published,
    page: Path | None,
    mails: Sequence[Any],
    watch: Watch,
) -> Summary:
    """The night in numbers."""
    severities = verdict.findings.loc[verdict.findings["state"] != "resolved", "severity"].value_counts()
    new = [f for f in readings.new if f.outcome.status == "read"]
    unfetched = {p.uri for p in delivered.listing if p.rejection is not None}
    failed = [f.outcome for f in (*readings.before, *readings.new) if f.outcome.status == "rejected"]
    failed += [f.outcome for f in _never_arrived(settings, delivered, frozenset()) if f.outcome.uri in unfetched]
    delivered_again = replaced(delivered.standing, ((f.uri, f.source_sha256) for f in failed))
    failed = [f for f in failed if f.source_sha256 not in delivered_again]
    rejected_now = sum(1 for f in readings.new if f.outcome.status == "rejected") + len(unfetched)
    listed = len(delivered.listing)
    files = Files(listed, len(new), readings.unchanged, readings.duplicate, rejected_now)
    return Summary(
        night=delivered.night.isoformat(),
        run_id=delivered.run_id,
        nothing_new=False,
        files=files,
        forms=numbers.projects,
        copies=numbers.copies,
        projects=published.tables["main.dim_project"],
        reports=numbers.reports,
        conflicts=numbers.conflicts,
        findings={s: int(severities.get(s, 0)) for s in ("block", "check", "note")},
        mails=len(mails),
        rejected=[
            {"uri": f.uri, "code": f.code or "", "reason": f.reason or ""} for f in sorted(failed, key=lambda f: f.uri)
        ],
        paths={
            "warehouse": shown(settings.published),
            **({} if page is None else {"report": shown(page)}),
            **{name: shown(path) for name, path in page_paths(settings).items()},
            "exports": shown(settings.published.parent / "exports"),
            "outbox": shown(settings.outbox),
        },
        sources=told(verdict.sources, delivered.away),
        seconds=dict(watch.seconds),
    )


def shown(path: Path) -> str:
    """A path as short as it can be said from here."""
    return os.path.relpath(path) if path.is_relative_to(Path.cwd()) else str(path)
